/**
 * The evidence lower bound on log π(a) of a flow read as a diffusion, with the weights that make it one. With x_t = t·ε + (1 − t)·a the
 * signal-to-noise ratio is (1 − t)²/t², and from noise at t = 1 to the last step of the sampler, at δ = 1/flowSteps,
 *   log π(a) ≥ E log N(a; x_δ − δ·v, s²) − ∫_δ^1 (1 − t)/t · E‖v(x_t, t) − u‖² dt,
 * where the first term reads the action off the last step. Source: Kingma et al., "Variational Diffusion Models" (arXiv 2107.00630) eq. 11–17;
 * the bound is one on the stochastic process's density, which is the deterministic flow's where the velocity is exact.
 */

import type { Engine, Executable } from "../graph/index.ts";
import {
  add,
  type GraphFunction,
  graphFunction,
  input,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { assertSize } from "../math/assert-size.ts";
import { Rng, STREAM } from "../math/rng.ts";
import type { DensitySizes, FieldFeeds } from "./flow-density.ts";
import type { VelocityField } from "./velocity-field.ts";

/** What is estimated, and how finely. */
export interface BoundSettings {
  /** δ, where the diffusion ends and the action is read off */
  readonly lastTime: number;
  /** Flow times of the integral, each with a noise of its own; a multiple of `DRAWS` */
  readonly times: number;
  /** The same seed gives the same noises and times, so that differences between policies are precise */
  readonly seed: number;
}

/** Noise–time pairs per row and run of the engine. */
export const DRAWS = 8;

/** Inputs `action` [rows, size], `noise` [rows, draws, size], `time` [rows, draws] and the field's own → `error` ‖v − u‖² [rows, draws]. */
export function velocityErrorFunction(field: VelocityField, rows: number, size: number): GraphFunction {
  const t = input("time", [rows, DRAWS]);
  // u = ε − a, x_t = a + t·u
  const action = reshape(input("action", [rows, size]), [rows, 1, size]);
  const u = sub(input("noise", [rows, DRAWS, size]), action);
  const x = add(mul(reshape(t, [rows, DRAWS, 1]), u), action);
  const flat = (tensor: Tensor, width: number) => reshape(tensor, [rows * DRAWS, width]);
  const error = sub(field(flat(x, size), flat(t, 1)), flat(u, size));
  return graphFunction("velocity-error", { error: reshape(sum(square(error), 1), [rows, DRAWS]) });
}

/** Bounds of blocks of actions under one field, which reads its weights and observations from feeds. */
export class LikelihoodBound {
  readonly #sizes: DensitySizes;
  readonly #settings: BoundSettings;
  readonly #executable: Executable;
  readonly #rng = new Rng();
  readonly #noise: Float32Array;
  readonly #time: Float32Array;
  readonly #out: { readonly error: Float32Array };
  /** s² of the decoder, chosen for the first policy that is measured; null before */
  #decoderVariance: number | null = null;

  private constructor(sizes: DensitySizes, settings: BoundSettings, executable: Executable) {
    const { rows, actionSize } = sizes;
    this.#sizes = sizes;
    this.#settings = settings;
    this.#executable = executable;
    this.#noise = new Float32Array(rows * DRAWS * actionSize);
    this.#time = new Float32Array(rows * DRAWS);
    this.#out = { error: new Float32Array(rows * DRAWS) };
  }

  /** Compiles the field's error for blocks of `sizes.rows` actions. */
  static async create(
    engine: Engine,
    field: VelocityField,
    sizes: DensitySizes,
    settings: BoundSettings,
  ): Promise<LikelihoodBound> {
    const executable = await engine.compile(velocityErrorFunction(field, sizes.rows, sizes.actionSize));
    return new LikelihoodBound(sizes, settings, executable);
  }

  /**
   * Writes an unbiased estimate of the bound. Policies that are measured one after the other share noises, times and the decoder's
   * deviation, which fits the first one best.
   * @param feeds the field's inputs: weights, observations, normaliser
   * @param actions before any squash [rows, actionSize]
   * @param out [rows]
   */
  async measure(feeds: FieldFeeds, actions: Float32Array, out: Float64Array): Promise<void> {
    const { rows, actionSize } = this.#sizes;
    assertSize(actions, rows * actionSize, "likelihood bound: actions [rows, actionSize]");
    assertSize(out, rows, "likelihood bound: out [rows]");
    const fed = { ...feeds, action: actions, noise: this.#noise, time: this.#time };
    const chunks = this.#settings.times / DRAWS;
    await this.#drawAndRun(fed, chunks, () => this.#settings.lastTime);
    this.#decode(out);
    for (let chunk = 0; chunk < chunks; chunk++) {
      await this.#drawAndRun(fed, chunk, (draw, k) => this.#timeOf(chunk * DRAWS + k + draw));
      this.#addIntegral(out);
    }
  }

  /** Fresh noises for one chunk of draws, always the same for the same chunk, and the errors they give. */
  async #drawAndRun(fed: FieldFeeds, chunk: number, time: (draw: number, k: number) => number): Promise<void> {
    this.#rng.seek(this.#settings.seed, STREAM.probe, chunk);
    this.#rng.fillNormal(this.#noise);
    for (let i = 0; i < this.#time.length; i++) this.#time[i] = time(this.#rng.uniform(), i % DRAWS);
    await this.#executable.run(fed, this.#out);
  }

  /** Times are spread evenly over ln t, where dt/t is uniform: from δ at 0 to 1 at `times`. */
  #timeOf(position: number): number {
    const { lastTime, times } = this.#settings;
    return lastTime ** (1 - position / times);
  }

  /** Starts the sums with log N(a; x_δ − δ·v, s²), where a − (x_δ − δ·v) = δ·(v − u). */
  #decode(out: Float64Array): void {
    const { actionSize } = this.#sizes;
    const { error } = this.#out;
    const scale = this.#settings.lastTime ** 2;
    this.#decoderVariance ??= (scale * error.reduce((sum, value) => sum + value, 0)) / (error.length * actionSize);
    const constant = -0.5 * actionSize * Math.log(2 * Math.PI * this.#decoderVariance);
    for (let row = 0; row < out.length; row++) {
      out[row] = constant;
      for (let k = 0; k < DRAWS; k++) {
        out[row] -= (0.5 * scale * error[row * DRAWS + k]) / (this.#decoderVariance * DRAWS);
      }
    }
  }

  /** Takes off this chunk's share of ∫ (1 − t)·‖v − u‖² d ln t. */
  #addIntegral(out: Float64Array): void {
    const { lastTime, times } = this.#settings;
    const width = -Math.log(lastTime) / times;
    for (let row = 0; row < out.length; row++) {
      for (let i = row * DRAWS; i < (row + 1) * DRAWS; i++)
        out[row] -= width * (1 - this.#time[i]) * this.#out.error[i];
    }
  }
}
