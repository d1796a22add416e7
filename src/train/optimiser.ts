/** One network's weights under Adam: applies summed gradient parts to the shared weights. */
import { type AdamSettings, adamFunction, adamRates } from "../algorithms/adam.ts";
import type { Engine, Executable } from "../graph/index.ts";

/** Adam's state beside the weights, as checkpoints store it. */
export interface OptimiserState {
  readonly mean: Float32Array;
  readonly square: Float32Array;
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

  private constructor(executable: Executable, weights: Float32Array, gradients: Float32Array, settings: AdamSettings) {
    const size = weights.length;
    this.#executable = executable;
    this.#settings = settings;
    this.#weights = weights;
    this.state = { mean: new Float32Array(size), square: new Float32Array(size) };
    this.#feeds = { weights, gradients, ...this.state, rates: new Float32Array(3) };
    this.#results = {
      weights: new Float32Array(size),
      mean: new Float32Array(size),
      square: new Float32Array(size),
      norm: new Float32Array(1),
    };
  }

  /** @param gradients summed parts [parts, size], read at every step; `weights` [size] are changed in place */
  static async create(
    engine: Engine,
    name: string,
    { weights, gradients }: { weights: Float32Array; gradients: Float32Array },
    settings: AdamSettings,
  ): Promise<Optimiser> {
    const parts = gradients.length / weights.length;
    const executable = await engine.compile(adamFunction(name, weights.length, parts, settings));
    return new Optimiser(executable, weights, gradients, settings);
  }

  /**
   * One step, unless a gradient is not finite.
   * @returns the gradient's norm before any limit; not finite when the step was left out
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
