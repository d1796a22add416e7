/**
 * Learning from advice: a lesson's scripted controller says in every state what it would do, and the policy is pulled towards a normal
 * distribution around that, beside what it learns from rewards. The policy itself acts, so that it is advised where it really goes.
 * Sources: DAgger (arXiv 1011.0686) for states of the learner's own, kickstarting (arXiv 1803.03835) for the falling weight beside the reward.
 */
import type { Schedule } from "../math/schedule.ts";

/** Settings of every algorithm that heeds advice. */
export interface AdviceSettings {
  /** Weight of the pull; 0: none */
  readonly advicePull: Schedule;
  /** Standard deviation of the actions that it pulls to, around the advice */
  readonly adviceSpread: number;
}

/** Row by row, since it changes as training continues. */
export const ADVICE_WEIGHT = { name: "adviceWeight", size: 1, mirrored: "same" } as const;
/** Mean distance from the advice, before the weight: of velocities of a flow, KL divergence less a constant of a Gaussian */
export const ADVICE_MEASURE = "adviceLoss";
