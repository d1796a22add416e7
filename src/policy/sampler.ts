/** The acting side of a flow policy as one graph function: observation and noise in, action out. */
import { type GraphFunction, graphFunction, input } from "../graph/index.ts";
import { type FlowPolicySpec, type FlowSampler, flowPolicyLayout, sampleFlow } from "./flow-policy.ts";
import { normalise } from "./network.ts";
import { parameterInputs } from "./parameters.ts";

/** How actions are drawn. */
export interface SamplerOptions {
  readonly flowSteps: number;
  readonly sampler: FlowSampler;
}

/**
 * Inputs `obs` [rows, obsSize], `noise` [rows, actionSize], `mean` and `std` [obsSize], and the actor's weights;
 * output `action` [rows, actionSize], before any squash.
 */
export function samplerFunction(spec: FlowPolicySpec, rows: number, options: SamplerOptions): GraphFunction {
  const weights = parameterInputs(flowPolicyLayout(spec));
  const obs = normalise(
    input("obs", [rows, spec.obsSize]),
    input("mean", [spec.obsSize]),
    input("std", [spec.obsSize]),
  );
  const noise = input("noise", [rows, spec.actionSize]);
  return graphFunction("sampler", { action: sampleFlow(spec, weights, obs, noise, options) });
}
