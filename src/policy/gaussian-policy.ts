/**
 * The Gaussian policy: mean and deviation of every action value from one network, no correlation between them. Actions are kept before any
 * squash, so that log-probabilities need no Jacobian: it cancels in ratios.
 * Source: the PPO baseline of "Flow Matching Policy Gradients" (arXiv 2507.21053), which is Brax's.
 */
import { add, div, log, mul, neg, slice, softplus, square, sub, sum, type Tensor } from "../graph/index.ts";
import { type Activation, mlp, mlpParameters } from "./network.ts";
import { layoutOf, type ParameterLayout } from "./parameters.ts";
import { meanOfSides, type PolicySymmetry, seenBothWays, withOutputImage } from "./symmetry.ts";

/** Shape of a Gaussian policy. */
export interface GaussianPolicySpec {
  readonly obsSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Where mean and raw deviation are means of the network and its image; absent: of the network alone */
  readonly symmetry?: PolicySymmetry;
}

/** Mean and standard deviation of the action before any squash, [rows, actionSize] each. */
export interface GaussianHead {
  readonly mean: Tensor;
  readonly std: Tensor;
}

/** Smallest standard deviation. */
export const LEAST_STD = 1e-3;
/** ½·ln 2π */
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Weights of the policy, from the first layer to the last; its outputs are the means, then the raw deviations. */
export function gaussianPolicyLayout({ obsSize, actionSize, hidden }: GaussianPolicySpec): ParameterLayout {
  return layoutOf(mlpParameters("actor", 0, obsSize, [...hidden, 2 * actionSize]));
}

/** What the network says of normalised observations [rows, obsSize]; std = softplus(raw) + 1e-3. */
export function gaussianHead(
  spec: GaussianPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
): GaussianHead {
  const { actionSize, hidden, activation, symmetry } = spec;
  const sides = seenBothWays(symmetry, obs).map((seen, side) => {
    const own = side === 0 || symmetry === undefined ? weights : withHeadImage(spec, weights, symmetry);
    return mlp(seen, own, "actor", { first: 0, last: hidden.length }, activation);
  });
  const out = meanOfSides(sides);
  const raw = slice(out, 1, actionSize, 2 * actionSize);
  return { mean: slice(out, 1, 0, actionSize), std: add(softplus(raw), LEAST_STD) };
}

/** The image of an action's deviations has no signs. */
function withHeadImage(
  { hidden, actionSize }: GaussianPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  { action }: PolicySymmetry,
): Readonly<Record<string, Tensor>> {
  const output = [...action, ...action.map((image) => actionSize + Math.abs(image))];
  return withOutputImage(weights, `actor/${hidden.length}`, output);
}

/** mean + std·z. noise z [rows, actionSize] */
export function gaussianSample({ mean, std }: GaussianHead, noise: Tensor): Tensor {
  return add(mean, mul(std, noise));
}

/** ln N(action; mean, std²), summed over the action's values. action [rows, actionSize] → [rows] */
export function gaussianLogProb({ mean, std }: GaussianHead, action: Tensor): Tensor {
  const z = div(sub(action, mean), std);
  const actionSize = action.shape[1];
  return sub(neg(sum(add(mul(square(z), 0.5), log(std)), 1)), actionSize * HALF_LOG_TWO_PI);
}

/** Differential entropy Σ_d ½·ln(2πe·σ_d²) [rows] */
export function gaussianEntropy({ std }: GaussianHead): Tensor {
  return add(sum(log(std), 1), std.shape[1] * (0.5 + HALF_LOG_TWO_PI));
}

/**
 * KL(N(centre, deviation²) ‖ policy), its mean over the action's values, less what does not depend on the policy. centre [rows, actionSize] → [rows]
 */
export function gaussianDivergence({ mean, std }: GaussianHead, centre: Tensor, deviation: number): Tensor {
  const spread = add(square(sub(centre, mean)), deviation * deviation);
  const each = add(log(std), mul(div(spread, square(std)), 0.5));
  return mul(sum(each, 1), 1 / centre.shape[1]);
}

/** ln|d tanh(x)/dx| = 2(ln 2 − x − softplus(−2x)), summed. What tanh adds to the entropy of x. x [rows, actionSize] → [rows] */
export function tanhLogDet(x: Tensor): Tensor {
  return mul(sum(sub(sub(Math.LN2, x), softplus(mul(x, -2))), 1), 2);
}
