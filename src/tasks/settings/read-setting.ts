/** Checks the value of a task's setting and says in words what it may be. */
import { oneOf } from "../../config/config-issue.ts";
import { type TaskSettingValue, taskSettingText } from "../../config/task-setting-text.ts";
import { nearNames } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import { asRange, type Knob } from "./knob.ts";
import type { SettingValue } from "./section.ts";
import type { TaskSetting } from "./task-settings.ts";

/** The value in the knob's own form. Throws UserError (exit code 2). */
export function readSetting(setting: TaskSetting, value: TaskSettingValue): SettingValue {
  if (value === "off" && setting.canBeOff) return "off";
  const read = formOf(setting, value);
  if (read !== undefined && isWithin(setting, read)) return read;
  throw new UserError(`--${setting.name}: got "${taskSettingText(value)}", expected ${expectedSetting(setting)}`, {
    exitCode: 2,
  });
}

/** Undefined where the form is another. */
function formOf({ value: declared, isSymmetric }: Knob, value: TaskSettingValue): SettingValue | undefined {
  if (typeof declared === "string") return typeof value === "object" ? undefined : String(value);
  if (typeof declared === "boolean") return typeof value === "boolean" ? value : undefined;
  if (typeof declared === "number") return typeof value === "number" ? value : undefined;
  if (typeof value === "number") return asRange(value, isSymmetric);
  return Array.isArray(value) && value.length === 2 ? [value[0]!, value[1]!] : undefined;
}

function isWithin({ least = -Infinity, most = Infinity, options }: Knob, value: SettingValue): boolean {
  if (typeof value === "string") return options?.includes(value) ?? true;
  if (typeof value === "boolean") return true;
  const [low, high] = asRange(value);
  return Number.isFinite(low) && Number.isFinite(high) && least <= low && low <= high && high <= most;
}

/** "a number", "low,high (low ≤ high) or one number, at least 0", "true or false" */
export function expectedSetting(setting: TaskSetting): string {
  const { value, isSymmetric, canBeOff = false } = setting;
  if (typeof value === "string") return setting.options ? oneOf(setting.options) : "text";
  if (typeof value === "boolean") return canBeOff ? "true or off" : "true or false";
  const bounds = boundsText(setting);
  if (typeof value === "number") return `a number${bounds}${canBeOff ? ", or off" : ""}`;
  const alone = isSymmetric ? "one number for ±" : "one number";
  return `low,high (low ≤ high) or ${alone}${bounds}${canBeOff ? ", or off" : ""}`;
}

function boundsText({ least, most }: Knob): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  return least === undefined ? "" : `, at least ${least}`;
}

/** For a name that the task does not have. */
export function unknownSetting(name: string, known: readonly TaskSetting[], task: string): UserError {
  const section = name.split(".")[0]!;
  const below = (full: string) => full.slice(section.length + 1);
  const mine = known.filter((setting) => setting.section === section).map((setting) => below(setting.name));
  if (mine.length === 0) return usage(`--${name}: unknown flag; ${task} has no --${section} settings`);
  const near = nearNames(below(name), mine.filter(Boolean), 2);
  const flags = (near.length > 0 ? near : mine).map((each) => `--${each === "" ? section : `${section}.${each}`}`);
  return usage(`--${name}: unknown flag; ${near.length > 0 ? "nearest" : "there are"}: ${flags.join(", ")}`);
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: 2 });
}
