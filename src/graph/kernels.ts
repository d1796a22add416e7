// The meaning of every op in plain float64 loops: the reference that engines are compared with, and what folds constants.
// Not meant to be fast.
import { broadcastShapes, sizeOf, stridesOf } from "./shape.ts";
import type { Op, Tensor, TensorOf } from "./tensor.ts";

/** A computed value; int64 indices are held as numbers too. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Kernel<O extends Op> = (node: TensorOf<O>, inputs: readonly Value[]) => Value;

function zeros(shape: readonly number[]): Value {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

const map =
  (f: (x: number) => number) =>
  (_: unknown, [x]: readonly Value[]): Value => ({ shape: x.shape, data: x.data.map(f) });

/** For each element of `shape` in order, the offset of the element of `value` that broadcasts to it. */
function broadcastOffsets(value: Value, shape: readonly number[]): Int32Array {
  const strides = stridesOf(value.shape).map((stride, axis) => (value.shape[axis] === 1 ? 0 : stride));
  const lead = shape.length - strides.length;
  const offsets = new Int32Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let offset = 0;
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = axis < lead ? 0 : strides[axis - lead];
      offset += stride;
      if (++index[axis] < shape[axis]) break;
      offset -= stride * shape[axis];
      index[axis] = 0;
    }
  }
  return offsets;
}

const zip =
  (f: (a: number, b: number) => number) =>
  (node: { op: Op }, [a, b]: readonly Value[]): Value => {
    const result = zeros(broadcastShapes(node.op, a.shape, b.shape));
    const left = broadcastOffsets(a, result.shape);
    const right = broadcastOffsets(b, result.shape);
    for (let i = 0; i < result.data.length; i++) result.data[i] = f(a.data[left[i]], b.data[right[i]]);
    return result;
  };

function select(_: unknown, values: readonly Value[]): Value {
  const shape = values.map((value) => value.shape).reduce((a, b) => broadcastShapes("where", a, b));
  const [mask, a, b] = values.map((value) => ({ data: value.data, offsets: broadcastOffsets(value, shape) }));
  const result = zeros(shape);
  for (let i = 0; i < result.data.length; i++)
    result.data[i] = mask.data[mask.offsets[i]] !== 0 ? a.data[a.offsets[i]] : b.data[b.offsets[i]];
  return result;
}

function matmul(node: TensorOf<"matmul">, [a, b]: readonly Value[]): Value {
  const { transposeA, transposeB } = node.attributes;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const [aRow, aCol] = transposeA ? [1, m] : [k, 1];
  const [bRow, bCol] = transposeB ? [1, k] : [n, 1];
  const result = zeros([m, n]);
  // Each element is summed in the order of c; rows of b are walked along memory.
  for (let i = 0; i < m; i++)
    for (let c = 0; c < k; c++) {
      const factor = a.data[i * aRow + c * aCol];
      for (let j = 0; j < n; j++) result.data[i * n + j] += factor * b.data[c * bRow + j * bCol];
    }
  return result;
}

function sum(node: TensorOf<"sum">, [x]: readonly Value[]): Value {
  const { axes, keepDims } = node.attributes;
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const result = zeros(kept);
  const offsets = broadcastOffsets(result, x.shape);
  for (let i = 0; i < x.data.length; i++) result.data[offsets[i]] += x.data[i];
  return { shape: keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis)), data: result.data };
}

function reshape(node: TensorOf<"reshape">, [x]: readonly Value[]): Value {
  const batch = x.data.length / sizeOf(node.shape);
  return { shape: node.shape.map((dim) => (dim === -1 ? batch : dim)), data: x.data };
}

/** Splits a shape at an axis: [outer, shape[axis], inner]. */
function splitAt(shape: readonly number[], axis: number): [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}

/** Copies `source` into `target` along `axis`, from and to the given positions, `count` long. */
function copyRange(target: Value, to: number, source: Value, from: number, count: number, axis: number): void {
  const [outer, sourceSize, inner] = splitAt(source.shape, axis);
  const targetSize = target.shape[axis];
  for (let o = 0; o < outer; o++) {
    const start = (o * sourceSize + from) * inner;
    target.data.set(source.data.subarray(start, start + count * inner), (o * targetSize + to) * inner);
  }
}

