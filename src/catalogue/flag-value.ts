/** Reads the values of flags that are no settings of the configuration. Every refusal names flag, value and expectation. */
import { UserError } from "../math/user-error.ts";

/** A whole number between `low` and `high`. Throws UserError (exit code 2). */
export function wholeNumber(flag: string, text: string, low: number, high = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < low || value > high) {
    const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new UserError(`${flag}: got "${text}", expected a whole number ${range}`, { exitCode: 2 });
  }
  return value;
}

/** A number between `low` and `high`. Throws UserError (exit code 2). */
export function realNumber(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= high))
    throw new UserError(`${flag}: got "${text}", expected a number from ${low} to ${high}`, { exitCode: 2 });
  return value;
}

/** One of `choices`. Throws UserError (exit code 2). */
export function choice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const known = choices.find((candidate) => candidate === text);
  if (known === undefined)
    throw new UserError(`${flag}: got "${text}", expected ${choices.join(", ")}`, { exitCode: 2 });
  return known;
}

/** "vx,vy,yaw" in m/s, m/s and rad/s. Throws UserError (exit code 2). */
export function twist(flag: string, text: string): [number, number, number] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.length !== 3 || !values.every(Number.isFinite))
    throw new UserError(`${flag}: got "${text}", expected three numbers vx,vy,yaw in m/s, m/s, rad/s`, { exitCode: 2 });
  return values as [number, number, number];
}

/** "x,y", two whole numbers from 0 to `last`. Throws UserError (exit code 2). */
export function cell(flag: string, text: string, last: number): [number, number] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.length !== 2 || !values.every((value) => Number.isInteger(value) && value >= 0 && value <= last))
    throw new UserError(`${flag}: got "${text}", expected a cell x,y with whole numbers from 0 to ${last}`, {
      exitCode: 2,
    });
  return values as [number, number];
}
