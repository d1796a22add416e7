/**
 * Feeds a block with shuffled rows: with their numbers, where the engine picks them from this thread's copy of the batch, else with the rows
 * themselves.
 */
import type { FeedArray } from "../graph/index.ts";
import { gatherRows } from "./row-gather.ts";
import type { RowTable } from "./row-table.ts";
import type { Arrays } from "./update-block.ts";

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
 * @param copies the tables' copies by name (BatchCopy); null where there are none
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
