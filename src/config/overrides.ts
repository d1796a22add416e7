/** Settings given as text (`--algorithm.clip 0.05`) turned into a partial configuration. Knows the schema's flags, not the command line. */
import { resolve } from "node:path";
import { unknownFlag } from "../math/near-names.ts";
import { parseNumber } from "../math/number-text.ts";
import { UserError } from "../math/user-error.ts";
import type { PartialTrainConfig } from "./config.ts";
import { type ConfigFlag, trainFlags } from "./config-flags.ts";
import { describeIssue, oneOf } from "./config-issue.ts";
import { canonicalSchedule } from "./schedule-field.ts";
import { isTaskSetting, taskSettingOf } from "./task-setting-text.ts";

/**
 * Parses pairs of flag name (without dashes) and text. Settings of the task are read by their form alone; the task checks them.
 * @throws UserError (exit code 2) for an unknown flag, with the nearest known one, or a value of the wrong kind
 */
export function parseOverrides(pairs: readonly (readonly [string, string])[]): PartialTrainConfig {
  const config: Record<string, unknown> = {};
  for (const [name, text] of pairs) {
    if (isTaskSetting(name)) {
      // a folder means the same wherever the run is continued
      assign(config, ["taskSettings", name], name === "clips" && text !== "" ? resolve(text) : taskSettingOf(text));
      continue;
    }
    const flag = findFlag(name);
    assign(config, flag.path, coerce(flag, text));
  }
  return config as PartialTrainConfig;
}

/** The flag of that name. Throws UserError (exit code 2) with the nearest known one. */
export function findFlag(name: string): ConfigFlag {
  const flag = trainFlags.find((candidate) => candidate.name === name);
  if (flag === undefined) throw new UserError(unknownFlag(name, flagNames()), { exitCode: 2 });
  return flag;
}

function flagNames(): string[] {
  return trainFlags.map((flag) => flag.name);
}

/** Text to the flag's kind, checked by the field's own schema. */
function coerce(flag: ConfigFlag, text: string): unknown {
  const value = convert(flag, text);
  if (value === undefined) throw wrongValue(flag, text);
  const result = flag.schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const line = describeIssue({ ...issue, path: [] }, value).replace(/^configuration: /, "");
  throw new UserError(`--${flag.name}: ${line.replace(/^got \S+,/, () => `got "${text}",`)}`, { exitCode: 2 });
}

/** Undefined where the text is not of that kind. */
function convert(flag: ConfigFlag, text: string): unknown {
  switch (flag.kind) {
    case "string":
    case "choice":
      return text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "number":
      return parseNumber(text);
    case "schedule":
      return canonicalSchedule(text);
    case "numbers": {
      const values = text.split(",").map(parseNumber);
      return values.includes(undefined) ? undefined : values;
    }
    default:
      return flag.kind satisfies never;
  }
}

function wrongValue(flag: ConfigFlag, text: string): UserError {
  return new UserError(`--${flag.name}: got "${text}", expected ${expectedKind(flag)}`, { exitCode: 2 });
}

/** "a whole number", "true or false", "whole numbers separated by commas", … */
export function expectedKind(flag: Pick<ConfigFlag, "kind" | "whole" | "choices">): string {
  switch (flag.kind) {
    case "number":
      return numberKind(flag);
    case "schedule":
      return `${numberKind(flag)}, or start..end over steps such as "${flag.whole ? "8..1" : "0.06..0.015"} over 12M"`;
    case "numbers":
      return `${flag.whole ? "whole numbers" : "numbers"} separated by commas`;
    case "boolean":
      return "true or false";
    case "choice":
      return oneOf(flag.choices);
    case "string":
      return "text";
    default:
      return flag.kind satisfies never;
  }
}

function numberKind({ whole }: Pick<ConfigFlag, "whole">): string {
  return whole ? "a whole number" : "a number";
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = target;
  for (const key of path.slice(0, -1)) {
    node[key] ??= {};
    node = node[key] as Record<string, unknown>;
  }
  node[path.at(-1)!] = value;
}
