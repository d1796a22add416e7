/** What the losses of FPO and FPO++ take, and what is measured of both. */
import { greater, minimum, mul, reshape, square, sub, sum, type Tensor, where } from "../graph/index.ts";
import { type PolicyLoss, RATIO_MEASURES, type RatioObjective, ratioLoss, stack } from "./policy-loss.ts";

/** One block of rows, after the network ran. */
export interface FlowLossInputs {
  /** Flow-matching losses under the current weights [rows, pairs] */
  readonly losses: Tensor;
  /** The same under the weights that collected the data [rows, pairs] */
  readonly oldLosses: Tensor;
  /** [rows] */
  readonly advantage: Tensor;
  /** Losses beyond which nothing is blamed any more [rows, pairs]; null: none */
  readonly blameLimit: Tensor | null;
  /** 1 / rows of the whole minibatch, so that blocks add up to its mean */
  readonly scale: number;
}

/** Both losses as a ratio sees them: those of bad actions only up to the limit of blame, beyond which nothing pushes them. */
export function blamedLosses({ losses, oldLosses, advantage, blameLimit }: Omit<FlowLossInputs, "scale">) {
  if (blameLimit === null) return { losses, oldLosses };
  const isBad = greater(0, reshape(advantage, [losses.shape[0], 1]));
  const limited = (values: Tensor) => where(isBad, minimum(values, blameLimit), values);
  return { losses: limited(losses), oldLosses: limited(oldLosses) };
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
