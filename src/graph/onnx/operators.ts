// Each entry translates the ONNX operator of the same name into the graph's ops: those that the writer emits and those
// that exported perceptrons from other programs use. Semantics: ONNX operator reference, opsets 7 to 23.
import {
  abs,
  add,
  clamp,
  cos,
  div,
  elu,
  exp,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  sigmoid,
  silu,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  where,
} from "../ops-elementwise.ts";
import { matmul, mean, sum } from "../ops-linear.ts";
import { broadcastTo, concat, gather, pad, reshape, scatterAdd, slice } from "../ops-movement.ts";
import { type Dim, isBatched, normalizeAxis, sizeOf } from "../shape.ts";
import { constant, type Tensor } from "../tensor.ts";
import type { Integers, NodeView, Operand } from "./node-view.ts";
import { DATA_TYPE, type TensorProto } from "./schema.ts";
import { readTensor } from "./tensor-proto.ts";

type Operator = (node: NodeView) => Operand;

const unary =
  (op: (x: Tensor) => Tensor): Operator =>
  (node) =>
    op(node.tensor(0));

const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) =>
    op(node.tensor(0), node.tensor(1));

const variadic =
  (op: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (node) =>
    node.tensors().reduce(op);

const identity: Operator = (node) => node.constantIntegers(0) ?? node.tensor(0);

function Gemm(node: NodeView): Tensor {
  const options = { transposeA: node.int("transA", 0) !== 0, transposeB: node.int("transB", 0) !== 0 };
  const product = scaled(matmul(node.tensor(0), node.tensor(1), options), node.float("alpha", 1));
  return node.has(2) ? add(product, scaled(node.tensor(2), node.float("beta", 1))) : product;
}

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}

function Clip(node: NodeView): Tensor {
  const lo = node.scalar(1) ?? node.attribute("min")?.f ?? null;
  const hi = node.scalar(2) ?? node.attribute("max")?.f ?? null;
  return clamp(node.tensor(0), lo, hi);
}

function Elu(node: NodeView): Tensor {
  const alpha = node.float("alpha", 1);
  const x = node.tensor(0);
  return alpha === 1 ? elu(x) : where(greater(x, 0), x, mul(sub(exp(minimum(x, 0)), 1), alpha));
}

function LeakyRelu(node: NodeView): Tensor {
  const x = node.tensor(0);
  return where(greater(x, 0), x, mul(x, node.float("alpha", 0.01)));
}

function Pow(node: NodeView): Tensor {
  const exponent = node.scalar(1);
  if (exponent === 2) return mul(node.tensor(0), node.tensor(0));
  if (exponent === 0.5) return sqrt(node.tensor(0));
  throw node.error(`must have exponent 2 or 0.5, got ${exponent}`);
}

function QuickGelu(node: NodeView): Tensor {
  const alpha = node.float("alpha", 1.702);
  const x = node.tensor(0);
  return alpha === 1 ? silu(x) : mul(x, sigmoid(mul(x, alpha)));
}

function Cast(node: NodeView): Operand {
  const to = node.int("to", 0);
  const allowed: readonly number[] = [DATA_TYPE.float32, DATA_TYPE.bool];
  const integers = node.constantIntegers(0);
  if (integers) return to === DATA_TYPE.float32 ? node.tensor(0) : integers;
  if (!allowed.includes(to)) throw node.error(`must be to float32 or bool, got data type ${to}`);
  return node.tensor(0);
}

/** Target shape with ONNX's 0 (copy) resolved; −1 stays for `reshape`. */
function Reshape(node: NodeView): Operand {
  const integers = node.constantIntegers(0);
  const target = node.axes(1, "shape");
  if (!target) throw node.error("needs a target shape, got none");
  if (integers) return { integers: integers.integers, dims: target };
  const x = node.tensor(0);
  const copied = target.map((dim, axis) => (dim === 0 ? x.shape[axis] : dim));
  return reshape(x, isBatched(x.shape) ? batchedTarget(x, copied) : copied);
}

/** Of a batched tensor the leading dimension stays symbolic; a −1 further back is worked out from the row size. */
function batchedTarget(x: Tensor, target: readonly Dim[]): Dim[] {
  const known = target
    .slice(1)
    .filter((dim) => dim !== -1)
    .reduce((a, b) => a * b, 1);
  return target.map((dim, axis) => (axis > 0 && dim === -1 ? sizeOf(x.shape) / known : dim));
}

function Unsqueeze(node: NodeView): Operand {
  const axes = node.axes(1) ?? [];
  const integers = node.constantIntegers(0);
  const shape = [...(integers?.dims ?? node.tensor(0).shape)];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((a) => normalizeAxis("Unsqueeze", a, rank)).sort((a, b) => a - b))
    shape.splice(axis, 0, 1);
  return integers ? { integers: integers.integers, dims: shape } : reshape(node.tensor(0), shape);
}

function Squeeze(node: NodeView): Operand {
  const integers = node.constantIntegers(0);
  const shape: readonly Dim[] = integers?.dims ?? node.tensor(0).shape;
  const axes = node.axes(1)?.map((axis) => normalizeAxis("Squeeze", axis, shape.length));
  const kept = shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1));
  return integers ? { integers: integers.integers, dims: kept } : reshape(node.tensor(0), kept);
}

function Flatten(node: NodeView): Tensor {
  const x = node.tensor(0);
  const axis = normalizeAxis("Flatten", node.int("axis", 1), x.shape.length + 1);
  return reshape(x, [sizeOf(x.shape.slice(0, axis), -1), Math.abs(sizeOf(x.shape.slice(axis)))]);
}

