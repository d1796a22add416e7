/** Names of the samplers in configurations and flags; flow-sampler.ts implements them. */

/** Integrators of the deterministic flow, with 1, 2 and 2 network evaluations per step. */
export type OdeSampler = "euler" | "midpoint" | "heun";

export const FLOW_SAMPLERS = ["euler", "midpoint", "heun", "sde", "noisy-euler"] as const;
/**
 * How the flow is integrated: along the deterministic flow, or "sde": a stochastic path with the same distribution at every t, or
 * "noisy-euler": Euler's steps with Gaussian noise added to each.
 */
export type FlowSampler = OdeSampler | "sde" | "noisy-euler";

/** Whether a sampler adds noise at its steps. */
export function isStochastic(sampler: FlowSampler): sampler is "sde" | "noisy-euler" {
  return sampler === "sde" || sampler === "noisy-euler";
}
