/** How two log-ratios of the same actions compare, as numbers; and how likelihoods compare with their bound. Pure functions of arrays. */

/** Largest action that exact likelihoods are computed for: they take one derivative of the network per dimension. */
export const MOST_ACTION_SIZE = 6;

/** A stand-in's log-ratio against the true one. */
export interface RatioComparison {
  /** Actions whose likelihood is known under both policies */
  readonly actions: number;
  /** Least-squares line of the stand-in over the true log-ratio; null where the true one does not vary */
  readonly slope: number | null;
  readonly intercept: number | null;
  /** Pearson's; null where one of the two does not vary */
  readonly correlation: number | null;
  /** Share of actions whose log-ratios have the same sign */
  readonly signAgreement: number;
}

/** A true ratio beside the one that is clipped. */
export interface ClipComparison {
  /** Mean of the true ratio: 1 where actions are drawn from the old likelihood */
  readonly ratioMean: number;
  /** Share of actions whose true ratio lies outside 1 ± clip */
  readonly clipped: number;
  /** Share of the algorithm's ratios that lie on another side of the trust region than the true one: below, inside, above */
  readonly clipDisagreement: number;
  /**
   * Kullback–Leibler divergence of the old policy from the new one, as the mean of r − 1 − ln r, which is never negative; right where
   * actions are drawn from the old likelihood (Schulman, "Approximating KL divergence", 2020)
   */
  readonly divergence: number;
}

/** @param proxy the stand-in's log-ratio per action; @param truth the true one; entries that are not finite leave their action out */
export function compareLogRatios(proxy: ArrayLike<number>, truth: ArrayLike<number>): RatioComparison {
  const kept = finiteEntries(proxy, truth);
  const [x, y] = [kept.map((i) => truth[i]), kept.map((i) => proxy[i])];
  const [meanX, meanY] = [mean(x), mean(y)];
  const [varianceX, varianceY] = [covariance(x, x), covariance(y, y)];
  const shared = covariance(x, y);
  const slope = varianceX > 0 ? shared / varianceX : null;
  return {
    actions: kept.length,
    slope,
    intercept: slope === null ? null : meanY - slope * meanX,
    correlation: varianceX > 0 && varianceY > 0 ? shared / Math.sqrt(varianceX * varianceY) : null,
    signAgreement: mean(x.map((value, n) => (Math.sign(value) === Math.sign(y[n]) ? 1 : 0))),
  };
}

/**
 * @param logRatios the algorithm's own, `perAction` of them for every action, side by side
 * @param truth the true log-ratio per action; entries that are not finite are omitted
 */
export function compareClipping(
  logRatios: ArrayLike<number>,
  truth: ArrayLike<number>,
  perAction: number,
  clip: number,
): ClipComparison {
  const kept = finiteEntries(truth, truth);
  const ratios = kept.map((i) => Math.exp(truth[i]));
  const disagreements = kept.map((i, n) => {
    const side = sideOf(ratios[n], clip);
    let other = 0;
    for (let k = i * perAction; k < (i + 1) * perAction; k++) {
      if (sideOf(Math.exp(logRatios[k]), clip) !== side) other++;
    }
    return other / perAction;
  });
  return {
    ratioMean: mean(ratios),
    clipped: mean(ratios.map((ratio) => (sideOf(ratio, clip) === 0 ? 0 : 1))),
    clipDisagreement: mean(disagreements),
    divergence: mean(kept.map((i, n) => ratios[n] - 1 - truth[i])),
  };
}

/** Mean of the algorithm's ratios, and the share of them outside 1 ± clip. */
export function describeRatios(logRatios: ArrayLike<number>, clip: number): { ratioMean: number; clipped: number } {
  const ratios = Array.from(logRatios, Math.exp);
  return { ratioMean: mean(ratios), clipped: mean(ratios.map((ratio) => (sideOf(ratio, clip) === 0 ? 0 : 1))) };
}

/** Mean of a − b over the entries where both are finite. */
export function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return mean(finiteEntries(a, b).map((i) => a[i] - b[i]));
}

/** −1 below 1 − clip, 1 above 1 + clip, else 0. */
function sideOf(ratio: number, clip: number): -1 | 0 | 1 {
  if (ratio < 1 - clip) return -1;
  return ratio > 1 + clip ? 1 : 0;
}

function finiteEntries(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from({ length: a.length }, (_, i) => i).filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
}
