/** The delays of the episode that is swapped in. */
import { type Rng, STREAM } from "../../math/rng.ts";
import type { Delay, Delayed } from "./delay.ts";
import type { ReadingDelay } from "./reading-line.ts";

/** All delays of one environment slot; several of one kind add up. */
export class DrawnDelays {
  /** Whether episodes that begin from now on have any. */
  isOn = true;
  readonly #delays: readonly Delay[];
  /** [delays] control steps, swapped with the environment */
  readonly #drawn: Float64Array;

  /** @param claim gives memory that is swapped with the environment */
  constructor(delays: readonly Delay[], claim: (size: number) => Float64Array) {
    this.#delays = delays;
    this.#drawn = claim(delays.length);
  }

  /** Draws those of the episode that begins at (seed, env, tick), if there are to be any. @param progress of the curriculum, 0 … 1 */
  draw(seed: number, env: number, tick: number, rng: Rng, progress: number): void {
    this.#drawn.fill(0);
    if (this.#delays.length === 0 || !this.isOn) return;
    rng.seek(seed, STREAM.delay, env, tick);
    for (let i = 0; i < this.#delays.length; i++) {
      const { controlSteps, grows = false } = this.#delays[i];
      this.#drawn[i] = (grows ? progress : 1) * rng.uniform(controlSteps[0], controlSteps[1]);
    }
  }

  /** Control steps now. */
  of(what: Delayed): number {
    let sum = 0;
    for (let i = 0; i < this.#delays.length; i++) {
      const { of, isOff } = this.#delays[i];
      if (of === what && !isOff?.()) sum += this.#drawn[i];
    }
    return sum;
  }

  /** Control steps at most, in any episode. */
  most(what: Delayed): number {
    return this.#delays.reduce((sum, { of, controlSteps }) => sum + (of === what ? controlSteps[1] : 0), 0);
  }

  /** How late readings reach the policy; undefined where none is randomised. @param trackers of the task */
  ofReadings(trackers: ReadingDelay["trackers"]): ReadingDelay | undefined {
    const most = this.most("observations");
    return most > 0 ? { most, now: () => this.of("observations"), trackers } : undefined;
  }
}
