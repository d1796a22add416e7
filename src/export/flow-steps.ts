/** What fewer or more flow steps do to return and latency, and how few are enough. */
import type { TrainedFlow } from "../rollout/policy-data.ts";
import { mean, relativeLoss } from "./report/closed-loop.ts";

/** Loss of return below which fewer steps count as enough. */
export const ACCEPTED_LOSS = 0.02;

/** Return at a number of flow steps. */
export interface FlowStepReturn {
  readonly flowSteps: number;
  readonly returnMean: number;
  /** Loss relative to the exported controller; negative where it is better. */
  readonly loss: number;
  /** Standard error of the loss, from the differences of the same episodes. */
  readonly lossError: number;
}

/** The policy with another number of flow steps. */
export function withFlowSteps(policy: TrainedFlow, flowSteps: number): TrainedFlow {
  return { ...policy, spec: { ...policy.spec, flowSteps } };
}

/** @param returns by episode @param reference of the exported controller's policy in the same episodes */
export function flowStepReturn(
  flowSteps: number,
  returns: readonly number[],
  reference: readonly number[],
): FlowStepReturn {
  const losses = returns.map((value, n) => reference[n]! - value);
  const [returnMean, referenceMean, lossMean] = [mean(returns), mean(reference), mean(losses)];
  const variance = mean(losses.map((loss) => (loss - lossMean) ** 2));
  return {
    flowSteps,
    returnMean,
    loss: relativeLoss(referenceMean, returnMean),
    lossError: relativeLoss(referenceMean, referenceMean - Math.sqrt(variance / losses.length)),
  };
}

/** The smallest measured number of steps that loses less than `ACCEPTED_LOSS`; null if there is none. */
export function fewestSteps(returns: readonly FlowStepReturn[]): number | null {
  return returns.find(({ loss }) => loss < ACCEPTED_LOSS)?.flowSteps ?? null;
}
