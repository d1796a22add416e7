/**
 * PPO on the steps of a noisy flow, each of which is a Gaussian with a known likelihood: DPPO (arXiv 2409.00588) as the baseline of FPO
 * (arXiv 2507.21053, appendix and Playground code) has it. Every step of an action has a ratio of its own, clipped on its own, with the
 * action's advantage; the initial noise is not scored, and steps are not discounted.
 */
import { log, mul, reshape, sub, sum, type Tensor } from "../graph/index.ts";
import { likelihoodRatio, type PolicyLoss, RATIO_MEASURES, ratioLoss, stack } from "./policy-loss.ts";
import { clippedObjective } from "./trust-region.ts";

/** The settings this loss reads. */
export interface DenoisingMdpSettings {
  readonly clip: number;
}

/** One block of rows, after the network ran. */
export interface DenoisingMdpInputs {
  /** Log-probabilities of the steps under the current weights [rows, flowSteps] */
  readonly logProbs: Tensor;
  /** The same under the weights that collected the data [rows, flowSteps] */
  readonly oldLogProbs: Tensor;
  /** [rows] */
  readonly advantage: Tensor;
  /** 1 / rows of the whole minibatch, so that blocks add up to its mean */
  readonly scale: number;
}

/** Means over the minibatch; "divergence" estimates KL(π_old ‖ π_new) of a step by ρ − 1 − ln ρ, which is never negative. */
export const DENOISING_MEASURES = [...RATIO_MEASURES, "divergence"] as const;

/** The loss of one block of rows. */
export function denoisingMdpLoss({ clip }: DenoisingMdpSettings, inputs: DenoisingMdpInputs): PolicyLoss {
  const { logProbs, oldLogProbs, scale } = inputs;
  const [rows, steps] = logProbs.shape;
  const ratio = likelihoodRatio(logProbs, oldLogProbs);
  const objective = clippedObjective(ratio, reshape(inputs.advantage, [rows, 1]), clip);
  const { loss, measures } = ratioLoss({ ratio, objective, clip }, rows, scale);
  const divergence = mul(sum(sub(sub(ratio, 1), log(ratio))), scale / steps);
  return { loss, measures: stack([...measures, divergence]) };
}
