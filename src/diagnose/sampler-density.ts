/**
 * Exact log-likelihood of actions under the sampler as deployed, a map of n steps from noise to action:
 * log π(a) = log N(x₁; 0, I) − Σ log|det ∂x_{next}/∂x|, each step inverted by Newton's method (for Euler, det(I + dt·∂v/∂x)).
 * A map that folds has several noises for one action; the density counts the one that is found, and says where a fold was met.
 */
import type { Engine, Executable } from "../graph/index.ts";
import { assertSize } from "../math/assert-size.ts";
import type { OdeSampling } from "../policy/flow-sampler.ts";
import { type DensitySizes, type FieldFeeds, logNormal } from "./flow-density.ts";
import { Lu } from "./lu.ts";
import { stepFunction, type VelocityField } from "./velocity-field.ts";

/** Origins of a block of actions. */
export interface Inversion {
  /** log π(a) [rows]; NaN where no noise was found that leads to the action */
  readonly logDensity: Float64Array;
  /** x before each step, the first one being the noise [flowSteps, rows, actionSize] */
  readonly path: Float64Array;
  /** 1 where every step was inverted [rows] */
  readonly solved: Uint8Array;
  /** 1 where a step turned space over (negative determinant), so that other noises may lead to the same action [rows] */
  readonly folded: Uint8Array;
}

/** Largest error of an inverted step, relative to 1 + |x|; float32 velocities allow no less. */
const TOLERANCE = 2e-6;
const MOST_ITERATIONS = 40;

/** Inverts blocks of actions under one field, which reads its weights and observations from feeds. */
export class SamplerDensity {
  readonly #sizes: DensitySizes;
  readonly #flowSteps: number;
  readonly #executable: Executable;
  readonly #x: Float32Array;
  readonly #t: Float32Array;
  readonly #out: { readonly next: Float32Array; readonly jacobian: Float32Array };
  readonly #lu: Lu;
  /** Best x so far [rows, actionSize], its error [rows], Newton's way from it, and how much of it is tried next */
  readonly #best: Float64Array;
  readonly #error: Float64Array;
  readonly #direction: Float64Array;
  readonly #share: Float64Array;
  readonly #open: Uint8Array;

  private constructor(sizes: DensitySizes, flowSteps: number, executable: Executable) {
    const { rows, actionSize } = sizes;
    const count = rows * actionSize;
    this.#sizes = sizes;
    this.#flowSteps = flowSteps;
    this.#executable = executable;
    this.#x = new Float32Array(count);
    this.#t = new Float32Array(rows);
    this.#out = { next: new Float32Array(count), jacobian: new Float32Array(count * actionSize) };
    this.#lu = new Lu(actionSize);
    this.#best = new Float64Array(count);
    this.#error = new Float64Array(rows);
    this.#direction = new Float64Array(count);
    this.#share = new Float64Array(rows);
    this.#open = new Uint8Array(rows);
  }

  /** Compiles one step of the sampler for blocks of `sizes.rows` actions. */
  static async create(
    engine: Engine,
    field: VelocityField,
    sizes: DensitySizes,
    options: OdeSampling,
  ): Promise<SamplerDensity> {
    const fn = stepFunction(field, sizes.rows, sizes.actionSize, options);
    return new SamplerDensity(sizes, options.flowSteps, await engine.compile(fn));
  }

  /**
   * Follows actions back to their noise.
   * @param feeds the field's inputs: weights, observations, normaliser
   * @param actions before any squash [rows, actionSize]
   * @param near an inversion of the same actions under a field that differs little: its path is where the search starts
   */
  async invert(feeds: FieldFeeds, actions: Float32Array, near: Inversion | null = null): Promise<Inversion> {
    const { rows, actionSize } = this.#sizes;
    assertSize(actions, rows * actionSize, "sampler density: actions [rows, actionSize]");
    const fed = { ...feeds, x: this.#x, t: this.#t };
    const result: Inversion = {
      logDensity: new Float64Array(rows),
      path: new Float64Array(this.#flowSteps * rows * actionSize),
      solved: new Uint8Array(rows).fill(1),
      folded: new Uint8Array(rows),
    };
    let target: Float64Array = Float64Array.from(actions);
    for (let step = this.#flowSteps - 1; step >= 0; step--) {
      const at = (path: Float64Array) => path.subarray(step * rows * actionSize, (step + 1) * rows * actionSize);
      this.#t.fill(1 - step / this.#flowSteps);
      await this.#invertStep(fed, target, near === null ? target : at(near.path), result);
      at(result.path).set(this.#best);
      target = at(result.path);
    }
    for (let row = 0; row < rows; row++) {
      result.logDensity[row] += logNormal(result.path, row * actionSize, actionSize);
      if (!result.solved[row]) result.logDensity[row] = Number.NaN;
    }
    return result;
  }

  /** Solves next(x) = target for all rows at once; the determinants go into `result`, the solutions stay in `#best`. */
  async #invertStep(fed: FieldFeeds, target: Float64Array, start: Float64Array, result: Inversion): Promise<void> {
    this.#best.set(start);
    this.#x.set(start);
    this.#error.fill(Number.POSITIVE_INFINITY);
    this.#open.fill(1);
    for (let iteration = 0; iteration < MOST_ITERATIONS && this.#open.includes(1); iteration++) {
      await this.#executable.run(fed, this.#out);
      for (let row = 0; row < this.#sizes.rows; row++) if (this.#open[row]) this.#advance(row, target, result);
    }
    for (let row = 0; row < this.#sizes.rows; row++) if (this.#open[row]) result.solved[row] = 0;
  }

  /** Judges the x that was just tried in one row and chooses the next one: Newton's, or half of the way where it went too far. */
  #advance(row: number, target: Float64Array, result: Inversion): void {
    const { actionSize } = this.#sizes;
    const first = row * actionSize;
    const error = this.#errorOf(first, target);
    if (error < this.#error[row]) {
      this.#error[row] = error;
      this.#share[row] = 1;
      this.#lu.factorise(this.#out.jacobian, first * actionSize);
      for (let i = first; i < first + actionSize; i++) {
        this.#best[i] = this.#x[i];
        this.#direction[i] = this.#out.next[i] - target[i];
      }
      this.#lu.solve(this.#direction, first);
    } else {
      this.#share[row] /= 2;
    }
    if (this.#error[row] <= TOLERANCE) this.#settle(row, result);
    for (let i = first; i < first + actionSize; i++) {
      this.#x[i] = this.#best[i] - (this.#open[row] ? this.#share[row] * this.#direction[i] : 0);
    }
  }

  /** Largest |next − target| of a row, relative to 1 + |target|. */
  #errorOf(first: number, target: Float64Array): number {
    let error = 0;
    for (let i = first; i < first + this.#sizes.actionSize; i++) {
      error = Math.max(error, Math.abs(this.#out.next[i] - target[i]) / (1 + Math.abs(target[i])));
    }
    return error;
  }

  /** Closes a row whose factorised Jacobian is the one at the solution. One more step of Newton's costs nothing by now. */
  #settle(row: number, result: Inversion): void {
    const { actionSize } = this.#sizes;
    this.#open[row] = 0;
    for (let i = row * actionSize; i < (row + 1) * actionSize; i++) this.#best[i] -= this.#direction[i];
    result.logDensity[row] -= this.#lu.logAbsDeterminant;
    if (this.#lu.sign < 0) result.folded[row] = 1;
  }
}
