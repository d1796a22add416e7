/**
 * FPO++: one ratio per pair, the asymmetric trust region, clamped losses and log-ratios (arXiv 2602.02481, section 3).
 * Beyond a clamp the gradient is masked; the released code passes it straight through for the log-ratio. Ours is a choice,
 * not a finding: the two were not compared.
 */
import { clamp, exp, reshape, sub, type Tensor } from "../graph/index.ts";
import { type PolicyLoss, type PolicyLossInputs, policyLoss } from "./policy-loss.ts";
import { aspoObjective, clippedObjective } from "./trust-region.ts";

/** The settings this loss reads. */
export interface FpoPlusPlusSettings {
  readonly trustRegion: "aspo" | "clip";
  readonly clip: number;
  /** Largest ℓ_old − ℓ_new; 0: none */
  readonly logRatioClamp: number;
  /** Largest loss, old and new; 0: none */
  readonly lossClamp: number;
}

const objectives = { aspo: aspoObjective, clip: clippedObjective } as const;

/** The loss of one block of rows. */
export function fpoPlusPlusLoss(settings: FpoPlusPlusSettings, inputs: PolicyLossInputs): PolicyLoss {
  const { clip, lossClamp, logRatioClamp } = settings;
  const limit = (losses: Tensor) => (lossClamp > 0 ? clamp(losses, null, lossClamp) : losses);
  const logRatio = sub(limit(inputs.oldLosses), limit(inputs.losses));
  const ratio = exp(logRatioClamp > 0 ? clamp(logRatio, null, logRatioClamp) : logRatio);
  const advantage = reshape(inputs.advantage, [inputs.losses.shape[0], 1]);
  return policyLoss(inputs, ratio, objectives[settings.trustRegion](ratio, advantage, clip), clip);
}
