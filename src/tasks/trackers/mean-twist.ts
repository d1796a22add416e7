/**
 * What a walking base did over the last stride. A gait sways with every step, so that the velocity of an instant says little about where
 * the robot goes; the mean over one whole stride is free of it.
 */
import { UserError } from "../../math/user-error.ts";
import type { AnyMoment } from "../moment.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

/** Readings for terms. */
export interface MeanTwistReading {
  /** [3] mean forward and leftward speed of the base and its turning rate: m/s, m/s, rad/s, body frame */
  readonly twist: Float64Array;
}

/**
 * The mean of `s.robot.twist` over the last steps, or since the episode began while it is younger.
 * For robots made by `legged`, or others whose readings have a `twist` of three values.
 * @param controlSteps of one stride
 */
export function meanTwist(controlSteps: number): Tracker<MeanTwistReading> {
  return {
    size: 1 + 3 * controlSteps,
    description: { kind: "mean-twist", controlSteps },
    bind: (context) => new MeanTwist(controlSteps, context),
  };
}

/** Slots: [steps taken in, the latest twists as a ring]. */
class MeanTwist implements BoundTracker<MeanTwistReading> {
  readonly reading: MeanTwistReading = { twist: new Float64Array(3) };
  readonly #steps: number;
  readonly #slots: Float64Array;
  readonly #ring: Float64Array;

  constructor(steps: number, { slots }: TrackerContext) {
    this.#steps = steps;
    this.#slots = slots;
    this.#ring = slots.subarray(1);
  }

  reset(moment: AnyMoment): void {
    this.#slots.fill(0);
    this.afterPhysics(moment);
    this.#slots[0] = 0;
  }

  afterPhysics(moment: AnyMoment): void {
    const twist = twistOf(moment, "meanTwist");
    const at = 3 * (this.#slots[0] % this.#steps);
    for (let i = 0; i < 3; i++) this.#ring[at + i] = twist[i];
    this.#slots[0]++;
    this.#average();
  }

  #average(): void {
    const { twist } = this.reading;
    const count = Math.min(this.#slots[0], this.#steps);
    twist.fill(0);
    for (let o = 0; o < 3 * count; o++) twist[o % 3] += this.#ring[o];
    for (let i = 0; i < 3; i++) twist[i] /= count;
  }
}

/**
 * Forward and leftward speed of the base and its turning rate: m/s, m/s, rad/s, body frame.
 * @param asking name of the caller, for the error
 * @throws UserError where the robot has no such reading
 */
export function twistOf({ robot }: AnyMoment, asking: string): ArrayLike<number> {
  const { twist } = robot as { twist?: ArrayLike<number> };
  if (twist?.length === 3) return twist;
  throw new UserError(`${asking}: the task's robot has no reading \`twist\` of three values`);
}
