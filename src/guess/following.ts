/** How long robots follow a command that is held. */
import type { Environment } from "../tasks/index.ts";

/** A gait sways with every step. */
const SMOOTHING_SECONDS = 0.25;

/** Counts episodes side by side. */
export class Following {
  /** [episodes] s; each control step counts by 1 − the distance of the twist from the command, over the command's own size, from 0 */
  readonly seconds: number[];
  readonly #env: Environment;
  readonly #command: readonly number[];
  /** Largest commands (m/s, m/s, rad/s), what distances are measured in */
  readonly #largest: readonly number[];
  readonly #twist = new Float64Array(3);
  /** [episodes, 3] */
  readonly #smooth: Float64Array;
  readonly #keep: number;
  readonly #size: number;

  /** @param command (vx, vy, yaw rate), not zero */
  constructor(env: Environment, episodes: number, command: readonly number[]) {
    this.#env = env;
    this.#command = command;
    const ranges = env.task.command?.ranges ?? [];
    this.#largest = ranges.map(([low, high]) => Math.max(Math.abs(low), Math.abs(high)) || 1);
    this.#size = Math.hypot(...command.map((value, i) => value / this.#largest[i]));
    this.seconds = new Array<number>(episodes).fill(0);
    this.#smooth = new Float64Array(3 * episodes);
    this.#keep = Math.exp(-1 / (SMOOTHING_SECONDS * env.controlHz));
  }

  /** Takes in a step of episode n. */
  add(n: number): void {
    const env = this.#env;
    if (env.terminated) return;
    env.measuredTwist(this.#twist);
    let off = 0;
    for (let i = 0; i < 3; i++) {
      const at = 3 * n + i;
      this.#smooth[at] = this.#keep * this.#smooth[at] + (1 - this.#keep) * this.#twist[i];
      off += ((this.#smooth[at] - this.#command[i]) / this.#largest[i]) ** 2;
    }
    this.seconds[n] += Math.max(0, 1 - Math.sqrt(off) / this.#size) / env.controlHz;
  }
}
