/** One network's weights under Adam: applies summed gradient parts to them. */
import { type AdamSettings, adamFunction, adamRates } from "../algorithms/adam.ts";
import type { Engine, Executable } from "../graph/index.ts";

/** Adam's state beside the weights [size], as checkpoints store it. */
export interface OptimiserState {
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** What an optimiser reads and changes. */
export interface OptimiserArrays {
  /** [size]; changed in place */
  readonly weights: Float32Array;
  /** Summed parts [parts, size], read at every step */
  readonly gradients: Float32Array;
  /** Changed in place; zeros of its own without it */
  readonly state?: OptimiserState;
}

/** Steps one flat weight vector. */
export class Optimiser {
  readonly state: OptimiserState;
  /** Steps taken so far */
  steps = 0;
  readonly #executable: Executable;
  readonly #settings: AdamSettings;
  readonly #feeds: Readonly<Record<string, Float32Array>>;
  readonly #weights: Float32Array;
  readonly #results: Record<"weights" | "mean" | "square" | "norm", Float32Array>;

  private constructor(executable: Executable, { weights, gradients, state }: OptimiserArrays, settings: AdamSettings) {
    const zeros = () => new Float32Array(weights.length);
    this.#executable = executable;
    this.#settings = settings;
    this.#weights = weights;
    this.state = state ?? { mean: zeros(), square: zeros() };
    this.#feeds = { weights, gradients, ...this.state, rates: new Float32Array(3) };
    this.#results = { weights: zeros(), mean: zeros(), square: zeros(), norm: new Float32Array(1) };
  }

  /** Compiles the step for these arrays. */
  static async create(
    engine: Engine,
    name: string,
    arrays: OptimiserArrays,
    settings: AdamSettings,
  ): Promise<Optimiser> {
    const { weights, gradients } = arrays;
    const parts = gradients.length / weights.length;
    const executable = await engine.compile(adamFunction(name, weights.length, parts, settings));
    return new Optimiser(executable, arrays, settings);
  }

  /**
   * One step, unless a gradient is not finite.
   * @returns the gradient's norm before any limit; not finite if the step was skipped
   */
  async step(learningRate: number): Promise<number> {
    adamRates(this.#settings, learningRate, this.steps + 1, this.#feeds.rates);
    await this.#executable.run(this.#feeds, this.#results);
    const norm = this.#results.norm[0];
    if (!Number.isFinite(norm)) return norm;
    this.steps++;
    this.#weights.set(this.#results.weights);
    this.state.mean.set(this.#results.mean);
    this.state.square.set(this.#results.square);
    return norm;
  }
}
