/**
 * A velocity field as graph, apart from what it is made of: a policy's network, or a closed form. Here are the functions that exact
 * likelihoods are computed from: the velocity with its divergence, and one step of a sampler with its Jacobian.
 * Not here: integration and inversion (flow-density.ts, sampler-density.ts).
 */
import {
  add,
  concat,
  type GraphFunction,
  gradients,
  graphFunction,
  input,
  slice,
  sum,
  type Tensor,
} from "../graph/index.ts";
import {
  embedTimes,
  type FlowPolicySpec,
  flowPoints,
  observationShare,
  pairVelocities,
} from "../policy/flow-policy.ts";
import { type OdeSampling, odeStep } from "../policy/flow-sampler.ts";

/**
 * Velocities [n, size] at x [n, size] and flow times t [n, 1]. Rows must not influence each other; n is a multiple of the rows
 * that the field was made for, draws of one row side by side.
 */
export type VelocityField = (x: Tensor, t: Tensor) => Tensor;

/** The policy's own field. @param obs normalised [rows, obsSize] */
export function policyField(
  spec: FlowPolicySpec,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
): VelocityField {
  const share = observationShare(spec, weights, obs);
  return (x, t) => pairVelocities(spec, weights, share, flowPoints(x, embedTimes(t)));
}

/** Derivatives ∂y_i/∂x_j of a function that treats rows alone; x and y [rows, size] → size tensors [rows, size], one per i. */
function jacobianRows(y: Tensor, x: Tensor): Tensor[] {
  return Array.from({ length: y.shape[1] }, (_, i) => gradients(sum(slice(y, 1, i, i + 1)), [x])[0]);
}

/** Inputs `x` [rows, size], `t` [rows, 1] and the field's own; outputs `velocity` [rows, size], `divergence` [rows, 1]. */
export function divergenceFunction(field: VelocityField, rows: number, size: number): GraphFunction {
  const x = input("x", [rows, size]);
  const velocity = field(x, input("t", [rows, 1]));
  const divergence = jacobianRows(velocity, x)
    .map((derivatives, i) => slice(derivatives, 1, i, i + 1))
    .reduce(add);
  return graphFunction("divergence", { velocity, divergence });
}

/**
 * One step of the sampler from x at time t. Inputs `x` [rows, size], `t` [rows, 1] and the field's own; outputs `next` [rows, size]
 * and `jacobian` [rows, size·size], ∂next_i/∂x_j row-major.
 */
export function stepFunction(
  field: VelocityField,
  rows: number,
  size: number,
  { flowSteps, sampler }: OdeSampling,
): GraphFunction {
  const x = input("x", [rows, size]);
  const t = input("t", [rows, 1]);
  const next = odeStep((at, later) => field(at, add(t, later)), x, 0, -1 / flowSteps, sampler);
  return graphFunction("flow-step", { next, jacobian: concat(jacobianRows(next, x), 1) });
}
