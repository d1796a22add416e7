/** Rows copied as they are, or as they look when left and right change places. */
import type { Mirroring } from "../algorithms/surrogate.ts";
import { type SignedPermutation, writeMirrored } from "../tasks/index.ts";

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
