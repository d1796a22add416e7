/**
 * FPO++: one ratio per pair, the asymmetric trust region, clamped losses and log-ratios (arXiv 2602.02481, section 3).
 * A clamped loss gives no gradient. A clamped log-ratio gives none either, or passes it straight through as in the released code; that
 * the first is our default is a choice, not a finding: the two were not compared.
 */
import { add, clamp, exp, reshape, stopGradient, sub, type Tensor } from "../graph/index.ts";
import { type FlowLossInputs, flowPolicyLoss } from "./flow-policy-loss.ts";
import type { PolicyLoss } from "./policy-loss.ts";
import { aspoObjective, clippedObjective } from "./trust-region.ts";

/** The settings this loss reads. */
export interface FpoPlusPlusSettings {
  readonly trustRegion: "aspo" | "clip";
  readonly clip: number;
  /** Largest ℓ_old − ℓ_new; 0: none */
  readonly logRatioClamp: number;
  /** What passes a clamped log-ratio */
  readonly clampGradient: "masked" | "straight-through";
  /** Largest loss, old and new; 0: none */
  readonly lossClamp: number;
}

const objectives = { aspo: aspoObjective, clip: clippedObjective } as const;
const limits = {
  masked: (x: Tensor, most: number) => clamp(x, null, most),
  // The value of the clamp with the derivative of x
  "straight-through": (x: Tensor, most: number) => add(x, stopGradient(sub(clamp(x, null, most), x))),
} as const;

/** The loss of one block of rows. */
export function fpoPlusPlusLoss(settings: FpoPlusPlusSettings, inputs: FlowLossInputs): PolicyLoss {
  const { clip } = settings;
  const ratio = exp(fpoPlusPlusLogRatio(settings, inputs));
  const advantage = reshape(inputs.advantage, [inputs.losses.shape[0], 1]);
  return flowPolicyLoss(inputs, { ratio, objective: objectives[settings.trustRegion](ratio, advantage, clip), clip });
}

/** ln ρ of every pair [rows, pairs]. */
export function fpoPlusPlusLogRatio(
  { clampGradient, lossClamp, logRatioClamp }: FpoPlusPlusSettings,
  { losses, oldLosses }: Pick<FlowLossInputs, "losses" | "oldLosses">,
): Tensor {
  const limit = (values: Tensor) => (lossClamp > 0 ? clamp(values, null, lossClamp) : values);
  const logRatio = sub(limit(oldLosses), limit(losses));
  return logRatioClamp > 0 ? limits[clampGradient](logRatio, logRatioClamp) : logRatio;
}
