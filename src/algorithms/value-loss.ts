/**
 * The critic's loss against targets that carry no gradient, unclipped: the squared error of a value, or the cross-entropy of a distribution
 * over bins (HL-Gauss: Farebrother et al., "Stop Regressing", arXiv 2403.03950).
 */
import {
  abs,
  add,
  clamp,
  constant,
  exp,
  greater,
  log,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "../graph/index.ts";
import { type CriticSpec, criticValue } from "../policy/critic.ts";
import { shiftedLogits } from "../policy/expected-return.ts";
import { type BinsSpec, binEdges, targetSpread } from "../policy/value-bins.ts";

/**
 * coefficient · mean over the minibatch of the masked errors of the rows: ((target − V)·mask)², or the cross-entropy · mask, which
 * ends near 1.2 nats, the entropy of a target, and not at 0.
 * @param output of the critic (policy/critic.ts)
 * @param targets [rows]
 * @param mask 0 leaves a row out [rows]; null counts all
 * @param scale 1 / rows of the whole minibatch
 */
export function valueLoss(
  critic: Pick<CriticSpec, "bins">,
  output: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  { coefficient, scale }: { coefficient: number; scale: number },
): Tensor {
  const masked = (x: Tensor) => (mask === null ? x : mul(x, mask));
  const fixed = stopGradient(targets);
  const errors =
    critic.bins === null
      ? square(masked(sub(fixed, criticValue(critic, output))))
      : masked(crossEntropy(output, binTargets(critic.bins, fixed)));
  return mul(sum(errors), coefficient * scale);
}

/** −Σ target · log softmax(logits) of each row, for targets that sum to 1. [rows, bins] both → [rows] */
function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const shifted = shiftedLogits(logits);
  return sub(log(sum(exp(shifted), 1)), sum(mul(targets, shifted), 1));
}

/**
 * The share of each bin in a Gaussian around asinh(return), whose standard deviation is 0.75 bins. Returns beyond the support count as its
 * limit, whose Gaussian ends in the outermost bins. returns [rows] → [rows, bins]
 */
export function binTargets(spec: BinsSpec, returns: Tensor): Tensor {
  const [rows] = returns.shape;
  const spread = targetSpread(spec);
  const edges = constant(
    binEdges(spec).map((edge) => edge / spread),
    [1, spec.bins + 1],
  );
  const centre = mul(asinh(clamp(returns, -spec.support, spec.support)), 1 / spread);
  const below = normalCdf(sub(edges, reshape(centre, [rows, 1])));
  return sub(slice(below, 1, 1, spec.bins + 1), slice(below, 1, 0, spec.bins));
}

/** Φ(x) ≈ sigmoid(1.5976·x + 0.07056·x³), within 1.5e-4 (Bowling et al. 2009, Journal of Industrial Engineering and Management 2(1)). */
function normalCdf(x: Tensor): Tensor {
  return sigmoid(mul(x, add(mul(square(x), 0.07056), 1.5976)));
}

/** Inverse of sinh: sign(x)·ln(|x| + √(x² + 1)) */
function asinh(x: Tensor): Tensor {
  const size = log(add(abs(x), sqrt(add(square(x), 1))));
  return where(greater(x, 0), size, neg(size));
}
