/**
 * The flow-matching loss of stored actions: how well the velocity field explains them. Its change stands in for the change of
 * their log-likelihood. Source: FPO (arXiv 2507.21053) eq. 8–10 and its Playground code; FPO++ (arXiv 2602.02481).
 */
import { add, div, mul, reshape, slice, square, sub, sum, type Tensor } from "../graph/index.ts";
import { embedTimes, flowPoints } from "../policy/flow-policy.ts";

/** What is compared: the predicted noise ("epsilon") or the predicted velocity ("velocity"). */
export type FlowLoss = "epsilon" | "velocity";
/** Squared errors of one action: their mean, or their sum over the root of the action size. */
export type LossReduction = "mean" | "sqrt";

/** What the loss of a pair is made of; fixed while a batch is reused. */
export interface FlowPairs {
  /** x_t and embedded t [rows * pairs, actionSize + 8] */
  readonly points: Tensor;
  /** u = ε − a [rows * pairs, actionSize] */
  readonly target: Tensor;
  /** Factor on Σ_d (v − u)² [rows * pairs] */
  readonly weight: Tensor;
}

/**
 * Places every noise–time pair on its way from action to noise.
 * @param action pre-squash [rows, actionSize]
 * @param noise ε [rows, pairs, actionSize]
 * @param time t [rows, pairs]
 */
export function flowPairs(
  action: Tensor,
  noise: Tensor,
  time: Tensor,
  { loss, lossReduction }: { loss: FlowLoss; lossReduction: LossReduction },
): FlowPairs {
  const [rows, pairs, actionSize] = noise.shape;
  const count = rows * pairs;
  const t = reshape(time, [rows, pairs, 1]);
  const a = reshape(action, [rows, 1, actionSize]);
  // x_t = t·ε + (1 − t)·a = a + t·(ε − a)
  const u = sub(noise, a);
  const x = add(mul(t, u), a);
  const embedded = embedTimes(reshape(time, [count, 1]));
  // With ε̂ = x_t + (1 − t)·v the noise error is ε̂ − ε = (1 − t)·(v − u), so ε-MSE = (1 − t)²·u-MSE.
  const flat = reshape(time, [count]);
  const kind = loss === "epsilon" ? square(sub(1, flat)) : add(mul(flat, 0), 1);
  const scale = lossReduction === "mean" ? 1 / actionSize : 1 / Math.sqrt(actionSize);
  return {
    points: flowPoints(reshape(x, [count, actionSize]), embedded),
    target: reshape(u, [count, actionSize]),
    weight: mul(kind, scale),
  };
}

/**
 * c(t) of the velocity c(t)·x that makes normal actions of this deviation of standard normal noise: the mean of ε − a at x = t·ε + (1 − t)·a for
 * independent a and ε. Elementwise in t.
 */
export function normalPull(t: Tensor, deviation = 1): Tensor {
  const rest = mul(sub(1, t), deviation);
  return div(sub(t, mul(rest, deviation)), add(square(t), square(rest)));
}

/**
 * The velocity that makes actions N(advice, deviation²) of standard normal noise: c(t)·(x − (1 − t)·advice) − advice, since the noise and
 * what is left of the action beside the advice are independent.
 * @param points x_t first [rows * pairs, …]
 * @param advice [rows, actionSize]
 * @param time t [rows, pairs]
 * @returns [rows * pairs, actionSize]
 */
export function advisedVelocity(points: Tensor, advice: Tensor, time: Tensor, deviation: number): Tensor {
  const [rows, pairs] = time.shape;
  const actionSize = advice.shape[1];
  const t = reshape(time, [rows, pairs, 1]);
  const a = reshape(advice, [rows, 1, actionSize]);
  const x = reshape(slice(points, 1, 0, actionSize), [rows, pairs, actionSize]);
  const velocity = sub(mul(normalPull(t, deviation), sub(x, mul(sub(1, t), a))), a);
  return reshape(velocity, [rows * pairs, actionSize]);
}

/**
 * Loss of every pair: weight · Σ_d (v − u)².
 * @param velocity v at the pairs' points [rows * pairs, actionSize]
 * @returns [rows, pairs]
 */
export function flowMatchingLoss(
  velocity: Tensor,
  { target, weight }: Omit<FlowPairs, "points">,
  rows: number,
): Tensor {
  const losses = mul(sum(square(sub(velocity, target)), 1), weight);
  return reshape(losses, [rows, losses.shape[0] / rows]);
}

/** Which flow times pairs are drawn at. */
export interface FlowTimes {
  /** The start times of the sampler's steps, or the whole interval */
  readonly time: "discrete" | "continuous";
  readonly flowSteps: number;
  /** Distance that continuous times keep from 0 and from 1 */
  readonly timeMargin: number;
}

/**
 * Start times of the sampler's steps, 1, 1 − 1/n, …, 1/n, at a uniform draw; or a draw uniform in [margin, 1 − margin].
 * @param draw uniform in [0, 1)
 */
export function flowTime(draw: number, { time, flowSteps, timeMargin }: FlowTimes): number {
  return time === "discrete" ? 1 - Math.floor(draw * flowSteps) / flowSteps : timeMargin + (1 - 2 * timeMargin) * draw;
}