function Slice(node: NodeView): Tensor {
  const x = node.tensor(0);
  const [starts, ends] = [node.axes(1, "starts") ?? [], node.axes(2, "ends") ?? []];
  const axes = node.axes(3) ?? starts.map((_, axis) => axis);
  if (node.has(4) && node.integers(4).some((step) => step !== 1)) throw node.error("must have steps of 1");
  return axes.reduce((result, a, i) => {
    const axis = normalizeAxis("Slice", a, x.shape.length);
    const size = x.shape[axis];
    const within = (position: number) => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
    return slice(result, axis, within(starts[i]), within(ends[i]));
  }, x);
}

function Pad(node: NodeView): Tensor {
  const x = node.tensor(0);
  const pads = node.axes(1, "pads") ?? [];
  const value = node.scalar(2) ?? 0;
  if (node.text("mode", "constant") !== "constant" || value !== 0) throw node.error("must pad with zeros");
  return x.shape.reduce((result, _, axis) => pad(result, axis, pads[axis], pads[axis + x.shape.length]), x);
}

function Gather(node: NodeView): Operand {
  const indices = node.constantIntegers(1);
  const list = node.constantIntegers(0);
  if (list && indices) return { integers: indices.integers.map((i) => list.integers.at(i) ?? 0), dims: indices.dims };
  const x = node.tensor(0);
  const axis = normalizeAxis("Gather", node.int("axis", 0), x.shape.length);
  if (indices) return gatherConstant(x, indices, axis);
  if (axis !== 0) throw node.error(`with computed indices must be along axis 0, got ${axis}`);
  return gather(x, node.tensor(1));
}

function gatherConstant(x: Tensor, { integers, dims }: Integers, axis: number): Tensor {
  const parts = integers.map((index) => {
    const start = index < 0 ? index + x.shape[axis] : index;
    return slice(x, axis, start, start + 1);
  });
  return reshape(concat(parts, axis), [...x.shape.slice(0, axis), ...dims, ...x.shape.slice(axis + 1)]);
}

/** Only the form that adds rows to zeros. */
function ScatterND(node: NodeView): Tensor {
  const [target, rows, updates] = node.tensors();
  const zero =
    target.op === "broadcastTo" && target.inputs[0].op === "constant" && target.inputs[0].attributes.values[0] === 0;
  if (!zero || node.text("reduction", "none") !== "add") throw node.error("must add rows to zeros");
  return scatterAdd(updates, reshape(rows, rows.shape.slice(0, -1)), target.shape[0]);
}

function Expand(node: NodeView): Tensor {
  return broadcastTo(node.tensor(0), node.integers(1));
}

const reduction =
  (op: (x: Tensor, axes?: readonly number[], keepDims?: boolean) => Tensor): Operator =>
  (node) =>
    op(node.tensor(0), node.axes(1) ?? undefined, node.int("keepdims", 1) !== 0);

/** Transposition of a constant, such as weights stored the other way round. */
function Transpose(node: NodeView): Tensor {
  const x = node.tensor(0);
  const order = node.ints("perm") ?? [1, 0];
  const swaps = x.op === "constant" && x.shape.length === 2 && order[0] === 1;
  if (!swaps) throw node.error("must be of a constant matrix");
  const [rows, columns] = x.shape;
  const { values } = x.attributes;
  return constant(
    values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]),
    [columns, rows],
  );
}

function Constant(node: NodeView): Operand {
  const value: TensorProto | undefined = node.attribute("value")?.t;
  if (value) return readTensor(value, node.error.bind(node));
  const float = node.attribute("value_float")?.f;
  if (float !== undefined) return constant(float);
  const integers = node.ints("value_ints") ?? [node.int("value_int", Number.NaN)];
  if (integers.some(Number.isNaN)) throw node.error("must hold a tensor, a float or integers");
  return { integers, dims: node.ints("value_ints") ? [integers.length] : [] };
}

function Concat(node: NodeView): Operand {
  const lists = Array.from({ length: node.count }, (_, index) => node.constantIntegers(index));
  if (!lists.every((list) => list !== null)) return concat(node.tensors(), node.int("axis", 0));
  const integers = lists.flatMap((list) => [...list.integers]);
  return { integers, dims: [integers.length] };
}

/** Translators of the standard domain. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Abs: unary(abs),
  Add: binary(add),
  Cast,
  Clip,
  Concat,
  Constant,
  Cos: unary(cos),
  Div: binary(div),
  Dropout: identity,
  Elu,
  Exp: unary(exp),
  Expand,
  Flatten,
  Gather,
  Gemm,
  Greater: binary(greater),
  Identity: identity,
  LeakyRelu,
  Less: binary((a, b) => greater(b, a)),
  Log: unary(log),
  MatMul: binary(matmul),
  Max: variadic(maximum),
  Min: variadic(minimum),
  Mul: binary(mul),
  Neg: unary(neg),
  Pad,
  Pow,
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  Relu: unary(relu),
  Reshape,
  ScatterND,
  Sigmoid: unary(sigmoid),
  Sin: unary(sin),
  Slice,
  Softplus: unary(softplus),
  Sqrt: unary(sqrt),
  Squeeze,
  Sub: binary(sub),
  Sum: variadic(add),
  Tanh: unary(tanh),
  Transpose,
  Unsqueeze,
  Where: (node) => where(node.tensor(0), node.tensor(1), node.tensor(2)),
};

/** Translators of the com.microsoft domain. */
export const CONTRIB_OPERATORS: Readonly<Record<string, Operator>> = { QuickGelu };
