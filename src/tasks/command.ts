/** What the robot is asked to do, drawn anew at random times: here velocities of a walking base. */
import type { Rng } from "../math/rng.ts";

type Range = readonly [number, number];

/** A source of commands; the engine owns the timing, the memory and the steering by hand. */
export interface Command {
  /** One name per value. */
  readonly names: readonly string[];
  readonly units: readonly string[];
  /** Between which each value is drawn. */
  readonly ranges: readonly Range[];
  readonly resampleSeconds: Interval;
  /** Chance that a draw is all zeros. */
  readonly zeroProbability: number;
  /** Absent where every draw is independent of the command before. */
  readonly wander?: Wander;
  /** Draws the first command of an episode into `out`. */
  sample(rng: Rng, out: Float64Array): void;
  /** Draws the command that follows the one in `out`. */
  follow(rng: Rng, out: Float64Array): void;
}

/** Time between two draws, s: uniform in a range, or exponential with a mean. */
export type Interval = Range | { readonly mean: number };

/**
 * How a command changes component by component instead of as a whole. Source: MuJoCo Playground, Go1 joystick:
 * x ← x − w·(x − y·z) with w of the first chance, z of the second, and y uniform in the component's range.
 */
export interface Wander {
  /** Chance that a component changes. */
  readonly change: number;
  /** Chance of each component that changes to be other than zero. */
  readonly nonzero: readonly number[];
}

/** Settings of `twistCommand`; a single number stands for ± that number. */
export interface TwistSettings {
  /** Forward speed, m/s. */
  readonly vx: number | Range;
  /** Speed to the left, m/s. */
  readonly vy: number | Range;
  /** Turning rate to the left, rad/s. */
  readonly yawRate: number | Range;
  readonly resampleSeconds: Interval;
  /** Chance of being told to stand. */
  readonly zeroProbability: number;
  readonly wander?: Wander;
}

/** Commands (vx, vy, yaw rate) in the base's frame: each uniform in its range, or all zero; later ones may wander from there. */
export function twistCommand(settings: TwistSettings): Command {
  const { vx, vy, yawRate, resampleSeconds, zeroProbability, wander } = settings;
  const ranges = [asRange(vx), asRange(vy), asRange(yawRate)];
  const sample: Command["sample"] = (rng, out) => {
    const stand = rng.uniform() < zeroProbability;
    for (let i = 0; i < ranges.length; i++) {
      const drawn = rng.uniform(ranges[i][0], ranges[i][1]);
      out[i] = stand ? 0 : drawn;
    }
  };
  return {
    names: ["lin_vel_x", "lin_vel_y", "ang_vel_z"],
    units: ["m/s", "m/s", "rad/s"],
    ranges,
    resampleSeconds,
    zeroProbability,
    ...(wander && { wander }),
    sample,
    follow: wander ? (rng, out) => wanderOn(wander, ranges, rng, out) : sample,
  };
}

function wanderOn({ change, nonzero }: Wander, ranges: readonly Range[], rng: Rng, out: Float64Array): void {
  for (let i = 0; i < ranges.length; i++) {
    const changes = rng.uniform() < change;
    const moves = rng.uniform() < nonzero[i];
    const drawn = rng.uniform(ranges[i][0], ranges[i][1]);
    if (changes) out[i] = moves ? drawn : 0;
  }
}

function secondsOf(interval: Interval, rng: Rng): number {
  // 1 − u lies in (0, 1]
  if ("mean" in interval) return -interval.mean * Math.log(1 - rng.uniform());
  return rng.uniform(interval[0], interval[1]);
}

function asRange(range: number | Range): Range {
  return typeof range === "number" ? [-range, range] : range;
}

/**
 * The command of one environment slot: values, time left, and whether somebody steers by hand.
 * Slots: [1 while held by hand, control steps until the next draw, values].
 */
export class CommandState {
  static readonly extraSlots = 2;
  /** [commandSize] the present command, a view of the slots */
  readonly values: Float64Array;
  readonly #source: Command;
  readonly #slots: Float64Array;
  readonly #controlHz: number;

  /** @param slots [names + 2] memory that is swapped with the environment */
  constructor(source: Command, slots: Float64Array, controlHz: number) {
    this.#source = source;
    this.#slots = slots;
    this.#controlHz = controlHz;
    this.values = slots.subarray(CommandState.extraSlots);
  }

  /** Draws the first command of an episode; a command held by hand stays. */
  reset(rng: Rng): void {
    if (this.#slots[0] !== 0) return;
    this.#source.sample(rng, this.values);
    this.#wait(rng);
  }

  /** Counts one control step; says whether a new command is due. */
  tick(): boolean {
    return this.#slots[0] === 0 && --this.#slots[1] <= 0;
  }

  /** Draws the command that follows and the time until the next. */
  draw(rng: Rng): void {
    this.#source.follow(rng, this.values);
    this.#wait(rng);
  }

  #wait(rng: Rng): void {
    this.#slots[1] = Math.max(1, Math.round(secondsOf(this.#source.resampleSeconds, rng) * this.#controlHz));
  }

  /** Forgets that somebody steers. */
  release(): void {
    this.#slots.fill(0);
  }

  /** Steers by hand, or with null gives the command back to chance, which draws after the next step. */
  hold(values: ArrayLike<number> | null): void {
    if (values !== null && values.length !== this.values.length) {
      throw new RangeError(`command: must have ${this.values.length} values, got ${values.length}`);
    }
    this.#slots[0] = values === null ? 0 : 1;
    this.#slots[1] = 0;
    if (values !== null) this.values.set(values);
  }
}
