/** Particles that go from noise to data: all positions at all times, from draws that stay the same while the mixture is changed. */
import { drift, type Mode, noiseStrength } from "./mixture-flow.ts";

/** Steps from t = 0 to 1. */
export const STEPS = 160;

/** Standard normal draws of `count` particles. */
export interface ParticleDraws {
  /** Particles. */
  readonly count: number;
  /** [count] */
  readonly starts: Float32Array;
  /** [STEPS, count] */
  readonly steps: Float32Array;
}

/** @param uniform draws in [0, 1) */
export function drawParticles(count: number, uniform: () => number): ParticleDraws {
  const normals = (length: number) => Float32Array.from({ length }, () => normalDraw(uniform));
  return { count, starts: normals(count), steps: normals(STEPS * count) };
}

/** The paths of all particles. */
export class Particles {
  readonly count: number;
  readonly draws: ParticleDraws;
  /** [STEPS + 1, count] */
  readonly positions: Float32Array;

  /**
   * @param eta strength of the noise during the path; 0 follows the flow
   * @param eulerSteps steps of Euler's method, as a controller integrates; 0 follows the field as exactly as it is drawn
   */
  constructor(draws: ParticleDraws, modes: readonly Mode[], eta: number, eulerSteps = 0) {
    const { count, starts } = draws;
    this.count = count;
    this.draws = draws;
    this.positions = new Float32Array((STEPS + 1) * count);
    const { positions } = this;
    positions.set(starts);
    if (eulerSteps > 0) followEuler(this, modes, eta, eulerSteps);
    else followExactly(this, modes, eta);
  }

  /** Positions at a time, between two steps in a straight line. */
  at(t: number, n: number): number {
    const step = Math.min(STEPS - 1, Math.floor(t * STEPS));
    const share = t * STEPS - step;
    const from = this.positions[step * this.count + n];
    return from + share * (this.positions[(step + 1) * this.count + n] - from);
  }
}

/** By the midpoint method in steps that are too small to see. */
function followExactly({ count, draws: { steps }, positions }: Particles, modes: readonly Mode[], eta: number): void {
  const dt = 1 / STEPS;
  for (let step = 0; step < STEPS; step++) {
    // The middle of the step: the field is steep where it ends.
    const t = (step + 0.5) * dt;
    const noise = noiseStrength(eta, t) * Math.sqrt(dt);
    for (let n = 0; n < count; n++) {
      const x = positions[step * count + n];
      const half = x + (dt / 2) * drift(modes, x, step * dt, eta);
      const moved = x + dt * drift(modes, half, t, eta);
      positions[(step + 1) * count + n] = moved + noise * steps[step * count + n];
    }
  }
}

/** x ← x + Δt·v(x, t), with t where the step begins; straight lines between the steps. */
function followEuler(
  { count, draws: { steps, starts }, positions }: Particles,
  modes: readonly Mode[],
  eta: number,
  eulerSteps: number,
): void {
  const dt = 1 / eulerSteps;
  for (let n = 0; n < count; n++) {
    let [step, from, to] = [-1, starts[n], starts[n]];
    for (let k = 1; k <= STEPS; k++) {
      const place = (k * eulerSteps) / STEPS;
      while (step + 1 < Math.min(place, eulerSteps)) {
        step++;
        from = to;
        const t = step * dt;
        const draw = steps[Math.floor((step * STEPS) / eulerSteps) * count + n];
        to = from + dt * drift(modes, from, t, eta) + noiseStrength(eta, t) * Math.sqrt(dt) * draw;
      }
      positions[k * count + n] = from + (place - step) * (to - from);
    }
  }
}

function normalDraw(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
