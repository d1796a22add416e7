/** Many ways from noise to action for one observation, as one graph function: what shows a flow policy at work. */
import { concat, type GraphFunction, graphFunction, input } from "../graph/index.ts";
import { flowPolicyPath } from "./flow-sampler.ts";
import { normalise } from "./network.ts";
import { parameterInputs } from "./parameters.ts";
import { type FlowPolicy, noiseSize, policyLayout } from "./policy.ts";

/**
 * Inputs `obs` [1, obsSize], `noise` [rows, noiseSize], `mean` and `std` [obsSize], and the actor's weights; output `paths`
 * [rows, (flowSteps + 1)·actionSize]: x at t = 1, 1 − 1/n, …, 0 of each row, the last one being the action before any squash.
 */
export function pathsFunction(spec: FlowPolicy, rows: number): GraphFunction {
  const weights = parameterInputs(policyLayout(spec));
  const obs = normalise(input("obs", [1, spec.obsSize]), input("mean", [spec.obsSize]), input("std", [spec.obsSize]));
  const noise = input("noise", [rows, noiseSize(spec)]);
  return graphFunction("paths", { paths: concat(flowPolicyPath(spec, weights, obs, noise, spec), 1) });
}
