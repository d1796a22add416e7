/** The rows of an iteration: in which order an epoch takes them, which arrays hold them, and what each keeps through the epochs. */
import type { RowArray } from "../algorithms/surrogate.ts";
import { surrogateOf, type UpdateSpec } from "../algorithms/update-functions.ts";
import type { SignedPermutation } from "../tasks/index.ts";
import type { IterationSizes } from "./iteration-layout.ts";
import type { UpdaterOptions } from "./update-block.ts";
import type { UpdatePlan } from "./update-plan.ts";

/** Reads the order that the learner wrote. */
export class RowOrder {
  readonly #unroll: number;
  readonly #envs: number;
  readonly #shardRows: number;
  readonly #order: Int32Array;
  readonly #straight: boolean;

  /**
   * @param order the epoch's shuffled units, ~unit where it is seen in the mirror
   * @param straight takes all rows as they are
   */
  constructor({ unroll }: UpdatePlan, { steps, envs }: IterationSizes, order: Int32Array, straight = false) {
    this.#straight = straight;
    this.#unroll = unroll;
    this.#envs = envs;
    this.#shardRows = steps * envs;
    this.#order = order;
  }

  /** The `index`-th row of the units from `firstUnit` on; ~row where it is seen in the mirror. */
  rowOf(firstUnit: number, index: number): number {
    if (this.#unroll === 1) return this.#order[firstUnit + index];
    const unit = this.#order[firstUnit + Math.floor(index / this.#unroll)];
    const row = this.#segmentRow(unit < 0 ? ~unit : unit) + (index % this.#unroll) * this.#envs;
    return unit < 0 ? ~row : row;
  }

  /** Writes the `index`-th and the following rows of the units from `firstUnit` on, as many as `rows` holds, and where their observations lie. */
  writeRows(firstUnit: number, index: number, rows: Int32Array, seen: Int32Array): void {
    for (let i = 0; i < rows.length; i++) {
      const found = this.rowOf(firstUnit, index + i);
      const row = this.#straight && found < 0 ? ~found : found;
      rows[i] = row;
      seen[i] = row < 0 ? ~this.#seenRow(~row) : this.#seenRow(row);
    }
  }

  /**
   * Writes the rows of so many whole units from `firstUnit` on, and where their observations lie.
   * @param rows [unroll, units]
   * @param seen [unroll, units], or [unroll + 1, units] where what comes after a unit is wanted too
   */
  writeUnits(firstUnit: number, units: number, rows: Int32Array, seen: Int32Array): void {
    for (let i = 0; i < units; i++) {
      const unit = this.#order[firstUnit + i];
      const first = this.#segmentRow(unit < 0 ? ~unit : unit);
      this.#writeEvery(unit < 0, first, i, units, rows);
      this.#writeEvery(unit < 0, this.#seenRow(first), i, units, seen);
    }
  }

  /** `first` and the rows of the steps that follow it, into every `units`-th entry. */
  #writeEvery(mirrored: boolean, first: number, from: number, units: number, out: Int32Array): void {
    for (let i = from, row = first; i < out.length; i += units, row += this.#envs) out[i] = mirrored ? ~row : row;
  }

  #segmentRow(segment: number): number {
    const cut = Math.floor(segment / this.#envs);
    return cut * this.#unroll * this.#envs + (segment % this.#envs);
  }

  /** Observations have one more step per shard than rows. */
  #seenRow(row: number): number {
    return row + Math.floor(row / this.#shardRows) * this.#envs;
  }
}

/** One of these arrays. */
export interface RowTable {
  readonly name: string;
  /** Values per row */
  readonly size: number;
  /** [rows, size] */
  readonly values: Float32Array;
  /** The images of all rows [rows, size], or how they are made; null where they are no different, or never looked at */
  readonly image: Float32Array | SignedPermutation | null;
}

/** What is seen of the rows, one step more per shard than there are rows: `obs`, and `privileged` unless it is empty. */
export function seenTables({ views, sizes, mirror }: UpdaterOptions): RowTable[] {
  const { obsSize, privilegedSize } = sizes;
  const obs = { name: "obs", size: obsSize, values: views.obs, image: mirror?.obs ?? null };
  if (privilegedSize === 0) return [obs];
  const image = mirror?.privileged ?? null;
  return [obs, { name: "privileged", size: privilegedSize, values: views.privileged, image }];
}

/** What rows keep through the epochs. */
export function keptTables({ spec, views, sizes }: UpdaterOptions): RowTable[] {
  const rows = sizes.shards * sizes.steps * sizes.envs;
  const orientations = keptOrientations(spec, sizes.orientations);
  const { places } = keptLayout(surrogateOf(spec.algorithm).kept, rows, orientations);
  return places.map(({ name, size, offset, imageOffset }) => {
    const part = (from: number) => views.kept.subarray(from, from + rows * size);
    return { name, size, values: part(offset), image: imageOffset === offset ? null : part(imageOffset) };
  });
}

/** Whether the policy is the same left and right, so that a row and its image give it one gradient. */
export function isSymmetric({ algorithm }: UpdateSpec): boolean {
  return algorithm.policy.symmetry !== undefined;
}

/** Views of what rows keep, where the observations of rows are seen in so many. */
export function keptOrientations(spec: UpdateSpec, orientations: 1 | 2): 1 | 2 {
  return isSymmetric(spec) ? 1 : orientations;
}

/** A kept array and its place. */
export interface KeptPlace extends RowArray {
  /** Of [rows, size] */
  readonly offset: number;
  /** Of the same with left and right changed over; `offset` where that is no different, or never looked at */
  readonly imageOffset: number;
}

/**
 * Lays kept arrays one behind the other.
 * @param rows of an iteration
 * @param orientations 2 where rows are seen in the mirror too
 */
export function keptLayout(
  kept: readonly RowArray[],
  rows: number,
  orientations: 1 | 2,
): { places: readonly KeptPlace[]; size: number } {
  let end = 0;
  const claim = (size: number) => {
    const offset = end;
    end += rows * size;
    return offset;
  };
  const places = kept.map((array) => {
    const offset = claim(array.size);
    const twice = array.mirrored !== "same" && orientations === 2;
    return { ...array, offset, imageOffset: twice ? claim(array.size) : offset };
  });
  return { places, size: end };
}
