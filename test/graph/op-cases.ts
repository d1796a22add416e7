// One small case or more per op, shared by the tests of values and gradients. The compiler checks that no op is missing.
import {
  abs,
  add,
  broadcastTo,
  clamp,
  concat,
  constant,
  cos,
  div,
  elu,
  exp,
  gather,
  greater,
  input,
  log,
  matmul,
  maximum,
  minimum,
  mul,
  neg,
  type Op,
  pad,
  relu,
  reshape,
  scatterAdd,
  sigmoid,
  silu,
  sin,
  slice,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  where,
} from "../../src/graph/index.ts";

/** Named inputs of a case: shapes, and the range their values are drawn from. */
export interface OpCase {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Values are spread over [lo, hi], none of them near a kink of the op. */
  readonly range?: readonly [number, number];
  readonly build: (inputs: Record<string, Tensor>) => Tensor;
}

const x = { x: [3, 4] };
const ab = { a: [3, 4], b: [3, 4] };
const rows = { a: [2, 3, 4], b: [3, 1] };
const indices = () => input("indices", [5], "int64");

const unary = (op: (x: Tensor) => Tensor, range?: [number, number]): OpCase[] => [
  { inputs: x, range, build: (t) => op(t.x) },
];
const binary = (op: (a: Tensor, b: Tensor) => Tensor, range?: [number, number]): OpCase[] =>
  [ab, rows, { a: [3, 1], b: [3, 4] }, { a: [4], b: [2, 4] }].map((inputs) => ({
    inputs,
    range,
    build: (t) => op(t.a, t.b),
  }));

export const OP_CASES: Readonly<Record<Op, readonly OpCase[]>> = {
  input: unary((t) => t),
  constant: unary((t) => mul(t, constant([1, -2, 3, 0.5], [1, 4]))),
  neg: unary(neg),
  exp: unary(exp),
  log: unary(log, [0.3, 3]),
  sqrt: unary(sqrt, [0.3, 3]),
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  silu: unary(silu),
  elu: unary(elu),
  relu: unary(relu),
  softplus: unary(softplus, [-12, 12]),
  abs: unary(abs),
  clamp: [
    [-0.7, 0.9],
    [null, 0.5],
    [-0.2, null],
  ].map(([lo, hi]) => ({ inputs: x, build: (t) => clamp(t.x, lo, hi) })),
  add: binary(add),
  sub: binary(sub),
  mul: [...binary(mul), ...unary((t) => mul(t, t))],
  div: binary(div, [0.4, 2]),
  minimum: binary(minimum),
  maximum: binary(maximum),
  greater: [{ inputs: ab, build: (t) => mul(greater(t.a, t.b), t.a) }],
  where: [
    { inputs: ab, build: (t) => where(greater(t.a, 0.3), mul(t.a, 2), t.b) },
    { inputs: { m: [3, 1], a: [3, 4], b: [4] }, build: (t) => where(t.m, t.a, t.b) },
    { inputs: { m: [3, 1], b: [2, 1, 4] }, build: (t) => where(greater(t.m, 0), 0.5, t.b) },
  ],
  matmul: [
    { inputs: { a: [3, 4], b: [4, 2] }, build: (t) => matmul(t.a, t.b) },
    { inputs: { a: [4, 3], b: [4, 2] }, build: (t) => matmul(t.a, t.b, { transposeA: true }) },
    { inputs: { a: [3, 4], b: [2, 4] }, build: (t) => matmul(t.a, t.b, { transposeB: true }) },
    { inputs: { a: [4, 3], b: [2, 4] }, build: (t) => matmul(t.a, t.b, { transposeA: true, transposeB: true }) },
    { inputs: { a: [3, 4], b: [4, 2], c: [2] }, build: (t) => mul(add(matmul(t.a, t.b), t.c), 0.25) },
    { inputs: { a: [3, 4], b: [4, 2], c: [3, 2] }, build: (t) => sub(t.c, matmul(t.a, t.b)) },
    { inputs: { a: [2, 3, 4], b: [4, 2], c: [2] }, build: (t) => silu(add(matmul(t.a, t.b), t.c)) },
  ],
  sum: [
    ...[undefined, 0, 1, [0, 2], [1, 2]].map((axes) => ({
      inputs: { x: [2, 3, 4] },
      build: (t: Record<string, Tensor>) => sum(t.x, axes),
    })),
    { inputs: { x: [2, 3, 4] }, build: (t) => sum(t.x, 1, true) },
  ],
  reshape: unary((t) => reshape(t, [2, -1, 3])),
  concat: [
    { inputs: { a: [2, 3], b: [2, 1] }, build: (t) => concat([t.a, t.b, t.a], 1) },
    { inputs: { a: [2, 3], b: [1, 3] }, build: (t) => concat([t.a, t.b], 0) },
  ],
  slice: [
    ...unary((t) => slice(t, 0, 1, 3)),
    ...unary((t) => concat([slice(t, 1, 0, 1), exp(slice(t, 1, 2, 4))], 1)),
    ...unary((t) => mul(slice(t, 1, 0, 3), slice(t, 1, 1, 4))),
  ],
  pad: unary((t) => pad(t, 1, 2, 1)),
  gather: [{ inputs: x, build: (t) => gather(t.x, indices()) }],
  scatterAdd: [{ inputs: { x: [5, 2] }, build: (t) => scatterAdd(t.x, indices(), 3) }],
  broadcastTo: [
    { inputs: { x: [3, 1] }, build: (t) => broadcastTo(t.x, [2, 3, 4]) },
    { inputs: { x: [3, 1] }, build: (t) => neg(broadcastTo(t.x, [3, 4])) },
  ],
  stopGradient: unary((t) => add(t, stopGradient(mul(t, 0)))),
};

/** Values with a fixed pattern, spread over the range in no particular order. */
export function spread(count: number, [lo, hi]: readonly [number, number], shift = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const fraction = ((i + 1 + shift) * 0.6180339887) % 1;
    return lo + (hi - lo) * fraction;
  });
}

/** Feeds of a case; the indices repeat and leave rows out. */
export function caseFeeds({ inputs, range = [-2, 2] }: OpCase): Record<string, Float32Array | BigInt64Array> {
  const entries = Object.entries(inputs).map(([name, shape], i): [string, Float32Array] => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, spread(count, range, 37 * i)];
  });
  return { ...Object.fromEntries(entries), indices: BigInt64Array.of(2n, 0n, 2n, 2n, 0n) };
}

/** The case's result, and its inputs by name. */
export function buildCase({ inputs, build }: OpCase): { inputs: Record<string, Tensor>; result: Tensor } {
  const tensors = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, input(name, shape)]));
  return { inputs: tensors, result: build(tensors) };
}

/** The largest difference relative to the largest value. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 1e-30;
  let difference = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    difference = Math.max(difference, Math.abs(found[i] - expected[i]));
  }
  return difference / largest;
}
