/**
 * Flow Policy Optimization: PPO with ρ = exp(ℓ_old − ℓ_new), the change of the flow-matching loss in place of the change of the
 * log-likelihood. Source: arXiv 2507.21053 and its Playground code. No entropy term, no KL term.
 */
import { clamp, exp, mean, reshape, sub, type Tensor } from "../graph/index.ts";
import { type FlowLossInputs, flowPolicyLoss } from "./flow-policy-loss.ts";
import type { PolicyLoss } from "./policy-loss.ts";
import { clippedObjective } from "./trust-region.ts";

/** The settings this loss reads. */
export interface FpoSettings {
  readonly ratio: "averaged" | "per-pair";
  readonly clip: number;
  /** Largest |ℓ_old − ℓ_new|, the gradient masked beyond it; 0: none */
  readonly logRatioClamp: number;
  /** Largest loss, old and new, the gradient masked beyond it; 0: none */
  readonly lossClamp: number;
}

/** The loss of one block of rows. */
export function fpoLoss(settings: FpoSettings, inputs: FlowLossInputs): PolicyLoss {
  const { clip } = settings;
  const ratio = exp(fpoLogRatio(settings, inputs));
  const rows = inputs.losses.shape[0];
  const advantage = ratio.shape.length === 1 ? inputs.advantage : reshape(inputs.advantage, [rows, 1]);
  return flowPolicyLoss(inputs, { ratio, objective: clippedObjective(ratio, advantage, clip), clip });
}

/** ln ρ, one per action [rows] or one per pair [rows, pairs]. */
export function fpoLogRatio(
  settings: FpoSettings,
  { losses, oldLosses }: Pick<FlowLossInputs, "losses" | "oldLosses">,
): Tensor {
  const { logRatioClamp: most } = settings;
  const logRatio = logRatios[settings.ratio](limit(oldLosses, settings), limit(losses, settings));
  return most > 0 ? clamp(logRatio, -most, most) : logRatio;
}

/** "averaged": one per action, losses averaged before the exponential [rows]; "per-pair" [rows, pairs] */
const logRatios: Readonly<Record<FpoSettings["ratio"], (old: Tensor, now: Tensor) => Tensor>> = {
  averaged: (old, now) => sub(mean(old, 1), mean(now, 1)),
  "per-pair": sub,
};

function limit(losses: Tensor, { lossClamp }: FpoSettings): Tensor {
  return lossClamp > 0 ? clamp(losses, null, lossClamp) : losses;
}
