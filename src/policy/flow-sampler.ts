/**
 * Ways from noise (t = 1) to an action (t = 0): along the deterministic flow dx/dt = v, or along a stochastic path. Written for any velocity
 * field; at the end, the flow policy's own.
 */
import { add, mul, slice, type Tensor } from "../graph/index.ts";
import { type FlowPolicySpec, observationShare, velocityAt } from "./flow-policy.ts";
import { type FlowSampler, isStochastic, type OdeSampler } from "./sampler-names.ts";

/** How the deterministic flow is integrated. */
export interface OdeSampling {
  readonly flowSteps: number;
  readonly sampler: OdeSampler;
}

/** How actions are drawn from a flow. */
export interface FlowSampling {
  readonly flowSteps: number;
  readonly sampler: FlowSampler;
  /**
   * Noise that a stochastic sampler adds on the way: of "noisy-euler" its standard deviation σ per step, of "sde" the factor η in
   * g(t) = √(2ηt). The others ignore it.
   */
  readonly stepNoise: number;
}

/** dx/dt at x and a flow time that all rows share, [rows, actionSize] both. */
export type VelocityAt = (x: Tensor, t: number) => Tensor;

/** The same integration without noise on the way: stochastic samplers become Euler's. */
export function withoutStepNoise<S extends FlowSampling>(sampling: S): S {
  return isStochastic(sampling.sampler) ? { ...sampling, sampler: "euler" } : sampling;
}

/** Values of noise that one action takes: x at t = 1, then a draw for each noisy step. */
export function flowNoiseSize(actionSize: number, sampling: FlowSampling): number {
  return actionSize * (1 + noisySteps(sampling));
}

/** The SDE's last step arrives where there is no noise left. */
function noisySteps({ sampler, flowSteps }: FlowSampling): number {
  if (sampler === "noisy-euler") return flowSteps;
  return sampler === "sde" ? flowSteps - 1 : 0;
}

/**
 * x at t = 1, 1 − 1/n, …, 0: flowSteps + 1 tensors [rows, actionSize].
 * @param noise [rows, flowNoiseSize], or one row for all; the first actionSize values are x at t = 1
 */
export function flowPath(velocity: VelocityAt, noise: Tensor, actionSize: number, sampling: FlowSampling): Tensor[] {
  const { flowSteps } = sampling;
  const draw = (k: number) => slice(noise, 1, k * actionSize, (k + 1) * actionSize);
  const path = [draw(0)];
  for (let step = 0; step < flowSteps; step++) {
    const x = path[step];
    const time = { t: 1 - step / flowSteps, next: 1 - (step + 1) / flowSteps, dt: -1 / flowSteps };
    path.push(flowStep(velocity, x, time, sampling, () => draw(step + 1)));
  }
  return path;
}

interface StepTime {
  readonly t: number;
  readonly next: number;
  /** next − t, negative */
  readonly dt: number;
}

function flowStep(
  velocity: VelocityAt,
  x: Tensor,
  time: StepTime,
  { sampler, stepNoise }: FlowSampling,
  draw: () => Tensor,
): Tensor {
  if (sampler === "sde") return sdeStep(x, velocity(x, time.t), time, stepNoise, draw);
  if (sampler === "noisy-euler") return add(odeStep(velocity, x, time.t, time.dt, "euler"), mul(draw(), stepNoise));
  return odeStep(velocity, x, time.t, time.dt, sampler);
}

/** One step of the deterministic flow, of size dt (negative) from time t. */
export function odeStep(velocity: VelocityAt, x: Tensor, t: number, dt: number, sampler: OdeSampler): Tensor {
  const start = velocity(x, t);
  switch (sampler) {
    case "euler":
      return add(x, mul(start, dt));
    case "midpoint":
      return add(x, mul(velocity(add(x, mul(start, dt / 2)), t + dt / 2), dt));
    case "heun":
      return add(x, mul(add(start, velocity(add(x, mul(start, dt)), t + dt)), dt / 2));
    default:
      return sampler satisfies never;
  }
}

/**
 * One step of dx = (v − ½g²·score)dt + g·dW, run from t = 1 to 0, which has the flow's distribution at every t for any g. With
 * x = (1 − t)·â + t·ε̂, so ε̂ = x + (1 − t)v, the score is −ε̂/t; with g(t) = √(2ηt) the second and third term are an
 * Ornstein–Uhlenbeck process of ε̂ at the rate η/t, which a step solves exactly: ε̂ ← κε̂ + √(1 − κ²)·z with κ = (t'/t)^η.
 * So few steps keep the noise's variance, η = 0 is Euler's step, and the last step (t' = 0) adds nothing.
 * Source: the score of a linear path, Song et al. (arXiv 2011.13456) eq. 6 and 13; the choice of g is ours.
 */
function sdeStep(x: Tensor, velocity: Tensor, { t, next, dt }: StepTime, strength: number, draw: () => Tensor): Tensor {
  const flowed = add(x, mul(velocity, dt));
  if (next === 0) return flowed;
  const kept = (next / t) ** strength;
  const predicted = add(x, mul(velocity, 1 - t));
  const refreshed = add(mul(predicted, kept - 1), mul(draw(), Math.sqrt(1 - kept * kept)));
  return add(flowed, mul(refreshed, next));
}

/**
 * The flow policy's path from noise to action.
 * @param obs normalised [rows, obsSize]
 * @param noise [rows, flowNoiseSize], or one row for all
 */
export function flowPolicyPath(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
  noise: Tensor,
  sampling: FlowSampling,
): Tensor[] {
  const share = observationShare(spec, weights, obs);
  const velocity = (x: Tensor, t: number) => velocityAt(spec, weights, share, x, t);
  return flowPath(velocity, noise, spec.actionSize, sampling);
}
