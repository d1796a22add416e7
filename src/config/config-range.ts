/** What a setting's values may be, in words: "a whole number from 1 to 4,096". Reads the schema. */
import { z } from "zod";
import type { ConfigFlag } from "./config-flags.ts";
import { expectedKind } from "./overrides.ts";
import { scheduledNumber } from "./schedule-field.ts";

/** The bounds of a number, as JSON schema gives them. */
interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: Bounds;
}

/** Kind and range of what a flag takes. */
export function expectedValue(flag: Pick<ConfigFlag, "kind" | "whole" | "choices" | "schema">): string {
  const kind = expectedKind(flag);
  if (flag.kind !== "number" && flag.kind !== "numbers" && flag.kind !== "schedule") return kind;
  const numbers = flag.schema instanceof z.ZodUnion ? scheduledNumber(flag.schema) : flag.schema;
  const bounds = z.toJSONSchema(numbers) as Bounds;
  const range = rangeText(flag.kind === "numbers" ? (bounds.items ?? {}) : bounds);
  return range === "" ? kind : `${kind}, ${range}`;
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Bounds): string {
  const low = isEnd(minimum) ? `${numberText(minimum)}` : null;
  const high = isEnd(maximum) ? `${numberText(maximum)}` : null;
  if (low !== null && high !== null) return `from ${low} to ${high}`;
  const parts = [
    low === null ? null : `at least ${low}`,
    high === null ? null : `at most ${high}`,
    exclusiveMinimum === undefined ? null : `above ${numberText(exclusiveMinimum)}`,
    exclusiveMaximum === undefined ? null : `below ${numberText(exclusiveMaximum)}`,
  ];
  return parts.filter((part) => part !== null).join(" and ");
}

/** Whole numbers have the bounds of what can be counted exactly, which is no limit worth naming. */
function isEnd(bound: number | undefined): bound is number {
  return bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}

function numberText(value: number): string {
  return Math.abs(value) >= 1e10 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential().replace("e+", "e")
    : value.toLocaleString("en");
}
