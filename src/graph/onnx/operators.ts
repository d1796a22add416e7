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
import { constant, type Tensor } from "../tensor.ts";
import type { NodeView, Operand } from "./node-view.ts";
import {
  Concat,
  Expand,
  Flatten,
  Gather,
  Pad,
  Reshape,
  ScatterND,
  Slice,
  Squeeze,
  Transpose,
  Unsqueeze,
} from "./operators-movement.ts";
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

const reduction =
  (op: (x: Tensor, axes?: readonly number[], keepDims?: boolean) => Tensor): Operator =>
  (node) =>
    op(node.tensor(0), node.axes(1) ?? undefined, node.int("keepdims", 1) !== 0);

function Constant(node: NodeView): Operand {
  const value: TensorProto | undefined = node.attribute("value")?.t;
  if (value) return readTensor(value, node.error.bind(node));
  const float = node.attribute("value_float")?.f;
  if (float !== undefined) return constant(float);
  const integers = node.ints("value_ints") ?? [node.int("value_int", Number.NaN)];
  if (integers.some(Number.isNaN)) throw node.error("must hold a tensor, a float or integers");
  return { integers, dims: node.ints("value_ints") ? [integers.length] : [] };
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
