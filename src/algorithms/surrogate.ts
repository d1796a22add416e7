/**
 * What an algorithm does with rows, in a form that the learner can run without knowing which algorithm it is: what is drawn and computed
 * once per row under the collecting weights, what of it is kept through the epochs, and the loss of a block. One implementation per kind of
 * likelihood (…-surrogate.ts), one pure loss per algorithm; update-functions.ts picks.
 */
import type { Tensor } from "../graph/index.ts";
import type { Rng } from "../math/rng.ts";
import type { NoiseSource } from "../policy/noise-source.ts";
import type { ParameterLayout } from "../policy/parameters.ts";
import type { RowPlace } from "../policy/run-clock.ts";
import type { PolicyLoss } from "./policy-loss.ts";

/**
 * What becomes of an array's row when left and right change places. A number: the row is groups of so many values, each beginning with an
 * action, which is replaced by its image. "same": nothing. "measured": it is computed again from the images of the rest.
 */
export type Mirroring = number | "same" | "measured";

/** An array with the same number of values for every row. */
export interface RowArray {
  readonly name: string;
  /** Values per row */
  readonly size: number;
  readonly mirrored: Mirroring;
}

/** One block of rows. */
export interface RowBlock {
  readonly rows: number;
  /** Normalised [rows, obsSize] */
  readonly obs: Tensor;
  /** The actor's, by name */
  readonly weights: Readonly<Record<string, Tensor>>;
}

/** A block whose loss is wanted. */
export interface LossBlock extends RowBlock {
  /** A kept array in the shape [rows, …] or [rows * …, …] that its user wants. */
  kept(name: string, shape: readonly number[]): Tensor;
}

/** Where a row's random numbers come from. */
export interface DrawSources {
  /** What the policy acted with */
  readonly acted: NoiseSource;
  /** A cursor to seek with, for draws that acting did not make */
  readonly rng: Rng;
}

/** One algorithm's side of the update. Shapes are [rows, size] unless a function's own comment says otherwise. */
export interface Surrogate {
  /** The actor's weights */
  readonly layout: ParameterLayout;
  /** Whether `prepare` takes `advice` [rows, actionSize] too: what a scripted controller would have done. */
  readonly heedsAdvice?: boolean;
  /** Random numbers that every row gets before anything is computed. */
  readonly drawn: readonly RowArray[];
  /**
   * Writes the drawn arrays of one row.
   * @param row which one among those that `feeds` hold
   */
  draw(from: DrawSources, place: RowPlace, feeds: Readonly<Record<string, Float32Array>>, row: number): void;
  /** What acting computed and threw away, computed again from the drawn numbers; null where nothing is needed of it. */
  readonly replay: {
    readonly arrays: readonly RowArray[];
    /** Inputs: the drawn arrays. Outputs: `arrays`. */
    outputs(block: RowBlock): Record<string, Tensor>;
  } | null;
  /** What every row keeps through the epochs: outputs of `prepare`, or else drawn arrays or the `action` as they are. */
  readonly kept: readonly RowArray[];
  /** Inputs: `action` [rows, actionSize], drawn and replayed arrays. Outputs: kept arrays. */
  prepare(block: RowBlock): Record<string, Tensor>;
  /** Names of the loss's measures */
  readonly measures: readonly string[];
  /**
   * Inputs: `advantage` [rows].
   * @param scale 1 / rows of the whole minibatch
   */
  loss(block: LossBlock, scale: number): PolicyLoss;
}
