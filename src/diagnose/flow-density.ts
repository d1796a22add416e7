/**
 * Exact log-likelihood of actions under the continuous flow: log π(a) = log N(x₁; 0, I) + ∫₀¹ ∇·v(x_t, t) dt along dx/dt = v from
 * a at t = 0 to x₁ at t = 1 (instantaneous change of variables, Chen et al. 2018, arXiv 1806.07366; here t = 1 is noise).
 * The divergence is exact, one derivative per dimension, so this is for small actions.
 */
import type { Engine, Executable } from "../graph/index.ts";
import { assertSize } from "../math/assert-size.ts";
import { divergenceFunction, type VelocityField } from "./velocity-field.ts";

/** Sizes of a block of actions. */
export interface DensitySizes {
  readonly rows: number;
  readonly actionSize: number;
}

/** Arrays of the field's own inputs, by name. */
export type FieldFeeds = Readonly<Record<string, Float32Array>>;

/** log N(x; 0, I) of one row, the `size` values of `x` at `offset`. */
export function logNormal(x: Float64Array, offset: number, size: number): number {
  let squares = 0;
  for (let i = 0; i < size; i++) squares += x[offset + i] ** 2;
  return -0.5 * (squares + size * Math.log(2 * Math.PI));
}

/** Log-likelihoods of blocks of actions under one field, which reads its weights and observations from feeds. */
export class FlowDensity {
  readonly #sizes: DensitySizes;
  readonly #executable: Executable;
  readonly #x: Float32Array;
  readonly #t: Float32Array;
  readonly #out: { readonly velocity: Float32Array; readonly divergence: Float32Array };
  /** Position and ∫∇·v so far, and their increments over a step */
  readonly #position: Float64Array;
  readonly #positionStep: Float64Array;
  readonly #integralStep: Float64Array;

  private constructor(sizes: DensitySizes, executable: Executable) {
    const { rows, actionSize } = sizes;
    const count = rows * actionSize;
    this.#sizes = sizes;
    this.#executable = executable;
    this.#x = new Float32Array(count);
    this.#t = new Float32Array(rows);
    this.#out = { velocity: new Float32Array(count), divergence: new Float32Array(rows) };
    this.#position = new Float64Array(count);
    this.#positionStep = new Float64Array(count);
    this.#integralStep = new Float64Array(rows);
  }

  /** Compiles the field's divergence for blocks of `sizes.rows` actions. */
  static async create(engine: Engine, field: VelocityField, sizes: DensitySizes): Promise<FlowDensity> {
    return new FlowDensity(sizes, await engine.compile(divergenceFunction(field, sizes.rows, sizes.actionSize)));
  }

  /**
   * Writes log π(a).
   * @param feeds the field's inputs: weights, observations, normaliser
   * @param actions before any squash [rows, actionSize]
   * @param steps fourth-order Runge–Kutta steps from t = 0 to 1
   * @param out [rows]
   */
  async logDensity(feeds: FieldFeeds, actions: Float32Array, steps: number, out: Float64Array): Promise<void> {
    const { rows, actionSize } = this.#sizes;
    assertSize(actions, rows * actionSize, "flow density: actions [rows, actionSize]");
    assertSize(out, rows, "flow density: out [rows]");
    const fed = { ...feeds, x: this.#x, t: this.#t };
    this.#position.set(actions);
    out.fill(0);
    for (let step = 0; step < steps; step++) await this.#step(fed, step / steps, 1 / steps, out);
    for (let row = 0; row < rows; row++) out[row] += logNormal(this.#position, row * actionSize, actionSize);
  }

  /** One classical Runge–Kutta step of (x, ∫∇·v) from time t. */
  async #step(fed: FieldFeeds, t: number, h: number, integral: Float64Array): Promise<void> {
    this.#positionStep.fill(0);
    this.#integralStep.fill(0);
    await this.#stage(fed, t, 0, h / 6);
    await this.#stage(fed, t + h / 2, h / 2, h / 3);
    await this.#stage(fed, t + h / 2, h / 2, h / 3);
    await this.#stage(fed, t + h, h, h / 6);
    addTo(this.#position, this.#positionStep);
    addTo(integral, this.#integralStep);
  }

  /** Evaluates the field at the step's start plus `ahead` times the last velocity, and adds it to the step by `weight`. */
  async #stage(fed: FieldFeeds, t: number, ahead: number, weight: number): Promise<void> {
    const { velocity, divergence } = this.#out;
    for (let i = 0; i < this.#x.length; i++) this.#x[i] = this.#position[i] + (ahead === 0 ? 0 : ahead * velocity[i]);
    this.#t.fill(t);
    await this.#executable.run(fed, this.#out);
    for (let i = 0; i < velocity.length; i++) this.#positionStep[i] += weight * velocity[i];
    for (let row = 0; row < divergence.length; row++) this.#integralStep[row] += weight * divergence[row];
  }
}

function addTo(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i] += part[i];
}
