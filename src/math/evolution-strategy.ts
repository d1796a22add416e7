/** Separable CMA-ES: a normal distribution with a step size of its own per number that moves to where the better half of its samples lie. */
import type { Rng } from "./rng.ts";

/** One sample of a generation. */
export interface Candidate {
  /** [numbers] standard normal */
  readonly deviates: Float64Array;
  /** [numbers] */
  readonly numbers: Float64Array;
}

/** Where a strategy stands: plain data, to be kept and gone on from. */
export interface Strategy {
  readonly mean: readonly number[];
  /** Step of each number, relative to its scale. */
  readonly spread: readonly number[];
  readonly step: number;
}

/** Source of the formulas: R. Ros and N. Hansen, A simple modification in CMA-ES achieving linear time and space complexity, 2008. */
export class EvolutionStrategy {
  #mean: Float64Array;
  readonly #scale: Float64Array;
  readonly #spread: Float64Array;
  #step: number;
  #generation = 0;
  readonly #weights: Float64Array;
  readonly #best: number;
  readonly #stepPath: Float64Array;
  readonly #spreadPath: Float64Array;

  /** @param scale [numbers] how far each number moves at step 1 */
  constructor({ mean, spread, step }: Strategy, scale: readonly number[], population: number) {
    this.#mean = Float64Array.from(mean);
    this.#scale = Float64Array.from(scale);
    this.#spread = Float64Array.from(spread);
    this.#step = step;
    this.#stepPath = new Float64Array(mean.length);
    this.#spreadPath = new Float64Array(mean.length);
    const half = population >> 1;
    const raw = Float64Array.from({ length: half }, (_, i) => Math.log(half + 0.5) - Math.log(i + 1));
    const sum = raw.reduce((total, weight) => total + weight);
    this.#weights = raw.map((weight) => weight / sum);
    this.#best = 1 / this.#weights.reduce((total, weight) => total + weight * weight, 0);
  }

  get strategy(): Strategy {
    return { mean: [...this.#mean], spread: [...this.#spread], step: this.#step };
  }

  /** Draws a sample. */
  draw(rng: Rng): Candidate {
    const deviates = Float64Array.from(this.#mean, () => rng.normal());
    const numbers = deviates.map((z, i) => this.#mean[i]! + this.#step * this.#spread[i]! * this.#scale[i]! * z);
    return { deviates, numbers };
  }

  /** Moves to the samples. @param ranked the whole generation, best first */
  tell(ranked: readonly Candidate[]): void {
    const size = this.#mean.length;
    const chosen = [...this.#weights].map((weight, rank) => ({ weight, ...ranked[rank]! }));
    const blend = (field: keyof Candidate) =>
      Float64Array.from({ length: size }, (_, i) => chosen.reduce((sum, one) => sum + one.weight * one[field][i]!, 0));
    const moved = blend("deviates");
    this.#mean = blend("numbers");
    const drift = this.#followStep(moved);
    this.#followSpread(moved, chosen, drift);
  }

  /** @returns length of the step's path over what chance makes of it */
  #followStep(moved: Float64Array): number {
    const size = moved.length;
    const rate = (this.#best + 2) / (size + this.#best + 5);
    const damping = 1 + 2 * Math.max(0, Math.sqrt((this.#best - 1) / (size + 1)) - 1) + rate;
    advance(this.#stepPath, rate, this.#best, moved);
    const byChance = Math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size * size));
    const drift = Math.hypot(...this.#stepPath) / byChance;
    this.#generation++;
    this.#step *= Math.exp(Math.min(1, (rate / damping) * (drift - 1)));
    return drift / Math.sqrt(1 - (1 - rate) ** (2 * this.#generation));
  }

  #followSpread(moved: Float64Array, chosen: readonly (Candidate & { weight: number })[], drift: number): void {
    const size = moved.length;
    const pathRate = (4 + this.#best / size) / (size + 4 + (2 * this.#best) / size);
    const faster = (size + 2) / 3;
    const one = Math.min(1, (faster * 2) / ((size + 1.3) ** 2 + this.#best));
    const all = Math.min(1 - one, (faster * 2 * (this.#best - 2 + 1 / this.#best)) / ((size + 2) ** 2 + this.#best));
    const wandering = drift < 1.4 + 2 / (size + 1) ? 1 : 0;
    advance(
      this.#spreadPath,
      pathRate,
      wandering * this.#best,
      moved.map((z, i) => z * this.#spread[i]!),
    );
    for (let i = 0; i < size; i++) {
      const seen = chosen.reduce((sum, { weight, deviates }) => sum + weight * deviates[i]! ** 2, 0);
      const kept = (1 - one - all + all * seen) * this.#spread[i]! ** 2;
      this.#spread[i] = Math.sqrt(kept + one * this.#spreadPath[i]! ** 2);
    }
  }
}

/** path = (1 − rate)·path + √(rate·(2 − rate)·best)·moved */
function advance(path: Float64Array, rate: number, best: number, moved: Float64Array): void {
  const gain = Math.sqrt(rate * (2 - rate) * best);
  for (let i = 0; i < path.length; i++) path[i] = (1 - rate) * path[i]! + gain * moved[i]!;
}
