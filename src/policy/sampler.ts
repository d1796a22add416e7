/** The acting side of a policy as one graph function: observation and noise in, action out. */
import { type GraphFunction, graphFunction, input } from "../graph/index.ts";
import { normalise } from "./network.ts";
import { parameterInputs } from "./parameters.ts";
import { noiseSize, type PolicySpec, policyAction, policyLayout } from "./policy.ts";

/**
 * Inputs `obs` [rows, obsSize], `noise` [rows, noiseSize], `mean` and `std` [obsSize], and the actor's weights;
 * output `action` [rows, actionSize], before any squash.
 */
export function samplerFunction(spec: PolicySpec, rows: number): GraphFunction {
  const weights = parameterInputs(policyLayout(spec));
  const obs = normalise(
    input("obs", [rows, spec.obsSize]),
    input("mean", [spec.obsSize]),
    input("std", [spec.obsSize]),
  );
  const noise = input("noise", [rows, noiseSize(spec)]);
  return graphFunction("sampler", { action: policyAction(spec, weights, obs, noise) });
}
