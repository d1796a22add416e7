/**
 * Proximal Policy Optimization of a Gaussian policy (arXiv 1707.06347 eq. 7), with the entropy bonus of Brax and of FPO's baseline.
 * Log-probabilities are those of actions before the squash, whose Jacobian cancels in the ratio.
 */
import { log, mul, sub, sum, type Tensor } from "../graph/index.ts";
import { likelihoodRatio, type PolicyLoss, RATIO_MEASURES, ratioLoss, stack } from "./policy-loss.ts";
import { clippedObjective, dualClippedObjective } from "./trust-region.ts";

/** The settings this loss reads. */
export interface PpoSettings {
  readonly clip: number;
  /** Largest ratio that counts against a negative advantage; 0: any */
  readonly dualClip: number;
  /** Weight of the mean entropy */
  readonly entropyCoefficient: number;
}

/** One block of rows, after the network ran; all [rows]. */
export interface PpoInputs {
  /** ln π(a) under the current weights, summed over the action's values */
  readonly logProb: Tensor;
  /** The same under the weights that collected the data */
  readonly oldLogProb: Tensor;
  /** Entropy of what the environment sees, exact or at a sample */
  readonly entropy: Tensor;
  readonly advantage: Tensor;
  /** 1 / rows of the whole minibatch, so that blocks add up to its mean */
  readonly scale: number;
}

/** Means over the minibatch; "divergence" estimates KL(π_old ‖ π_new) by ρ − 1 − ln ρ, which is never negative. */
export const PPO_MEASURES = [...RATIO_MEASURES, "entropy", "divergence"] as const;

/** The loss of one block of rows: −mean(objective) − coefficient·mean(entropy). */
export function ppoLoss({ clip, dualClip, entropyCoefficient }: PpoSettings, inputs: PpoInputs): PolicyLoss {
  const { advantage, scale } = inputs;
  const ratio = likelihoodRatio(inputs.logProb, inputs.oldLogProb);
  const objective =
    dualClip > 0 ? dualClippedObjective(ratio, advantage, clip, dualClip) : clippedObjective(ratio, advantage, clip);
  const { loss, measures } = ratioLoss({ ratio, objective, clip }, advantage.shape[0], scale);
  const entropy = mul(sum(inputs.entropy), scale);
  const divergence = mul(sum(sub(sub(ratio, 1), log(ratio))), scale);
  return { loss: sub(loss, mul(entropy, entropyCoefficient)), measures: stack([...measures, entropy, divergence]) };
}
