/** What every policy loss gives back, and the part that all share: the mean of a ratio's objective. The losses have files of their own. */
import {
  abs,
  clamp,
  concat,
  constant,
  exp,
  greater,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";

/** A scalar to descend, and measures that add up over blocks. */
export interface PolicyLoss {
  readonly loss: Tensor;
  /** In the order of the surrogate's names */
  readonly measures: Tensor;
}

/** A ratio of likelihoods and what it is worth, elementwise; one per row, or several. */
export interface RatioObjective {
  readonly ratio: Tensor;
  readonly objective: Tensor;
  /** Half-width of the trust region, to count what lies outside */
  readonly clip: number;
}

/** Names of what `ratioLoss` measures, means over the minibatch. */
export const RATIO_MEASURES = ["policyLoss", "clipFraction", "ratioMean", "ratioSquareMean"] as const;

/** Beyond these ±20, e^±20 = 5e8 and 2e-9, no ratio is meant seriously; float32 would overflow at 88. */
const LARGEST_LOG_RATIO = 20;

/** exp(ln π_new − ln π_old), with a limit that only keeps numbers finite. */
export function likelihoodRatio(logProb: Tensor, oldLogProb: Tensor): Tensor {
  return exp(clamp(sub(logProb, oldLogProb), -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO));
}

/**
 * −mean of the objective, with the measures beside it.
 * @param rows rows of this block
 * @param scale 1 / rows of the whole minibatch, so that blocks add up to its mean
 */
export function ratioLoss(
  { ratio, objective, clip }: RatioObjective,
  rows: number,
  scale: number,
): { loss: Tensor; measures: Tensor[] } {
  const share = (scale * rows) / ratio.shape.reduce((product, n) => product * n, 1);
  const loss = mul(neg(sum(objective)), share);
  const measures = [
    loss,
    mul(sum(greater(abs(sub(ratio, 1)), clip)), share),
    mul(sum(ratio), share),
    mul(sum(square(ratio)), share),
  ];
  return { loss, measures };
}

/** The same with one more measure at the end. @param measure scalar */
export function withMeasure({ loss, measures }: PolicyLoss, measure: Tensor): PolicyLoss {
  return { loss, measures: concat([measures, reshape(measure, [1])], 0) };
}

/** Scalars side by side [n] */
export function stack(scalars: readonly Tensor[]): Tensor {
  return scalars.length === 0
    ? constant([])
    : concat(
        scalars.map((scalar) => reshape(scalar, [1])),
        0,
      );
}
