// Elementwise ops with numpy broadcasting. A number operand stands for a scalar constant.
// Composites (square) are built from the closed list; primitives have one gradient rule each in gradients.ts.
import { broadcastShapes } from "./shape.ts";
import { asTensor, makeTensor, type Op, type Tensor, type TensorLike } from "./tensor.ts";

type Unary =
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "silu"
  | "elu"
  | "relu"
  | "softplus"
  | "abs";
type Binary = "add" | "sub" | "mul" | "div" | "minimum" | "maximum" | "greater";

/** Throws unless the operand holds float32 values. */
export function assertFloat(op: Op, tensor: Tensor): void {
  if (tensor.dtype !== "float32") throw new TypeError(`${op}: operands must be float32, got ${tensor.dtype}`);
}

function unary(op: Unary, x: Tensor): Tensor {
  assertFloat(op, x);
  return makeTensor(op, [x], x.shape, {});
}

function binary(op: Binary, a: TensorLike, b: TensorLike): Tensor {
  const left = asTensor(a);
  const right = asTensor(b);
  assertFloat(op, left);
  assertFloat(op, right);
  return makeTensor(op, [left, right], broadcastShapes(op, left.shape, right.shape), {});
}

/** −x. */
export const neg = (x: Tensor): Tensor => unary("neg", x);
/** eˣ. */
export const exp = (x: Tensor): Tensor => unary("exp", x);
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => unary("log", x);
/** √x. */
export const sqrt = (x: Tensor): Tensor => unary("sqrt", x);
/** Sine of radians. */
export const sin = (x: Tensor): Tensor => unary("sin", x);
/** Cosine of radians. */
export const cos = (x: Tensor): Tensor => unary("cos", x);
/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => unary("tanh", x);
/** 1 / (1 + exp(−x)). */
export const sigmoid = (x: Tensor): Tensor => unary("sigmoid", x);
/** x·sigmoid(x). */
export const silu = (x: Tensor): Tensor => unary("silu", x);
/** x for x > 0, else exp(x) − 1. */
export const elu = (x: Tensor): Tensor => unary("elu", x);
/** max(x, 0). */
export const relu = (x: Tensor): Tensor => unary("relu", x);
/** ln(1 + exp(x)), stable for large |x|. */
export const softplus = (x: Tensor): Tensor => unary("softplus", x);
/** |x|; its derivative at 0 is taken as −1. */
export const abs = (x: Tensor): Tensor => unary("abs", x);

/** a + b. */
export const add = (a: TensorLike, b: TensorLike): Tensor => binary("add", a, b);
/** a − b. */
export const sub = (a: TensorLike, b: TensorLike): Tensor => binary("sub", a, b);
/** a·b. */
export const mul = (a: TensorLike, b: TensorLike): Tensor => binary("mul", a, b);
/** a / b. */
export const div = (a: TensorLike, b: TensorLike): Tensor => binary("div", a, b);
/** Smaller of the two; at a tie the gradient goes to `a`. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => binary("minimum", a, b);
/** Larger of the two; at a tie the gradient goes to `a`. */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => binary("maximum", a, b);
/** Mask: 1 where a > b, else 0. No gradient flows through it. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => binary("greater", a, b);
/** x², with the gradient of one product. */
export const square = (x: Tensor): Tensor => mul(x, x);

/** Limits x to [lo, hi]; a null bound is open. The gradient is zero beyond a bound and passes at it. */
export function clamp(x: Tensor, lo: number | null, hi: number | null): Tensor {
  assertFloat("clamp", x);
  if (lo !== null && hi !== null && lo > hi) throw new RangeError(`clamp: lo must not exceed hi, got ${lo} and ${hi}`);
  return lo === null && hi === null ? x : makeTensor("clamp", [x], x.shape, { lo, hi });
}

/** `a` where mask ≠ 0, else `b`; no gradient flows to the mask. */
export function where(mask: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const operands = [mask, asTensor(a), asTensor(b)];
  for (const operand of operands) assertFloat("where", operand);
  const shape = operands.map((operand) => operand.shape).reduce((x, y) => broadcastShapes("where", x, y));
  return makeTensor("where", operands, shape, {});
}

/** The value of x, treated as a constant by `gradients`. */
export function stopGradient(x: Tensor): Tensor {
  return makeTensor("stopGradient", [x], x.shape, {}, x.dtype);
}
