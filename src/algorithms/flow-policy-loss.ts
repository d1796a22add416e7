/** What the losses of FPO and FPO++ take, and what is measured of both. */
import { mul, square, sub, sum, type Tensor } from "../graph/index.ts";
import { type PolicyLoss, RATIO_MEASURES, type RatioObjective, ratioLoss, stack } from "./policy-loss.ts";

/** One block of rows, after the network ran. */
export interface FlowLossInputs {
  /** Flow-matching losses under the current weights [rows, pairs] */
  readonly losses: Tensor;
  /** The same under the weights that collected the data [rows, pairs] */
  readonly oldLosses: Tensor;
  /** [rows] */
  readonly advantage: Tensor;
  /** 1 / rows of the whole minibatch, so that blocks add up to its mean */
  readonly scale: number;
}

/** Means over the minibatch: the ratio's, the flow-matching loss, and its squared change since the data were collected. */
export const FLOW_MEASURES = [...RATIO_MEASURES, "cfmLoss", "lossDrift"] as const;

/** −mean of the objective [rows] or [rows, pairs], with the measures beside it. */
export function flowPolicyLoss({ losses, oldLosses, scale }: FlowLossInputs, objective: RatioObjective): PolicyLoss {
  const [rows, pairs] = losses.shape;
  const { loss, measures } = ratioLoss(objective, rows, scale);
  const pairShare = scale / pairs;
  const cfmLoss = mul(sum(losses), pairShare);
  const lossDrift = mul(sum(square(sub(losses, oldLosses))), pairShare);
  return { loss, measures: stack([...measures, cfmLoss, lossDrift]) };
}