function concat(node: TensorOf<"concat">, values: readonly Value[]): Value {
  const { axis } = node.attributes;
  const result = zeros([...values[0].shape].with(axis, node.shape[axis]));
  let position = 0;
  for (const value of values) {
    copyRange(result, position, value, 0, value.shape[axis], axis);
    position += value.shape[axis];
  }
  return result;
}

function slice(node: TensorOf<"slice">, [x]: readonly Value[]): Value {
  const { axis, start, end } = node.attributes;
  const result = zeros([...x.shape].with(axis, end - start));
  copyRange(result, 0, x, start, end - start, axis);
  return result;
}

function pad(node: TensorOf<"pad">, [x]: readonly Value[]): Value {
  const { axis, before, after } = node.attributes;
  const result = zeros([...x.shape].with(axis, x.shape[axis] + before + after));
  copyRange(result, before, x, 0, x.shape[axis], axis);
  return result;
}

function gather(_: unknown, [x, indices]: readonly Value[]): Value {
  const width = sizeOf(x.shape.slice(1));
  const result = zeros([...indices.shape, ...x.shape.slice(1)]);
  indices.data.forEach((row, i) => {
    if (row < 0 || row >= x.shape[0])
      throw new RangeError(`gather: indices must lie in [0, ${x.shape[0]}), got ${row}`);
    result.data.set(x.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return result;
}

function scatterAdd(node: TensorOf<"scatterAdd">, [updates, indices]: readonly Value[]): Value {
  const { rows } = node.attributes;
  const tail = updates.shape.slice(indices.shape.length);
  const width = sizeOf(tail);
  const result = zeros([rows, ...tail]);
  indices.data.forEach((row, i) => {
    if (row < 0 || row >= rows) throw new RangeError(`scatterAdd: indices must lie in [0, ${rows}), got ${row}`);
    for (let c = 0; c < width; c++) result.data[row * width + c] += updates.data[i * width + c];
  });
  return result;
}

function broadcastTo(node: TensorOf<"broadcastTo">, [x]: readonly Value[]): Value {
  const result = zeros(node.shape);
  const offsets = broadcastOffsets(x, node.shape);
  for (let i = 0; i < offsets.length; i++) result.data[i] = x.data[offsets[i]];
  return result;
}

function clamp(node: TensorOf<"clamp">, [x]: readonly Value[]): Value {
  const { lo, hi } = node.attributes;
  return { shape: x.shape, data: x.data.map((v) => Math.min(Math.max(v, lo ?? -Infinity), hi ?? Infinity)) };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const KERNELS = {
  input: (node) => {
    throw new RangeError(`input "${node.attributes.name}" has no value`);
  },
  constant: (node) => ({ shape: node.shape, data: Float64Array.from(node.attributes.values) }),
  neg: map((x) => -x),
  exp: map(Math.exp),
  log: map(Math.log),
  sqrt: map(Math.sqrt),
  sin: map(Math.sin),
  cos: map(Math.cos),
  tanh: map(Math.tanh),
  sigmoid: map(logistic),
  silu: map((x) => x * logistic(x)),
  elu: map((x) => (x > 0 ? x : Math.expm1(x))),
  relu: map((x) => Math.max(x, 0)),
  softplus: map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  abs: map(Math.abs),
  clamp,
  add: zip((a, b) => a + b),
  sub: zip((a, b) => a - b),
  mul: zip((a, b) => a * b),
  div: zip((a, b) => a / b),
  minimum: zip(Math.min),
  maximum: zip(Math.max),
  greater: zip((a, b) => (a > b ? 1 : 0)),
  where: select,
  matmul,
  sum,
  reshape,
  concat,
  slice,
  pad,
  gather,
  scatterAdd,
  broadcastTo,
  stopGradient: (_, [x]) => x,
} satisfies { [O in Op]: Kernel<O> };

/** Evaluates one node from the values of its operands, in float64. Throws a RangeError for indices out of range. */
export function evaluate(node: Tensor, inputs: readonly Value[]): Value {
  const kernel = KERNELS[node.op] as (node: Tensor, inputs: readonly Value[]) => Value;
  return kernel(node, inputs);
}
