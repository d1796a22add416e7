/** What fewer or more flow steps do to return and latency, and how few are enough. */
import type { TrainedPolicy } from "../rollout/jobs.ts";
import type { Environment } from "../tasks/index.ts";
import { mean, relativeLoss } from "./closed-loop.ts";
import type { ControllerOptions } from "./controller-function.ts";
import { type EpisodePlan, runEpisodes } from "./episode-loop.ts";
import { ReferencePolicy } from "./reference-policy.ts";

/** Loss of return below which fewer steps count as enough. */
export const ACCEPTED_LOSS = 0.02;

/** Return at a number of flow steps. */
export interface FlowStepReturn {
  readonly flowSteps: number;
  readonly returnMean: number;
  /** Loss relative to the exported controller; negative where it is better. */
  readonly loss: number;
}

/** The policy with another number of flow steps; null for a policy without a flow. */
export function withFlowSteps(policy: TrainedPolicy, flowSteps: number): TrainedPolicy | null {
  const { spec } = policy;
  return spec.kind === "flow" ? { ...policy, spec: { ...spec, flowSteps } } : null;
}

/** @param reference mean return of the exported controller's policy in the same episodes */
export async function returnAtSteps(
  env: Environment,
  policy: TrainedPolicy,
  options: ControllerOptions,
  plan: EpisodePlan,
  reference: number,
): Promise<FlowStepReturn> {
  const sampler = new ReferencePolicy(policy, options);
  try {
    const returnMean = mean((await runEpisodes(env, plan, sampler.actor(plan))).returns);
    const flowSteps = policy.spec.kind === "flow" ? policy.spec.flowSteps : 0;
    return { flowSteps, returnMean, loss: relativeLoss(reference, returnMean) };
  } finally {
    await sampler.dispose();
  }
}

/** The smallest measured number of steps that loses less than `ACCEPTED_LOSS`; null where there is none. */
export function fewestSteps(returns: readonly FlowStepReturn[]): number | null {
  return returns.find(({ loss }) => loss < ACCEPTED_LOSS)?.flowSteps ?? null;
}
