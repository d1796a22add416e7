// Reverse-mode differentiation, graph → graph. One rule per op, in one table; the compiler checks that none is missing.
// The rules are written for cheap gradient graphs: results of the forward pass are reused and every rule emits as few
// elementwise passes as it can, because on CPU engines those cost as much as narrow matrix products.
import { add, cos, div, greater, minimum, mul, neg, sigmoid, sin, sub, where } from "./ops-elementwise.ts";
import { matmul, sum } from "./ops-linear.ts";
import { broadcastTo, concat, gather, pad, reshape, scatterAdd, slice } from "./ops-movement.ts";
import { type Dim, formatShape, isBatched, sameShape, sizeOf } from "./shape.ts";
import { constant, type Op, type Tensor, type TensorOf, topologicalOrder } from "./tensor.ts";

/**
 * From a node and the derivative `g` of the loss by its value, the derivatives by its operands (null: none flows).
 * `operands` are the node's inputs; results may be of the broadcast shape, the caller sums them back.
 */
type Rule<O extends Op> = (
  g: Tensor,
  operands: readonly Tensor[],
  node: TensorOf<O> & Tensor,
) => readonly (Tensor | null)[];

const RULES = {
  input: () => [],
  constant: () => [],
  neg: (g) => [neg(g)],
  exp: (g, _, y) => [mul(g, y)],
  log: (g, [x]) => [div(g, x)],
  sqrt: (g, _, y) => [div(mul(g, 0.5), y)],
  sin: (g, [x]) => [mul(g, cos(x))],
  cos: (g, [x]) => [neg(mul(g, sin(x)))],
  // 1 − y²
  tanh: (g, _, y) => [sub(g, mul(mul(g, y), y))],
  // y − y²
  sigmoid: (g, _, y) => [mul(g, sub(y, mul(y, y)))],
  // s + y·(1 − s) with s = sigmoid(x), y = s·x; without x, whose memory is free after the forward pass
  silu: (g, [x], y) => {
    const s = sigmoid(x);
    return [mul(g, add(s, mul(y, sub(1, s))))];
  },
  // 1 for x > 0, else y + 1
  elu: (g, _, y) => [add(g, mul(g, minimum(y, 0)))],
  relu: (g, _, y) => [where(greater(y, 0), g, 0)],
  softplus: (g, [x]) => [mul(g, sigmoid(x))],
  abs: (g, [x]) => [where(greater(x, 0), g, neg(g))],
  clamp: (g, [x], { attributes: { lo, hi } }) => {
    const below = hi === null ? g : where(greater(x, hi), 0, g);
    return [lo === null ? below : where(greater(lo, x), 0, below)];
  },
  add: (g) => [g, g],
  sub: (g) => [g, neg(g)],
  mul: (g, [a, b]) => (a === b ? [mul(mul(g, 2), a), null] : [mul(g, b), mul(g, a)]),
  div: (g, [, b], y) => {
    const byNumerator = div(g, b);
    return [byNumerator, neg(mul(byNumerator, y))];
  },
  minimum: (g, [a, b]) => chosen(g, greater(a, b)),
  maximum: (g, [a, b]) => chosen(g, greater(b, a)),
  greater: () => [null, null],
  where: (g, [mask]) => [null, where(mask, g, 0), where(mask, 0, g)],
  matmul: (g, [a, b], { attributes }) => matmulRule(g, a, b, attributes),
  sum: (g, [x], { attributes: { axes } }) => {
    const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    return [broadcastTo(reshape(g, kept), x.shape)];
  },
  reshape: (g, [x]) => [reshape(g, x.shape)],
  concat: (g, operands, { attributes: { axis } }) => {
    let end = 0;
    return operands.map((operand) => {
      const start = end;
      end += operand.shape[axis];
      return slice(g, axis, start, end);
    });
  },
  slice: (g, [x], { attributes: { axis, start, end } }) => [pad(g, axis, start, x.shape[axis] - end)],
  pad: (g, [x], { attributes: { axis, before } }) => [slice(g, axis, before, before + x.shape[axis])],
  gather: (g, [x, indices]) => [scatterAdd(g, indices, x.shape[0]), null],
  scatterAdd: (g, [, indices]) => [gather(g, indices), null],
  broadcastTo: (g) => [g],
  stopGradient: () => [null],
} satisfies { [O in Op]: Rule<O> };

