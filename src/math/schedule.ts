/** Settings that change while a policy learns. */
import { parseNumber } from "./number-text.ts";

/** From `start` to `end` in a straight line while `over` environment steps are taken, then `end`; `over` 0: always `start`. */
export interface Schedule {
  readonly start: number;
  readonly end: number;
  readonly over: number;
}

/** The value after so many environment steps of training. */
export function valueAt({ start, end, over }: Schedule, envSteps: number): number {
  return over === 0 ? start : start + (end - start) * Math.min(1, envSteps / over);
}

/** Whether the value is other than 0 at some time. */
export function isEverAbove0({ start, end, over }: Schedule): boolean {
  return start > 0 || (end > 0 && over > 0);
}

/** A schedule that keeps one value. */
export function constantly(value: number): Schedule {
  return { start: value, end: value, over: 0 };
}

/** Reads a number, or text such as "0.06..0.015 over 12M": start, end, environment steps. Null where the text is no schedule. */
export function readSchedule(text: string): Schedule | null {
  const match = /^(.+?)\.\.(.+?)\s+over\s+(.+)$/.exec(text.trim());
  if (match === null) {
    const value = parseNumber(text);
    return value === undefined ? null : constantly(value);
  }
  const [start, end, over] = match.slice(1).map(parseNumber);
  if (start === undefined || end === undefined || over === undefined) return null;
  return Number.isInteger(over) && over >= 1 ? { start, end, over } : null;
}

/** The text that `readSchedule` reads, shortest form: "0.3" or "0.06..0.015 over 12M". */
export function scheduleText({ start, end, over }: Schedule): string {
  return over === 0 ? String(start) : `${start}..${end} over ${stepsText(over)}`;
}

function stepsText(steps: number): string {
  if (steps % 10_000 === 0 && steps >= 1e6) return `${steps / 1e6}M`;
  return steps % 100 === 0 && steps >= 1e3 && steps < 1e6 ? `${steps / 1e3}k` : String(steps);
}
