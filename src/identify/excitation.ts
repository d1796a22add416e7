/**
 * Targets that show what a joint's drive does: one joint after the other sweeps through frequencies up to beyond its own, first slowly and
 * far, then fast and less; the others hold still. There are no steps: where a joint sticks after one is chance.
 */
import type { HungRobot } from "./hung-robot.ts";
import type { JointLog } from "./joint-log.ts";

/** What to write. */
export interface ExcitationSettings {
  /** s for each joint */
  readonly seconds: number;
  /** rad or m, at most from home; less where a joint's limits are near */
  readonly amplitude: number;
  /** Only these joints; empty for all */
  readonly joints: readonly string[];
}

/** Rows per second, about. */
const RATE = 200;
/** s before the first joint, and after each. */
const PAUSE = 0.5;
/** Share of the way to a joint's limit that is used. */
const SAFE = 0.8;
const SLOWEST = 0.3; // Hz
/** Fastest frequency in those at which the joint would swing by itself, and its limits in Hz. */
const BEYOND = 1.6;
const FASTEST = [2, 10] as const;
/** Share of the amplitude that is left at the fastest frequency. */
const LEFT = 0.25;

/** Targets of all chosen joints, as a log without positions. @throws UserError for a joint that follows no targets */
export function excitation(robot: HungRobot, { seconds, amplitude, joints }: ExcitationSettings): JointLog {
  const { timestep } = robot.sim;
  const period = timestep * Math.max(1, Math.round(1 / (RATE * timestep)));
  const names = joints.length > 0 ? joints : robot.joints;
  const places = robot.placesOf({ joints: names, source: "--joints" });
  const turn = seconds + PAUSE;
  const rows = Math.round((PAUSE + names.length * turn) / period) + 1;
  const time = Float64Array.from({ length: rows }, (_, row) => row * period);
  const targets = new Float64Array(rows * names.length);
  places.forEach((place, joint) => {
    const { home, low, high } = robot.reachOf(place);
    const middle = Math.min(Math.max(home, low), high);
    const reach = Math.min(amplitude, SAFE * Math.max(0, Math.min(high - middle, middle - low)));
    const fastest = fastestOf(robot, place);
    for (let row = 0; row < rows; row++) {
      const at = time[row] - PAUSE - joint * turn;
      targets[row * names.length + joint] = middle + reach * wave(at / seconds, seconds, fastest);
    }
  });
  return { source: "targets", time, joints: names, targets, positions: new Float64Array(0) };
}

/** Hz, somewhat faster than the joint swings on its servo. */
function fastestOf(robot: HungRobot, place: number): number {
  const own = Math.sqrt(robot.modelOf(place).physics.kp / robot.inertiaOf(place)) / (2 * Math.PI);
  return Math.min(FASTEST[1], Math.max(FASTEST[0], BEYOND * own));
}

/** From −1 to 1. @param share of the joint's time, 0 … 1; outside it is 0 */
function wave(share: number, seconds: number, fastest: number): number {
  if (share <= 0 || share >= 1) return 0;
  const growth = Math.log(fastest / SLOWEST);
  const phase = (2 * Math.PI * SLOWEST * seconds * (Math.exp(growth * share) - 1)) / growth;
  const ends = Math.min(1, 20 * share, 20 * (1 - share));
  return LEFT ** share * ends * Math.sin(phase);
}
