/** A setting that may change while a run continues: a number, or text such as "0.06..0.015 over 12M" (start, end, environment steps). */
import { z } from "zod";
import { constantly, readSchedule, type Schedule, scheduleText } from "../math/schedule.ts";
import { field } from "./config-field.ts";

/** How such a setting stands in a configuration. */
export type ScheduleSetting = number | string;

/** The setting as numbers. It must have passed its schema. */
export function scheduleOf(setting: ScheduleSetting): Schedule {
  if (typeof setting === "number") return constantly(setting);
  const schedule = readSchedule(setting);
  if (schedule === null) throw new TypeError(`config: "${setting}" is not a schedule`);
  return schedule;
}

/** A number where the text is one, else a schedule in its shortest form; undefined where it is neither. */
export function canonicalSchedule(text: string): ScheduleSetting | undefined {
  const schedule = readSchedule(text);
  if (schedule === null) return undefined;
  return schedule.over === 0 ? schedule.start : scheduleText(schedule);
}

/**
 * Like `field`, for a number that may follow a schedule.
 * @param bounds of its first value
 * @param endBounds of its last value
 */
export function scheduleField(
  bounds: z.ZodNumber,
  value: number,
  description: string,
  source: string,
  { unit, endBounds = bounds }: { unit?: string; endBounds?: z.ZodNumber } = {},
) {
  const schema = z.union([bounds, z.string()]).superRefine((setting, context) => {
    if (typeof setting === "number") return;
    const schedule = readSchedule(setting);
    const complaint =
      schedule === null
        ? 'a number, or start..end over steps such as "0.06..0.015 over 12M"'
        : (complaintOf(bounds, schedule.start, "start") ?? complaintOf(endBounds, schedule.end, "end"));
    if (complaint !== null) context.addIssue({ code: "custom", message: complaint });
  });
  return field(schema, value, description, source, unit);
}

/** The schema of the numbers in a schedule's schema. */
export function scheduledNumber(schema: z.ZodUnion): z.ZodNumber {
  const [bounds] = schema.options;
  if (!(bounds instanceof z.ZodNumber)) throw new TypeError("config: a union that is not a schedule");
  return bounds;
}

function complaintOf(bounds: z.ZodNumber, value: number, where: "start" | "end"): string | null {
  const issue = bounds.safeParse(value).error?.issues[0];
  if (issue === undefined) return null;
  if (issue.code === "too_small")
    return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum} at its ${where}`;
  if (issue.code === "too_big") return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum} at its ${where}`;
  return `a whole number at its ${where}`;
}
