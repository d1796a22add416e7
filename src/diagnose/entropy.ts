/** Entropy of the frequencies of some outcomes, in bits: −Σ p·log₂ p; 0 without outcomes. */
export function entropyBits(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum + (count / total) * Math.log2(total / count)), 0);
}
