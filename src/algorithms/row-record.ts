/**
 * What a row keeps through the epochs, as one record: its observation, then the surrogate's kept arrays, side by side. So a minibatch is
 * one gather of whole records; the graphs write and read their columns here.
 */
import { concat, input, reshape, slice, type Tensor } from "../graph/index.ts";
import type { KeptArrays, RowArray, Surrogate } from "./surrogate.ts";

/** Columns of one array in a record. */
export interface RecordColumns {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** The columns of a record, and how many there are. */
export interface RecordLayout {
  readonly columns: readonly RecordColumns[];
  readonly width: number;
}

/** The record of a surrogate's rows; its first columns are called "obs". */
export function recordLayout({ kept }: Pick<Surrogate, "kept">, obsSize: number): RecordLayout {
  let width = 0;
  const place = ({ name, size }: Pick<RowArray, "name" | "size">): RecordColumns => {
    width += size;
    return { name, offset: width - size, size };
  };
  const columns = [{ name: "obs", size: obsSize }, ...kept].map(place);
  return { columns, width };
}

/**
 * Records [rows, width] of arrays by name, each [rows, size] in any shape; those not given are inputs of the function.
 */
export function joinRecord({ columns }: RecordLayout, arrays: Readonly<Record<string, Tensor>>, rows: number): Tensor {
  return concat(
    columns.map(({ name, size }) => reshape(arrays[name] ?? input(name, [rows, size]), [rows, size])),
    1,
  );
}

/** The arrays of records [rows, width]. Throws a RangeError for a name that is none of them. */
export function splitRecord({ columns }: RecordLayout, record: Tensor): KeptArrays {
  return (name, shape) => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined) throw new RangeError(`record: has no columns "${name}"`);
    return reshape(slice(record, 1, found.offset, found.offset + found.size), shape);
  };
}