/** Gradient to the second operand where `second` is 1, to the first elsewhere. */
function chosen(g: Tensor, second: Tensor): Tensor[] {
  return [where(second, 0, g), where(second, g, 0)];
}

/** C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC, with each operand's own transposition absorbed into the product's flags. */
function matmulRule(
  g: Tensor,
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB }: TensorOf<"matmul">["attributes"],
): Tensor[] {
  return [
    transposeA ? matmul(b, g, { transposeA: transposeB, transposeB: true }) : matmul(g, b, { transposeB: !transposeB }),
    transposeB ? matmul(g, a, { transposeA: true, transposeB: transposeA }) : matmul(a, g, { transposeA: !transposeA }),
  ];
}

/** Sums `g` over the axes along which an operand of `shape` was repeated. */
function sumTo(g: Tensor, shape: readonly Dim[]): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.flatMap((dim, axis) => (axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  return reshape(sum(g, axes), shape);
}

/** Adds up what flows back to one tensor. Pieces that fill disjoint ranges of one axis are joined instead of padded. */
function total(pieces: readonly Tensor[]): Tensor {
  return joinRanges(pieces) ?? pieces.reduce(add);
}

function joinRanges(pieces: readonly Tensor[]): Tensor | null {
  const padded = pieces.filter((piece) => piece.op === "pad");
  if (pieces.length < 2 || padded.length !== pieces.length) return null;
  const { axis } = padded[0].attributes;
  if (padded.some((piece) => piece.attributes.axis !== axis)) return null;
  const ordered = padded.toSorted((a, b) => a.attributes.before - b.attributes.before);
  const whole = ordered[0].shape;
  const parts: Tensor[] = [];
  let position = 0;
  const fillTo = (end: number) => {
    if (end > position) parts.push(broadcastTo(constant(0), whole.with(axis, end - position)));
    position = end;
  };
  for (const { inputs, attributes } of ordered) {
    if (attributes.before < position) return null;
    fillTo(attributes.before);
    parts.push(inputs[0]);
    position += inputs[0].shape[axis];
  }
  fillTo(whole[axis]);
  return concat(parts, axis);
}

/**
 * Derivatives of a scalar loss by each tensor of `wrt`, as tensors of the same shapes; zeros where the loss does not
 * depend on one. The results are ordinary graph and can be differentiated again.
 * Throws a RangeError when the loss is not a single value or the graph has the symbolic batch dimension.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (sizeOf(loss.shape) !== 1 || isBatched(loss.shape))
    throw new RangeError(`gradients: loss must be a single value, got ${formatShape(loss.shape)}`);
  const order = topologicalOrder([loss]);
  if (order.some((node) => isBatched(node.shape)))
    throw new RangeError("gradients: shapes must be known, got the symbolic batch dimension");
  const relevant = new Set<Tensor>(wrt);
  for (const node of order) if (node.inputs.some((operand) => relevant.has(operand))) relevant.add(node);
  const pieces = new Map<Tensor, Tensor[]>([[loss, [constant(1, loss.shape)]]]);
  const results = new Map<Tensor, Tensor>();
  for (const node of order.reverse()) {
    const arrived = pieces.get(node);
    if (!arrived || !relevant.has(node)) continue;
    const g = total(arrived);
    results.set(node, g);
    propagate(node, g, relevant, pieces);
  }
  return wrt.map((tensor) => results.get(tensor) ?? broadcastTo(constant(0), tensor.shape));
}

function propagate(node: Tensor, g: Tensor, relevant: ReadonlySet<Tensor>, pieces: Map<Tensor, Tensor[]>): void {
  const rule = RULES[node.op] as Rule<Op>;
  const flows = rule(g, node.inputs, node);
  node.inputs.forEach((operand, i) => {
    const flow = flows[i];
    if (!flow || !relevant.has(operand)) return;
    const list = pieces.get(operand);
    const piece = sumTo(flow, operand.shape);
    if (list) list.push(piece);
    else pieces.set(operand, [piece]);
  });
}
