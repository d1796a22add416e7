/** Where the arrays that rows keep through the epochs lie in an iteration's shared memory (algorithms/surrogate.ts). */
import type { RowArray } from "../algorithms/surrogate.ts";

/** A kept array and its place. */
export interface KeptPlace extends RowArray {
  /** Of [rows, size] */
  readonly offset: number;
  /** Of the same with left and right changed over; `offset` where that is no different, or never looked at */
  readonly imageOffset: number;
}

/**
 * Lays kept arrays one behind the other.
 * @param rows of an iteration
 * @param orientations 2 where rows are seen in the mirror too
 */
export function keptLayout(
  kept: readonly RowArray[],
  rows: number,
  orientations: 1 | 2,
): { places: readonly KeptPlace[]; size: number } {
  let end = 0;
  const claim = (size: number) => {
    const offset = end;
    end += rows * size;
    return offset;
  };
  const places = kept.map((array) => {
    const offset = claim(array.size);
    const twice = array.mirrored !== "same" && orientations === 2;
    return { ...array, offset, imageOffset: twice ? claim(array.size) : offset };
  });
  return { places, size: end };
}
