/** What the two halves of the updater share: their options, and a compiled function with the arrays it is fed from and writes to. */
import type { UpdateSpec } from "../algorithms/update-functions.ts";
import type { Engine, Executable, Feeds, GraphFunction } from "../graph/index.ts";
import type { NoiseSource } from "../policy/noise-source.ts";
import { type Mirror, writeMirrored } from "../tasks/index.ts";
import { copy } from "./gather.ts";
import type { IterationSizes, IterationViews } from "./iteration-layout.ts";
import { keptTables, type RowTable, seenTables } from "./rows.ts";
import type { UpdatePlan } from "./update-plan.ts";

/** What an updater works on. */
export interface UpdaterOptions {
  readonly engine: Engine;
  readonly spec: UpdateSpec;
  readonly plan: UpdatePlan;
  readonly sizes: IterationSizes;
  readonly views: IterationViews;
  readonly seed: number;
  /** What the policy acts with */
  readonly noise: NoiseSource;
  /** Null where rows are learned from as they are only */
  readonly mirror: Mirror | null;
}

/** Arrays by the names of a function's inputs or outputs. */
export type Arrays = Record<string, Float32Array>;

/** A compiled function with the private arrays it is fed from and writes to. */
export class Block {
  readonly feeds: Arrays;
  readonly outputs: Arrays;
  readonly #executable: Executable;
  readonly #fed: Feeds;

  private constructor(executable: Executable, feeds: Arrays, outputs: Arrays, rows: Feeds) {
    this.#executable = executable;
    this.feeds = feeds;
    this.outputs = outputs;
    this.#fed = { ...feeds, ...rows };
  }

  /**
   * Compiles a function for these arrays.
   * @param rows what else it is fed with; see `BlockRows`
   */
  static async create(
    engine: Engine,
    fn: GraphFunction,
    feeds: Arrays,
    outputs: Arrays,
    rows: Feeds = {},
  ): Promise<Block> {
    return new Block(await engine.compile(fn), feeds, outputs, rows);
  }

  /** Runs the function from its feeds into its outputs. */
  async run(): Promise<void> {
    await this.#executable.run(this.#fed, this.outputs);
  }

  /** Feeds the normaliser of the moment, as much of it as the function takes. */
  loadNormaliser({ mean, std }: IterationViews): void {
    copy(mean, 0, this.feeds.mean);
    copy(std, 0, this.feeds.std);
  }
}

/** Adds up the blocks of a gradient part, or of its measures, in memory of this thread, which is faster than shared memory. */
export class BlockSum {
  readonly #block: Float32Array;
  readonly #sum: Float32Array;

  /**
   * @param block the array that every block is written to
   * @param count blocks of a part; one alone is its own sum
   */
  constructor(block: Float32Array, count: number) {
    this.#block = block;
    this.#sum = count === 1 ? block : new Float32Array(block.length);
  }

  /** Adds the present block; the first one resets the sums. */
  add(first: boolean): void {
    const [sum, block] = [this.#sum, this.#block];
    if (sum === block) return;
    if (first) sum.set(block);
    else for (let i = 0; i < sum.length; i++) sum[i] += block[i];
  }

  /** Writes the sum as the `part`-th of equal parts. */
  write(parts: Float32Array, part: number): void {
    parts.set(this.#sum, part * this.#sum.length);
  }
}

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
