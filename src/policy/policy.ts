/**
 * A policy of either kind as plain data, and what acting needs of it. This file distinguishes the kinds; the networks are in flow-policy.ts
 * and gaussian-policy.ts, learning in algorithms/.
 */
import { constant, type Tensor } from "../graph/index.ts";
import { type FlowPolicySpec, flowPolicyLayout } from "./flow-policy.ts";
import { type FlowSampling, flowNoiseSize, flowPolicyPath, withoutStepNoise } from "./flow-sampler.ts";
import { type GaussianPolicySpec, gaussianHead, gaussianPolicyLayout, gaussianSample } from "./gaussian-policy.ts";
import type { ParameterLayout } from "./parameters.ts";

/** A velocity field and how actions are drawn from it. */
export type FlowPolicy = FlowPolicySpec & FlowSampling & { readonly kind: "flow" };
/** Mean and deviation of the action. */
export type GaussianPolicy = GaussianPolicySpec & { readonly kind: "gaussian" };
/** Any policy that can be trained. */
export type PolicySpec = FlowPolicy | GaussianPolicy;

/** The policy's weights. */
export function policyLayout(spec: PolicySpec): ParameterLayout {
  return spec.kind === "flow" ? flowPolicyLayout(spec) : gaussianPolicyLayout(spec);
}

/**
 * Standard normal values that one action is made from, of which "zero noise" sets the first actionSize to zero. Acting takes them from the
 * stream (seed, STREAM.policy, environment, control step), so that they can be had again.
 */
export function noiseSize(spec: PolicySpec): number {
  return spec.kind === "flow" ? flowNoiseSize(spec.actionSize, spec) : spec.actionSize;
}

/**
 * The action before any squash [rows, actionSize].
 * @param obs normalised [rows, obsSize]
 * @param noise [rows, noiseSize]
 */
export function policyAction(
  spec: PolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
  noise: Tensor,
): Tensor {
  if (spec.kind === "gaussian") return gaussianSample(gaussianHead(spec, weights, obs), noise);
  return flowPolicyPath(spec, weights, obs, noise, spec)[spec.flowSteps];
}

/** The action without any noise [rows, actionSize]: a Gaussian's mean; a flow from zero, without a stochastic sampler's noise. */
export function noiselessAction(spec: PolicySpec, weights: Readonly<Record<string, Tensor>>, obs: Tensor): Tensor {
  if (spec.kind === "gaussian") return gaussianHead(spec, weights, obs).mean;
  return policyAction(
    withoutStepNoise(spec),
    weights,
    obs,
    constant(new Float32Array(spec.actionSize), [1, spec.actionSize]),
  );
}
