/**
 * Gathers shuffled rows into the arrays that a block is fed with, array by array. Rows are given by their numbers; ~row stands for a row
 * seen in the mirror.
 */
import type { SignedPermutation } from "../tasks/index.ts";
import { writeMirrored } from "../tasks/index.ts";
import type { KeptPlace } from "./kept-rows.ts";
import { copyRow } from "./row-image.ts";

/** Rows whose images are stored as well. */
export function gatherKept(
  source: Float32Array,
  { offset, imageOffset, size }: Pick<KeptPlace, "offset" | "imageOffset" | "size">,
  rows: Int32Array,
  target: Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    copyRow(source, row < 0 ? imageOffset + ~row * size : offset + row * size, target, i * size, size);
  }
}

/** Rows whose images are made on the way. @param image absent where no row is seen in the mirror */
export function gatherSeen(
  source: Float32Array,
  size: number,
  image: SignedPermutation | undefined,
  rows: Int32Array,
  target: Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row >= 0) copyRow(source, row * size, target, i * size, size);
    else if (image === undefined) copyRow(source, ~row * size, target, i * size, size);
    else writeMirrored(image, source, ~row * size, target, i * size);
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
