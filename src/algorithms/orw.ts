/**
 * Reward-weighted flow matching: the flow regresses on its own actions, each weighted by the exponential of its advantage, and is pulled
 * towards the velocities that it had when the data were collected. Weights are never negative, so no action is blamed.
 * Source: ORW-CFM-W2 (arXiv 2502.06061), here on-policy, with advantages in place of rewards.
 */
import { clamp, exp, mul, neg, reshape, sub, type Tensor } from "../graph/index.ts";
import { type FlowLossInputs, flowPolicyLoss } from "./flow-policy-loss.ts";
import { likelihoodRatio, type PolicyLoss } from "./policy-loss.ts";

/** The settings this loss reads. */
export interface OrwSettings {
  /** β, in standard deviations of the advantage */
  readonly temperature: number;
  /** Largest weight; 0: none */
  readonly weightClamp: number;
  /** Counts ratios outside it, for the measures and the control of the step size; it limits nothing */
  readonly clip: number;
}

/** The loss of one block of rows. */
export function orwLoss(settings: OrwSettings, inputs: FlowLossInputs): PolicyLoss {
  const { losses, oldLosses } = inputs;
  const weight = reshape(advantageWeight(settings, inputs.advantage), [losses.shape[0], 1]);
  const ratio = likelihoodRatio(neg(losses), neg(oldLosses));
  return flowPolicyLoss(inputs, { ratio, objective: neg(mul(weight, losses)), clip: settings.clip });
}

/** exp(A/β − 1/(2β²)) [rows], whose mean is 1 where advantages are standard normal. */
function advantageWeight({ temperature, weightClamp }: OrwSettings, advantage: Tensor): Tensor {
  const weight = exp(sub(mul(advantage, 1 / temperature), 1 / (2 * temperature ** 2)));
  return weightClamp > 0 ? clamp(weight, null, weightClamp) : weight;
}
