/** Commands to the robot, redrawn at random times: here velocities of a walking base. */
import type { Rng } from "../math/rng.ts";
import { asRange, type Knob, type KnobValue, type Range, type Tuning } from "./settings/knob.ts";

/** A source of commands; the engine owns the timing, the memory and the steering by hand. */
export interface Command {
  /** One name per value. */
  readonly names: readonly string[];
  readonly units: readonly string[];
  /** Range of each value. */
  readonly ranges: readonly Range[];
  readonly resampleSeconds: Interval;
  /** Probability that a draw is all zeros. */
  readonly zeroProbability: number;
  /** Absent if every draw is independent of the previous command. */
  readonly wander?: Wander;
  /** Absent if training begins with the full ranges. */
  readonly curriculum?: Curriculum;
  /** What settings of a run may change; absent for nothing. */
  readonly tuning?: Tuning<Command>;
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
  /** Probability that a component changes. */
  readonly change: number;
  /** Probability that a changed component is not zero. */
  readonly nonzero: readonly number[];
}

/**
 * Share of the ranges that an environment commands while a policy learns; evaluations and play always use the full ranges. After an episode
 * that lasted the share L of its time limit, the share of the ranges grows by step·(L − enough), between `from` and 1.
 * A robot that is always kicked as hard as it can bear never discovers that following the command pays.
 */
export interface Curriculum {
  /** Share of the ranges that training begins with. */
  readonly from: number;
  readonly step: number;
  /** Share of the time limit from which an episode counts as a success, default 0.35. If growth makes the robot fall, episodes settle at about this length. */
  readonly enough?: number;
  /** True: everything else that grows, such as kicks, grows after the ranges are full, over the same length again. Default false: together with them. */
  readonly commandsFirst?: boolean;
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
  /** Probability of a zero command. */
  readonly zeroProbability: number;
  /** Values smaller than this are drawn as 0, each by itself; default none. */
  readonly deadBand?: number;
  readonly wander?: Wander;
  readonly curriculum?: Curriculum;
}

/** Commands (vx, vy, yaw rate) in the base's frame: each uniform in its range, or all zero; later ones may wander from there. */
export function twistCommand(settings: TwistSettings): Command {
  const { vx, vy, yawRate, resampleSeconds, zeroProbability, deadBand = 0, wander, curriculum } = settings;
  const ranges = [vx, vy, yawRate].map((range) => asRange(range, true));
  const sample: Command["sample"] = (rng, out) => {
    const stand = rng.uniform() < zeroProbability;
    for (let i = 0; i < ranges.length; i++) {
      const drawn = rng.uniform(ranges[i][0], ranges[i][1]);
      out[i] = stand || Math.abs(drawn) < deadBand ? 0 : drawn;
    }
  };
  return {
    names: ["lin_vel_x", "lin_vel_y", "ang_vel_z"],
    units: ["m/s", "m/s", "rad/s"],
    ranges,
    resampleSeconds,
    zeroProbability,
    ...(wander && { wander }),
    ...(curriculum && { curriculum }),
    tuning: twistTuning(settings),
    sample,
    follow: wander ? (rng, out) => wanderOn(wander, ranges, rng, out) : sample,
  };
}

function twistTuning(settings: TwistSettings): Tuning<Command> {
  const { vx, vy, yawRate, resampleSeconds, zeroProbability } = settings;
  const isMean = "mean" in resampleSeconds;
  const of = (value: number | Range, about: string, unit: string): Knob => ({
    value: asRange(value, true),
    isSymmetric: true,
    about,
    unit,
  });
  return {
    knobs: {
      vx: of(vx, "Range of the forward speed.", "m/s"),
      vy: of(vy, "Range of the speed to the left.", "m/s"),
      yawRate: of(yawRate, "Range of the turning rate to the left.", "rad/s"),
      resampleSeconds: {
        value: isMean ? resampleSeconds.mean : resampleSeconds,
        about: `Time between two draws${isMean ? ", on average" : ""}.`,
        unit: "s",
        least: 0.001,
      },
      zeroProbability: { value: zeroProbability, about: "Probability that a draw is zero.", least: 0, most: 1 },
    },
    with: (values) => twistCommand({ ...settings, ...values, ...resampled(values) }),
  };
}

