/** Ways in which programs write a gait clock, whose own values are the cosines of all feet and then the sines. */
import type { TaskDescription } from "../tasks/index.ts";
import type { LaidTerm } from "./term-roles.ts";

/** What may differ from the task's clock. */
export type ClockOrder =
  | "own"
  | "sines first"
  | "by foot"
  | "by foot, sines first"
  | "half a turn late"
  | "feet swapped";

const ORDERS: readonly ClockOrder[] = [
  "own",
  "sines first",
  "by foot",
  "by foot, sines first",
  "half a turn late",
  "feet swapped",
];

/** rad; orders that agree at these phases agree at all. */
const PHASES = [0.3, 1.7];
const SAME = 1e-9;

/**
 * The orders that give different values: with feet half a turn apart, for example, "feet swapped" is "half a turn late".
 * @param clock the first clock among the observation's terms
 */
export function clockOrders(task: TaskDescription, clock: LaidTerm | undefined): ClockOrder[] {
  const offsets = clock === undefined ? null : feetOffsets(task, clock);
  if (offsets === null) return [...ORDERS];
  const seen: number[][] = [];
  return ORDERS.filter((order) => {
    const values = PHASES.flatMap((phase) => signals(offsets, phase, order));
    if (seen.some((other) => other.every((value, i) => Math.abs(value - values[i]!) < SAME))) return false;
    seen.push(values);
    return true;
  });
}

/** Phases of the feet that stay as they are, rad; null where the feet do not keep them. */
function feetOffsets({ trackers }: TaskDescription, { slice, width }: LaidTerm): readonly number[] | null {
  const { kind, offsets } = trackers[(slice.source ?? "").replace(/\.signals$/, "")] ?? {};
  const isSteady = kind === "gait-phase" && Array.isArray(offsets) && 2 * offsets.length === width;
  return isSteady ? (offsets as number[]) : null;
}

function signals(offsets: readonly number[], phase: number, order: ClockOrder): number[] {
  const own = [...offsets.map((foot) => Math.cos(phase + foot)), ...offsets.map((foot) => Math.sin(phase + foot))];
  return clockValues(offsets.length, order).map((i) => clockSign(order) * own[i]!);
}

/** Indices of the clock's own values, in an order. */
export function clockValues(feet: number, order: ClockOrder): number[] {
  const foot = Array.from({ length: feet }, (_, i) => i);
  const [cosines, sines] = [foot, foot.map((i) => feet + i)];
  switch (order) {
    case "own":
    case "half a turn late":
      return [...cosines, ...sines];
    case "sines first":
      return [...sines, ...cosines];
    case "by foot":
      return foot.flatMap((i) => [cosines[i]!, sines[i]!]);
    case "by foot, sines first":
      return foot.flatMap((i) => [sines[i]!, cosines[i]!]);
    case "feet swapped":
      return [...cosines.toReversed(), ...sines.toReversed()];
    default:
      return order satisfies never;
  }
}

/** What the values are multiplied by: half a turn reverses sines and cosines. */
export function clockSign(order: ClockOrder): number {
  return order === "half a turn late" ? -1 : 1;
}
