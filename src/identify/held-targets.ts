/** A joint's targets as its drive gets them: each holds until the next one, and all arrive late. */
import type { JointLog } from "./joint-log.ts";

/** Gives them for times that only grow. */
export class HeldTargets {
  readonly #time: Float64Array;
  readonly #targets: Float64Array;
  readonly #stride: number;
  readonly #joint: number;
  readonly #delay: number;
  #row = 0;

  /** @param joint place among the log's joints @param delay s */
  constructor({ time, targets, joints }: JointLog, joint: number, delay: number) {
    this.#time = time;
    this.#targets = targets;
    this.#stride = joints.length;
    this.#joint = joint;
    this.#delay = delay;
  }

  /** The mean over a stretch of time, s: so that what follows changes smoothly with the delay. */
  between(from: number, to: number): number {
    const time = this.#time;
    let at = from - this.#delay;
    const end = to - this.#delay;
    while (this.#row + 1 < time.length && time[this.#row + 1] <= at) this.#row++;
    let sum = 0;
    while (this.#row + 1 < time.length && time[this.#row + 1] < end) {
      sum += (time[this.#row + 1] - at) * this.#target;
      at = time[++this.#row];
    }
    return (sum + (end - at) * this.#target) / (to - from);
  }

  get #target(): number {
    return this.#targets[this.#row * this.#stride + this.#joint];
  }
}
