/**
 * The flow policy: a velocity field v(ô, x, t) that carries noise (t = 1) to an action (t = 0) along dx/dt = v.
 * One convention in the whole house: x_t = t·ε + (1 − t)·a, u = ε − a, integration from 1 to 0 (flow-sampler.ts).
 * Source: McAllister et al., "Flow Matching Policy Gradients" (arXiv 2507.21053) and its Playground code.
 */
import { add, concat, constant, cos, matmul, mul, reshape, sin, slice, type Tensor } from "../graph/index.ts";
import { type Activation, activations, mlp, mlpParameters } from "./network.ts";
import { layoutOf, type ParameterLayout } from "./parameters.ts";
import { meanOfSides, type PolicySymmetry, reflectionMatrix, seenBothWays, withOutputImage } from "./symmetry.ts";

/** Shape of a flow policy. */
export interface FlowPolicySpec {
  readonly obsSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Factor on the network's output. */
  readonly outputScale: number;
  /** Where the velocity is the mean of the network and its image; absent: of the network alone */
  readonly symmetry?: PolicySymmetry;
}

/** Cosines and sines of the time embedding. */
export const TIME_FREQUENCIES = 4;
/** Values of the embedding of one flow time. */
export const TIME_SIZE = 2 * TIME_FREQUENCIES;

/**
 * Weights of the policy. The first layer's kernel is kept in two parts, because the observation's share is needed once per
 * action and the rest once per flow step or pair; together they are one LeCun-uniform kernel.
 */
export function flowPolicyLayout({ obsSize, actionSize, hidden }: FlowPolicySpec): ParameterLayout {
  const [first, ...rest] = hidden;
  const fanIn = obsSize + actionSize + TIME_SIZE;
  return layoutOf([
    { name: "actor/0/obs", shape: [obsSize, first], fanIn },
    { name: "actor/0/flow", shape: [actionSize + TIME_SIZE, first], fanIn },
    { name: "actor/0/bias", shape: [first], fanIn: 0 },
    ...mlpParameters("actor", 1, first, [...rest, actionSize]),
  ]);
}

/** [cos(t·2^k)]_{k<4} ++ [sin(t·2^k)]_{k<4}, written to `out` [TIME_SIZE] from `offset` on. */
export function embedTime(t: number, out: Float32Array | number[], offset = 0): void {
  for (let k = 0; k < TIME_FREQUENCIES; k++) {
    out[offset + k] = Math.cos(t * 2 ** k);
    out[offset + TIME_FREQUENCIES + k] = Math.sin(t * 2 ** k);
  }
}

/** The same embedding of many flow times inside a graph. t [n, 1] → [n, TIME_SIZE] */
export function embedTimes(t: Tensor): Tensor {
  const angle = mul(t, constant(frequencies, [1, TIME_FREQUENCIES]));
  return concat([cos(angle), sin(angle)], 1);
}

const frequencies = Array.from({ length: TIME_FREQUENCIES }, (_, k) => 2 ** k);

/** The observation's share of the first layer [rows, width]; of a symmetric policy, that of the observation's image too. */
export type ObservationShare = readonly Tensor[];

/** ô·W + b. ô [rows, obsSize] */
export function observationShare(
  { symmetry }: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
): ObservationShare {
  return seenBothWays(symmetry, obs).map((seen) => add(matmul(seen, weights["actor/0/obs"]), weights["actor/0/bias"]));
}

/**
 * The weights by which the shares' sides are continued: as they are, and so that the network takes the image of x and gives the image of its
 * velocity. The images are those of weights, which are smaller than rows.
 */
function sidesOf(
  { symmetry, hidden }: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
): readonly Readonly<Record<string, Tensor>>[] {
  if (symmetry === undefined) return [weights];
  const flow = matmul(reflectionMatrix(symmetry.action, TIME_SIZE), weights["actor/0/flow"]);
  return [weights, { ...withOutputImage(weights, `actor/${hidden.length}`, symmetry.action), "actor/0/flow": flow }];
}

/** The layers after the first. first [rows, width], before the activation → [rows, actionSize] */
function remainingLayers(spec: FlowPolicySpec, weights: Readonly<Record<string, Tensor>>, first: Tensor): Tensor {
  const hidden = activations[spec.activation](first);
  return mlp(hidden, weights, "actor", { first: 1, last: spec.hidden.length }, spec.activation);
}

/** The velocity, from the outputs of its sides. */
function scaled({ outputScale }: FlowPolicySpec, sides: readonly Tensor[]): Tensor {
  const out = meanOfSides(sides);
  return outputScale === 1 ? out : mul(out, outputScale);
}

/**
 * Velocities at many (x, t) pairs per observation.
 * @param share the observation's share of the first layer
 * @param points noisy actions and embedded times [rows * pairs, actionSize + TIME_SIZE], pairs innermost
 * @returns [rows * pairs, actionSize]
 */
export function pairVelocities(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  share: ObservationShare,
  points: Tensor,
): Tensor {
  const sides = sidesOf(spec, weights).map((own, side) => sidePairs(spec, own, share[side], points));
  return scaled(spec, sides);
}

function sidePairs(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  share: Tensor,
  points: Tensor,
): Tensor {
  const rows = share.shape[0];
  const width = spec.hidden[0];
  const pairs = points.shape[0] / rows;
  const flow = reshape(matmul(points, weights["actor/0/flow"]), [rows, pairs, width]);
  const first = add(flow, reshape(share, [rows, 1, width]));
  return remainingLayers(spec, weights, reshape(first, [rows * pairs, width]));
}

/** Velocity at one x per observation and a time that all rows share. x [rows, actionSize], or [1, actionSize] */
export function velocityAt(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  share: ObservationShare,
  x: Tensor,
  t: number,
): Tensor {
  const sides = sidesOf(spec, weights).map((own, side) => sideAt(spec, own, share[side], x, t));
  return scaled(spec, sides);
}

function sideAt(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  share: Tensor,
  x: Tensor,
  t: number,
): Tensor {
  const kernel = weights["actor/0/flow"];
  const embedding: number[] = [];
  embedTime(t, embedding);
  const action = slice(kernel, 0, 0, spec.actionSize);
  const time = matmul(
    constant(embedding, [1, TIME_SIZE]),
    slice(kernel, 0, spec.actionSize, spec.actionSize + TIME_SIZE),
  );
  return remainingLayers(spec, weights, add(matmul(x, action), add(share, time)));
}

/** Concatenates noisy actions [n, actionSize] and embedded times [n, TIME_SIZE] into the points of `pairVelocities`. */
export function flowPoints(x: Tensor, embeddedTime: Tensor): Tensor {
  return concat([x, embeddedTime], 1);
}
