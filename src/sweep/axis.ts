/** What `--vary` names: a setting with values, or a range to draw from. */
import { trainFlags } from "../config/config-flags.ts";
import { inNearSection, isTaskSetting } from "../config/task-setting-text.ts";
import { unknownFlag } from "../math/near-names.ts";
import { parseNumber } from "../math/number-text.ts";
import { UserError } from "../math/user-error.ts";

/** A setting with the values that it takes, as they are typed. */
export interface ListAxis {
  readonly name: string;
  readonly values: readonly string[];
}

/** A setting with the range that its values are drawn from. */
export interface RangeAxis {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Evenly spread by the value, or by its logarithm */
  readonly scale: "linear" | "log";
  readonly whole: boolean;
}

/** What is varied. */
export type Axis = ListAxis | RangeAxis;

/** Flags of a training that are no settings of its schema, and can be varied too. */
export const OTHER_FLAGS = ["algorithm", "preset"] as const;

/** Settings that cannot be varied, and what to do instead. */
const FIXED: Readonly<Record<string, string>> = {
  steps: "expected --budget, or --steps for all runs",
  run: "expected --out",
  workers: "expected --workers for all runs",
};
const MOST_VALUES = 1000;

/** @param text such as "algorithm.clip=0.05,0.1" or "seed=1..3" @throws UserError (exit code 2) */
export function readAxis(text: string): Axis {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(at, 0)).replace(/^--/, "");
  if (at < 1) throw wrong(text, "expected <setting>=<values>, such as algorithm.clip=0.05,0.1");
  checkName(name);
  const values = text.slice(at + 1).trim();
  const range = rangeOf(name, values);
  if (range !== null) return range;
  const list = listOf(name, values);
  if (list.some((value) => value === "")) throw wrong(text, "expected values separated by commas");
  return { name, values: [...new Set(list)] };
}

/** The values of a range of whole numbers. @throws UserError (exit code 2) where there are others between them */
export function valuesOf(axis: Axis): readonly string[] {
  if ("values" in axis) return axis.values;
  const { name, low, high, scale, whole } = axis;
  const found = `${name}=${low}..${high}${scale === "log" ? " log" : ""}`;
  if (!whole || scale === "log") throw wrong(found, "expected --random <count> with a range, or a list of values");
  if (high - low >= MOST_VALUES) throw wrong(found, `expected at most ${MOST_VALUES} values`);
  return Array.from({ length: high - low + 1 }, (_, k) => String(low + k));
}

/** A value of an axis. @param share from 0 to below 1 */
export function valueAt(axis: Axis, share: number): string {
  if ("values" in axis) return axis.values[Math.floor(share * axis.values.length)]!;
  const { low, high, scale, whole } = axis;
  if (whole) return String(Math.floor(low + share * (high - low + 1)));
  const value = scale === "log" ? low * (high / low) ** share : low + share * (high - low);
  return String(Number(value.toPrecision(4)));
}

function checkName(name: string): void {
  if (name in FIXED) throw new UserError(`--vary ${name}: cannot be varied; ${FIXED[name]}`, { exitCode: 2 });
  const flags = [...trainFlags.map((flag) => flag.name).filter((flag) => !(flag in FIXED)), ...OTHER_FLAGS];
  if (isTaskSetting(name) || flags.includes(name)) return;
  const near = inNearSection(name);
  const words = near === null ? unknownFlag(name, flags) : `--${name}: unknown flag; nearest: --${near}`;
  throw new UserError(`--vary ${words.replaceAll("--", "").replace("flag", "setting")}`, { exitCode: 2 });
}

/** "1..3", "0.01..0.1" or "0.01..0.1 log"; null for anything else, such as a schedule. */
function rangeOf(name: string, text: string): RangeAxis | null {
  const [, from, to, log] = /^([^\s,;]+?)\.\.([^\s,;]+)( log)?$/.exec(text) ?? [];
  const [low, high] = [from, to].map((end) => (end === undefined ? undefined : parseNumber(end)));
  if (low === undefined || high === undefined) return null;
  const scale = log === undefined ? "linear" : "log";
  if (low >= high || (scale === "log" && low <= 0))
    throw wrong(
      `${name}=${text}`,
      `expected a range from a smaller${scale === "log" ? " positive" : ""} number to a larger one`,
    );
  const isWhole = trainFlags.find((flag) => flag.name === name)?.whole ?? false;
  const whole = isWhole && scale === "linear" && Number.isInteger(low) && Number.isInteger(high);
  return { name, low, high, scale, whole };
}

/** Values that hold commas themselves are separated by semicolons. */
function listOf(name: string, text: string): string[] {
  const isList = trainFlags.find((flag) => flag.name === name)?.kind === "numbers";
  const separator = text.includes(";") || isList ? ";" : ",";
  return text.split(separator).map((value) => value.trim());
}

function wrong(found: string, expected: string): UserError {
  return new UserError(`--vary: got "${found}", ${expected}`, { exitCode: 2 });
}
