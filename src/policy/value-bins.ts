/**
 * What a categorical critic's outputs mean: logits of a distribution over bins of returns, whose expectation is the value.
 *
 * Bins are evenly spaced in asinh(return), from −asinh(support) to asinh(support): linear below 1, logarithmic beyond. 101 bins over ±10⁴
 * are 0.2 apart near 0 and 20 % of a large return, so that one support fits rewards of any usual scale. There is no running
 * scale to keep: a value means the same in every iteration, on every thread and in every checkpoint.
 * Why asinh and not a symmetric logarithm: a Gaussian around asinh(y), cut into bins, has E[sinh] = sinh·constant for every y, so one factor
 * makes the expectation of a target the return itself (within 1e-4 of it for 101 bins over ±10⁴, up to half of the support).
 */
/** Where a categorical critic's bins are. */
export interface BinsSpec {
  readonly bins: number;
  /** Largest magnitude of a return, as scaled for learning; larger ones count as this */
  readonly support: number;
}

/** Standard deviation of a target's Gaussian, in bin widths (Farebrother et al., "Stop Regressing", arXiv 2403.03950). */
const SPREAD = 0.75;
/** Standard deviations from the outermost centre to the outermost edge: a Gaussian has nothing beyond. */
const OPEN = 8;
/** Slope of the untrained distribution's logits in |asinh|: above 1, so that far bins add nothing to a value before they are learned. */
const PRIOR_SLOPE = 1.5;
/** Widest bins, in asinh(return), whose expectation is still close to the return: within 1 %. */
const WIDEST = 0.5;

/** Distance of the bins' centres in asinh(return). */
export function binWidth({ bins, support }: BinsSpec): number {
  return (2 * Math.asinh(support)) / (bins - 1);
}

/** Fewest bins that represent returns of a support. */
export function fewestBins(support: number): number {
  return Math.ceil((2 * Math.asinh(support)) / WIDEST) + 1;
}

/** Standard deviation of a target in asinh(return). */
export function targetSpread(spec: BinsSpec): number {
  return SPREAD * binWidth(spec);
}

/** Edges in asinh(return) [bins + 1]. The outermost bins reach out so far that no part of a target is lost. */
export function binEdges(spec: BinsSpec): number[] {
  const limit = Math.asinh(spec.support);
  const inner = Array.from({ length: spec.bins - 1 }, (_, i) => (i + 0.5) * binWidth(spec) - limit);
  const outer = limit + OPEN * targetSpread(spec);
  return [-outer, ...inner, outer];
}

function binCentres(spec: BinsSpec): number[] {
  return Array.from({ length: spec.bins }, (_, i) => i * binWidth(spec) - Math.asinh(spec.support));
}

/**
 * The return that each bin stands for [bins]: sinh of its centre, less what the Gaussian's width and the bin's add to the mean of sinh,
 * e^(σ²/2) and sinh(w/2) / (w/2).
 */
export function binReturns(spec: BinsSpec): number[] {
  const half = binWidth(spec) / 2;
  const factor = half / Math.sinh(half) / Math.exp(targetSpread(spec) ** 2 / 2);
  return binCentres(spec).map((centre) => factor * Math.sinh(centre));
}

/** Added to the network's outputs [bins]: an untrained critic expects returns near 0. */
export function priorLogits(spec: BinsSpec): number[] {
  return binCentres(spec).map((centre) => -PRIOR_SLOPE * Math.abs(centre));
}
