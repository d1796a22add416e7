/**
 * Gathers shuffled rows into the arrays that a block is fed with, array by array. Rows are given by their numbers; ~row stands for a row
 * seen in the mirror.
 */
import { writeMirrored } from "../tasks/index.ts";
import { copyRow } from "./row-image.ts";
import type { RowTable } from "./row-table.ts";

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
