/** What every flow policy loss takes and gives; the losses themselves are fpo.ts and fpo-plus-plus.ts. */
import { abs, concat, constant, greater, mul, neg, reshape, square, sub, sum, type Tensor } from "../graph/index.ts";

/** One block of rows, after the networks ran. */
export interface PolicyLossInputs {
  /** Flow-matching losses under the current weights [rows, pairs] */
  readonly losses: Tensor;
  /** The same under the weights that collected the data [rows, pairs] */
  readonly oldLosses: Tensor;
  /** [rows] */
  readonly advantage: Tensor;
  /** 1 / rows of the whole minibatch, so that blocks add up to its mean */
  readonly scale: number;
}

/** A scalar to descend, and measures that add up over blocks. */
export interface PolicyLoss {
  readonly loss: Tensor;
  /** In the order of `POLICY_MEASURES` */
  readonly measures: Tensor;
}

/** Means over the minibatch, reported after each update. */
export const POLICY_MEASURES = [
  "policyLoss",
  "clipFraction",
  "ratioMean",
  "ratioSquareMean",
  "cfmLoss",
  "lossDrift",
] as const;

/**
 * −mean of the objective, with the measures beside it.
 * @param objective [rows] or [rows, pairs], as `ratio`
 */
export function policyLoss(
  { losses, oldLosses, scale }: PolicyLossInputs,
  ratio: Tensor,
  objective: Tensor,
  clip: number,
): PolicyLoss {
  const share = (scale * losses.shape[0]) / ratio.shape.reduce((product, n) => product * n, 1);
  const pairShare = scale / losses.shape[1];
  const loss = mul(neg(sum(objective)), share);
  const measures = [
    loss,
    mul(sum(greater(abs(sub(ratio, 1)), clip)), share),
    mul(sum(ratio), share),
    mul(sum(square(ratio)), share),
    mul(sum(losses), pairShare),
    mul(sum(square(sub(losses, oldLosses))), pairShare),
  ];
  return { loss, measures: stack(measures) };
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
