/**
 * Steers the policy's learning rate by a measured divergence: the share of ratios that left the trust region. A step size that suits the
 * first iterations tears the policy apart once it has become narrow, since the same change of weights then moves ratios further.
 * Common for Gaussian policies by their KL divergence (rsl_rl); a flow has no cheap one, but it has its ratios.
 */
/** Least and largest factor on the configured learning rate. */
const BOUNDS = [1 / 50, 4] as const;
/** Changes per iteration: quickly down, slowly up. */
const DOWN = 1.4;
const UP = 1.1;
/** The share of the target within which nothing changes. */
const TOLERANCE = 1.5;

/** The next iteration's factor. @param measured share of ratios outside the trust region in the iteration that ended */
export function steeredFactor(factor: number, measured: number, target: number): number {
  const [least, largest] = BOUNDS;
  if (measured > TOLERANCE * target) return Math.max(least, factor / DOWN);
  if (measured < target / TOLERANCE) return Math.min(largest, factor * UP);
  return factor;
}
