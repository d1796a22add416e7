/**
 * Standard normal noise that lasts: it turns from one draw into the next over `period` control steps. Noise that is drawn afresh at
 * every step cancels itself out before a body has moved; noise that lasts swings a ball up, spins a finger, crosses a room.
 * At every single step it is a standard normal draw, so each action still is one of the policy's own (Hollenstein et al., "Colored Noise
 * in PPO", AAAI 2024, add such noise to a Gaussian; here it is also what a flow starts from).
 * A pure function of (seed, stream, row, tick): nothing is remembered between steps.
 */
import { Rng } from "../math/rng.ts";

/** How long noise lasts, and how that ends. */
export interface NoiseSchedule {
  /** Control steps from one draw to the next, at first; 1 draws afresh at every step. */
  readonly period: number;
  /** Control steps over which the period falls to 1 in a straight line; 0: it stays. */
  readonly fallTicks: number;
}

/** Draws noise for rows of one size. Allocates nothing after construction. */
export class LastingNoise {
  readonly #schedule: NoiseSchedule;
  readonly #rng = new Rng();
  readonly #next: Float32Array;

  /** @param size values per row */
  constructor(schedule: NoiseSchedule, size: number) {
    this.#schedule = schedule;
    this.#next = new Float32Array(size);
  }

  /** Writes the noise of one row at `tick` into `out` from `offset` on. */
  draw(seed: number, stream: number, row: number, tick: number, out: Float32Array, offset: number): void {
    const next = this.#next;
    const passed = drawsUntil(this.#schedule, tick);
    const knot = Math.floor(passed);
    const angle = (passed - knot) * (Math.PI / 2);
    this.#rng.seek(seed, stream, row, knot).fillNormal(out, offset, next.length);
    if (angle === 0) return;
    this.#rng.seek(seed, stream, row, knot + 1).fillNormal(next);
    const [from, to] = [Math.cos(angle), Math.sin(angle)];
    for (let i = 0; i < next.length; i++) out[offset + i] = from * out[offset + i] + to * next[i];
  }
}

/** How many periods have passed at a tick: the integral of 1 / period; once the period is 1, whole ones. */
function drawsUntil({ period, fallTicks }: NoiseSchedule, tick: number): number {
  if (period === 1 || fallTicks === 0) return tick / period;
  const fall = period - 1;
  const until = (share: number) => (-fallTicks / fall) * Math.log1p((-fall / period) * share);
  return tick < fallTicks ? until(tick / fallTicks) : Math.ceil(until(1)) + Math.floor(tick - fallTicks);
}
