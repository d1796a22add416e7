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
    const row = this.#segmentRow(unit < 0 ? ~unit : unit) + (index % this.#unroll) * this.#envs;
    return unit < 0 ? ~row : row;
  }

  /** Writes the `index`-th and the following rows of the units from `firstUnit` on, as many as `rows` holds, and where their observations lie. */
  writeRows(firstUnit: number, index: number, rows: Int32Array, seen: Int32Array): void {
    for (let i = 0; i < rows.length; i++) {
      const row = this.rowOf(firstUnit, index + i);
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
