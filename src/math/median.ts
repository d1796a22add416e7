/** The middle of some values, which one outlier does not move. */

/** NaN if there are none; of an even number of values the mean of the two in the middle. Values may come in any order. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