/** A number alone is a mean. */
function resampled({ resampleSeconds: seconds }: Readonly<Record<string, KnobValue>>): Partial<TwistSettings> {
  if (typeof seconds !== "number" && typeof seconds !== "object") return {};
  return { resampleSeconds: typeof seconds === "number" ? { mean: seconds } : seconds };
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

/** Slots of a command's memory. */
const HELD = 0;
const WAIT = 1;
/** Of the ranges; beyond 1 of what grows after them. */
const SHARE = 2;
const LEARNING = 3;
const EXTRA = 4;
const ENOUGH = 0.35;

/**
 * The command of one environment slot: values, time left, whether somebody steers by hand, and how far its curriculum is.
 * Slots: [1 while held by hand, control steps until the next draw, share of the ranges, 1 while learning, values as drawn, values].
 */
export class CommandState {
  /** [commandSize] the present command, a view of the slots */
  readonly values: Float64Array;
  readonly #drawn: Float64Array;
  readonly #source: Command;
  readonly #slots: Float64Array;
  readonly #controlHz: number;

  /** Numbers that a command of `size` values remembers. */
  static slots(size: number): number {
    return EXTRA + 2 * size;
  }

  /** @param slots [CommandState.slots(names)] memory that is swapped with the environment */
  constructor(source: Command, slots: Float64Array, controlHz: number) {
    const size = source.names.length;
    this.#source = source;
    this.#slots = slots;
    this.#controlHz = controlHz;
    this.#drawn = slots.subarray(EXTRA, EXTRA + size);
    this.values = slots.subarray(EXTRA + size);
  }

  /** Resets: nobody steers, and the curriculum is at its start if a policy `learns`, else past its end. */
  begin(learns: boolean): void {
    this.#slots.fill(0);
    this.#slots[SHARE] = learns ? (this.#source.curriculum?.from ?? 1) : 1;
    this.#slots[LEARNING] = learns ? 1 : 0;
  }

  /** Progress of the curriculum, 0 … 1; 1 without a curriculum, and outside of training. */
  get progress(): number {
    const { from = 1, commandsFirst = false } = this.#source.curriculum ?? {};
    if (this.#slots[LEARNING] === 0) return 1;
    if (commandsFirst) return Math.max(0, this.#slots[SHARE] - 1);
    return from < 1 ? (this.#slots[SHARE] - from) / (1 - from) : 1;
  }

  /** An episode is over that `lasted` this share of its time limit. */
  grade(lasted: number): void {
    const { curriculum } = this.#source;
    if (!curriculum || this.#slots[LEARNING] === 0) return;
    const share = this.#slots[SHARE] + curriculum.step * (lasted - (curriculum.enough ?? ENOUGH));
    this.#slots[SHARE] = Math.max(curriculum.from, Math.min(curriculum.commandsFirst ? 2 : 1, share));
  }

  /** Draws the first command of an episode; a command held by hand stays. */
  reset(rng: Rng): void {
    if (this.#slots[HELD] !== 0) return;
    this.#source.sample(rng, this.#drawn);
    this.#ask(rng);
  }

  /** Counts one control step; says whether a new command is due. */
  tick(): boolean {
    return this.#slots[HELD] === 0 && --this.#slots[WAIT] <= 0;
  }

  /** Draws the command that follows and the time until the next. */
  draw(rng: Rng): void {
    this.#source.follow(rng, this.#drawn);
    this.#ask(rng);
  }

  #ask(rng: Rng): void {
    const share = Math.min(1, this.#slots[SHARE]);
    for (let i = 0; i < this.values.length; i++) this.values[i] = share * this.#drawn[i];
    this.#slots[WAIT] = Math.max(1, Math.round(secondsOf(this.#source.resampleSeconds, rng) * this.#controlHz));
  }

  /** Steers by hand, or with null returns to random commands, drawn after the next step. */
  hold(values: ArrayLike<number> | null): void {
    if (values !== null && values.length !== this.values.length) {
      throw new RangeError(`command: must have ${this.values.length} values, got ${values.length}`);
    }
    this.#slots[HELD] = values === null ? 0 : 1;
    this.#slots[WAIT] = 0;
    if (values !== null) this.values.set(values);
  }
}
