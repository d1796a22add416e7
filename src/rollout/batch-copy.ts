/**
 * One thread's own copy of what rows hold through the epochs, from which the engine picks a block's rows: it takes no memory that threads
 * share. Rows seen in the mirror lie behind the rows as they are, so every row has one number in either orientation.
 */
import { writeMirrored } from "../tasks/index.ts";
import { keptTables, type RowTable, seenTables } from "./row-table.ts";
import type { Arrays, UpdaterOptions } from "./update-block.ts";

/** Larger batches are not copied, since every thread would need as much again. */
const MOST_BYTES = 128 * 2 ** 20;

/** Holds the batch of one iteration. */
export class BatchCopy {
  /** [orientations * rows, size] by name: what rows keep, and what is seen of them */
  readonly kept: Arrays;
  readonly seen: Arrays;
  readonly #tables: readonly { readonly table: RowTable; readonly copy: Float32Array }[];
  #iteration = -1;

  private constructor(kept: readonly RowTable[], seen: readonly RowTable[], orientations: 1 | 2) {
    const copies = (tables: readonly RowTable[]): Arrays =>
      Object.fromEntries(tables.map(({ name, values }) => [name, new Float32Array(orientations * values.length)]));
    this.kept = copies(kept);
    this.seen = copies(seen);
    const paired = (tables: readonly RowTable[], arrays: Arrays) =>
      tables.map((table) => ({ table, copy: arrays[table.name] }));
    this.#tables = [...paired(kept, this.kept), ...paired(seen, this.seen)];
  }

  /** Memory for a batch of these sizes; null where it is too large, or the engine would copy all of it for every block. */
  static of(options: UpdaterOptions): BatchCopy | null {
    if (!options.engine.readsInPlace) return null;
    const [kept, seen] = [keptTables(options), seenTables(options)];
    const { orientations } = options.sizes;
    const values = [...kept, ...seen].reduce((sum, table) => sum + orientations * table.values.length, 0);
    if (values * Float32Array.BYTES_PER_ELEMENT > MOST_BYTES) return null;
    return new BatchCopy(kept, seen, orientations);
  }

  /** Copies the batch of `iteration`, which must be prepared, unless it is here. */
  renew(iteration: number): void {
    if (iteration === this.#iteration) return;
    for (const { table, copy } of this.#tables) copyTable(table, copy);
    this.#iteration = iteration;
  }
}

/** @param copy [rows, size], or twice as many rows where images are wanted */
function copyTable({ values, image, size }: RowTable, copy: Float32Array): void {
  copy.set(values);
  const { length } = values;
  if (copy.length === length) return;
  if (image === null) copy.copyWithin(length, 0, length);
  else if (image instanceof Float32Array) copy.set(image, length);
  else for (let at = 0; at < length; at += size) writeMirrored(image, copy, at, copy, length + at);
}
