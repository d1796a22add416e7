/** Which rows an epoch's shuffled units stand for. Rows are numbered shard by shard, time first; ~row is a row seen in the mirror. */
import type { IterationSizes } from "./iteration-layout.ts";
import type { UpdatePlan } from "./update-plan.ts";

/** Reads the order that the learner wrote. */
export class RowOrder {
  readonly #unroll: number;
  readonly #envs: number;
  readonly #shardRows: number;
  readonly #order: Int32Array;

  /** @param order the epoch's shuffled units, ~unit where it is seen in the mirror */
  constructor({ unroll }: UpdatePlan, { steps, envs }: IterationSizes, order: Int32Array) {
    this.#unroll = unroll;
    this.#envs = envs;
    this.#shardRows = steps * envs;
    this.#order = order;
  }

  /** The `index`-th row of the units from `firstUnit` on; ~row where it is seen in the mirror. */
  rowOf(firstUnit: number, index: number): number {
    if (this.#unroll === 1) return this.#order[firstUnit + index];
    const unit = this.#order[firstUnit + Math.floor(index / this.#unroll)];
    const row = this.segmentRow(unit < 0 ? ~unit : unit) + (index % this.#unroll) * this.#envs;
    return unit < 0 ? ~row : row;
  }

  /** First row of a segment. */
  segmentRow(segment: number): number {
    const cut = Math.floor(segment / this.#envs);
    return cut * this.#unroll * this.#envs + (segment % this.#envs);
  }

  /** Where a row's observation lies: observations have one more step per shard than rows. */
  seenRow(row: number): number {
    return row + Math.floor(row / this.#shardRows) * this.#envs;
  }
}
