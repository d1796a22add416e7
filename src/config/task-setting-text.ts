/** Settings whose names are the task's own, such as `reward.trackLinVel`: their form in text. The task checks names and values. */
import { nearNames } from "../math/near-names.ts";
import { parseNumber } from "../math/number-text.ts";

/** What the names of such settings begin with. */
export const TASK_SECTIONS = ["reward", "command", "event", "noise", "randomise", "physics", "mask", "clips"] as const;
/** One of them. */
export type TaskSection = (typeof TASK_SECTIONS)[number];

/** What a task setting may be, as far as its form shows. */
export type TaskSettingValue = number | boolean | string | readonly number[];
/** Values by name, as config.json holds them: `{ "reward.trackLinVel": 6, "command.vx": [-1, 1.5] }`. */
export type TaskSettings = Readonly<Record<string, TaskSettingValue>>;

/** Sections that are settings by themselves. */
const BARE: readonly string[] = ["noise", "mask", "clips"] satisfies TaskSection[];

/** Whether a flag of that name (without dashes) is a setting of the task. */
export function isTaskSetting(name: string): boolean {
  return BARE.includes(name) || TASK_SECTIONS.some((section) => name.startsWith(`${section}.`));
}

/** A number, numbers separated by commas, true or false; anything else stays text, which the task refuses. */
export function taskSettingOf(text: string): TaskSettingValue {
  if (text === "true" || text === "false") return text === "true";
  const numbers = text
    .split(",")
    .map(parseNumber)
    .filter((number) => number !== undefined);
  if (numbers.length < text.split(",").length) return text;
  return numbers.length === 1 ? numbers[0]! : numbers;
}

/** The same as it is typed. */
export function taskSettingText(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** "reward.trackLinVel" for `rewards.trackLinVel`; null where the first part is near to no section. */
export function inNearSection(name: string): string | null {
  const [first = "", ...rest] = name.split(".");
  const [section] = rest.length === 0 ? [] : nearNames(first, TASK_SECTIONS, 1);
  return section === undefined ? null : [section, ...rest].join(".");
}
