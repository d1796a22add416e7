/**
 * Rows on their way into a block: copied as they are or as the mirror shows them, gathered in the shuffled order, or fed as numbers by which the
 * engine picks them from this thread's copy of the batch. Rows are given by their numbers; ~row stands for a row seen in the mirror.
 */
import type { Mirroring } from "../algorithms/surrogate.ts";
import type { FeedArray } from "../graph/index.ts";
import { type SignedPermutation, writeMirrored } from "../tasks/index.ts";
import type { RowTable } from "./rows.ts";
import type { Arrays } from "./update-block.ts";

/** From so many values on, moving them as bytes outweighs the views that it takes. */
const LONG_ROW = 32;

/** Copies `count` values. */
export function copyRow(source: Float32Array, from: number, target: Float32Array, to: number, count: number): void {
  if (count >= LONG_ROW) target.set(source.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) target[to + i] = source[from + i];
}

/** Copies `count` values to the beginning of the target, the whole target without it. */
export function copy(source: Float32Array, from: number, target: Float32Array, count = target.length): void {
  copyRow(source, from, target, 0, count);
}

/** Replaces every row of `values` by its image. @param scratch one row */
export function mirrorRows(image: SignedPermutation, values: Float32Array, scratch: Float32Array): void {
  const size = image.source.length;
  for (let at = 0; at < values.length; at += size) {
    copy(values, at, scratch, size);
    writeMirrored(image, scratch, 0, values, at);
  }
}

/** The image of a row of `size` values that holds actions as `mirrored` says; null where the row has none. */
export function imageOf(action: SignedPermutation, mirrored: Mirroring, size: number): SignedPermutation | null {
  if (typeof mirrored !== "number") return null;
  const { source, sign } = action;
  const isAction = (i: number) => i % mirrored < source.length;
  return {
    source: Int32Array.from({ length: size }, (_, i) => (isAction(i) ? i - (i % mirrored) + source[i % mirrored] : i)),
    sign: Float32Array.from({ length: size }, (_, i) => (isAction(i) ? sign[i % mirrored] : 1)),
  };
}

/** Rows of a table, images among them. */
export function gatherRows({ values, image, size }: RowTable, rows: Int32Array, target: Float32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const from = (row < 0 ? ~row : row) * size;
    if (row >= 0 || image === null) copyRow(values, from, target, i * size, size);
    else if (image instanceof Float32Array) copyRow(image, from, target, i * size, size);
    else writeMirrored(image, values, from, target, i * size);
  }
}

/** One value per row, the same in the mirror. */
export function gatherValues(source: Float32Array | Uint8Array, rows: Int32Array, target: Float32Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i] < 0 ? ~rows[i] : rows[i]];
}

/** The opposite way. */
export function scatterValues(values: Float32Array, rows: Int32Array, target: Float32Array): void {
  for (let i = 0; i < rows.length; i++) target[rows[i] < 0 ? ~rows[i] : rows[i]] = values[i];
}

/** What a block is fed with. */
export interface BlockRows {
  /** By the names of inputs */
  readonly feeds: Readonly<Record<string, FeedArray>>;
  /** Rows that each is picked from; undefined where the rows themselves are fed */
  readonly of: number | undefined;
  /** Feeds these rows; ~row is a row seen in the mirror. */
  write(rows: Int32Array): void;
}

/**
 * @param index name of the input that takes the rows' numbers
 * @param count rows of a block
 * @param copies the tables' copies by name (BatchCopy); null if there are none
 */
export function blockRows(tables: readonly RowTable[], index: string, count: number, copies: Arrays | null): BlockRows {
  return copies === null ? gatheredRows(tables, count) : pickedRows(tables, index, count, copies);
}

function gatheredRows(tables: readonly RowTable[], count: number): BlockRows {
  const feeds = Object.fromEntries(tables.map(({ name, size }) => [name, new Float32Array(count * size)]));
  const write = (rows: Int32Array) => {
    for (const table of tables) gatherRows(table, rows, feeds[table.name]);
  };
  return { feeds, of: undefined, write };
}

function pickedRows(tables: readonly RowTable[], index: string, count: number, copies: Arrays): BlockRows {
  const [{ values, size, name }] = tables;
  const images = values.length / size;
  const numbers = new BigInt64Array(count);
  // Low words of little-endian numbers, whose high words stay 0: no BigInt is made.
  const words = new Int32Array(numbers.buffer);
  const write = (rows: Int32Array) => {
    for (let i = 0; i < count; i++) words[2 * i] = rows[i] < 0 ? images + ~rows[i] : rows[i];
  };
  const fed = Object.fromEntries(tables.map((table) => [table.name, copies[table.name]]));
  return { feeds: { ...fed, [index]: numbers }, of: copies[name].length / size, write };
}
