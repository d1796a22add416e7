/** Particles that go from noise to data: all positions at all times, from draws that stay the same while the mixture is changed. */
import { drift, type Mode, noiseStrength } from "./mixture-flow.ts";

/** Steps from t = 0 to 1. */
export const STEPS = 160;

export class Particles {
  readonly count: number;
  /** [STEPS + 1, count] */
  readonly positions: Float32Array;
  /** [count] and [STEPS, count] standard normal */
  readonly #starts: Float32Array;
  readonly #draws: Float32Array;

  /** @param uniform draws in [0, 1) */
  constructor(count: number, uniform: () => number) {
    this.count = count;
    this.positions = new Float32Array((STEPS + 1) * count);
    this.#starts = Float32Array.from({ length: count }, () => normalDraw(uniform));
    this.#draws = Float32Array.from({ length: STEPS * count }, () => normalDraw(uniform));
  }

  /** Lets all particles go their way. @param eta strength of the noise on the way; 0 follows the flow */
  flow(modes: readonly Mode[], eta: number): void {
    const { positions, count } = this;
    const dt = 1 / STEPS;
    positions.set(this.#starts);
    for (let step = 0; step < STEPS; step++) {
      // The middle of the step: the field is steep where it ends.
      const t = (step + 0.5) * dt;
      const noise = noiseStrength(eta, t) * Math.sqrt(dt);
      for (let n = 0; n < count; n++) {
        const x = positions[step * count + n];
        const half = x + (dt / 2) * drift(modes, x, step * dt, eta);
        const moved = x + dt * drift(modes, half, t, eta);
        positions[(step + 1) * count + n] = moved + noise * this.#draws[step * count + n];
      }
    }
  }

  /** Positions at a time, between two steps in a straight line. */
  at(t: number, n: number): number {
    const step = Math.min(STEPS - 1, Math.floor(t * STEPS));
    const share = t * STEPS - step;
    const from = this.positions[step * this.count + n];
    return from + share * (this.positions[(step + 1) * this.count + n] - from);
  }
}

function normalDraw(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
