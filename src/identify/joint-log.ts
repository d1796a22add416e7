/** A recording of joints that follow targets: what `flowgait identify` fits a model to. */
import { UserError } from "../math/user-error.ts";

/** Rows of equal times; flat arrays are row-major. */
export interface JointLog {
  /** What messages call it. */
  readonly source: string;
  /** [rows] s, ascending in even steps; the first one is 0 */
  readonly time: Float64Array;
  readonly joints: readonly string[];
  /** [rows, joints] rad or m, what the drives were given; each holds until the next row */
  readonly targets: Float64Array;
  /** [rows, joints] rad or m as measured; empty in a log of targets alone */
  readonly positions: Float64Array;
  /** [rows, 4] w-x-y-z, orientation of the base; absent where it hangs upright */
  readonly base?: Float64Array;
}

/** Fewer rows are no recording. */
const FEWEST_ROWS = 20;
/** Steps of time may differ from the usual one by this share of it. */
const UNEVEN = 0.25;
/** rad or m; joints that move less are taken to stand still. */
const STILL = 2e-3;

/** s between two rows. */
export function periodOf({ time }: JointLog): number {
  return (time.at(-1)! - time[0]) / (time.length - 1);
}

/** How far a joint moves, rad or m. */
export function travelOf({ positions, joints }: JointLog, joint: number): number {
  let [low, high] = [Infinity, -Infinity];
  for (let at = joint; at < positions.length; at += joints.length) {
    low = Math.min(low, positions[at]);
    high = Math.max(high, positions[at]);
  }
  return high - low;
}

/** Whether the joint moves in the recording. */
export function isMoved(log: JointLog, joint: number): boolean {
  return travelOf(log, joint) > STILL;
}

/**
 * The log with times from 0 on.
 * @param places says where a row stands, for messages
 * @throws UserError where it is too short or its times are uneven
 */
export function withEvenTimes(log: JointLog, places: (row: number) => string): JointLog {
  const { time, source } = log;
  if (time.length < FEWEST_ROWS)
    throw new UserError(`${source}: has ${time.length} rows; expected ${FEWEST_ROWS} or more`);
  const steps = Float64Array.from({ length: time.length - 1 }, (_, row) => time[row + 1] - time[row]);
  const usual = steps.slice().sort()[steps.length >> 1];
  const bad = steps.findIndex((step) => !(step > 0) || Math.abs(step - usual) > UNEVEN * usual);
  if (bad >= 0)
    throw new UserError(
      `${places(bad + 1)}: uneven times: ${text(steps[bad])} s after the row before; expected about ${text(usual)} s everywhere`,
    );
  return { ...log, time: time.map((at) => at - time[0]) };
}

/** @throws UserError where no joint moves */
export function checkMotion(log: JointLog): void {
  const travels = log.joints.map((_, joint) => travelOf(log, joint));
  const most = Math.max(...travels);
  if (most > STILL) return;
  const joint = log.joints[travels.indexOf(most)];
  throw new UserError(
    `${log.source}: no joint moves, "${joint}" the furthest by ${text(most)} rad; expected joints that follow targets. try: flowgait identify <robot> --excite targets.csv`,
  );
}

function text(value: number): string {
  return String(Number(value.toPrecision(3)));
}
