// Other forms of some ops that ONNX Runtime's CPU kernels run faster; same meaning. Times were measured per element with
// values in cache, where a plain product of two tensors takes 0.2 ns.
import { isBatched, sizeOf } from "../shape.ts";
import type { Op, Tensor, TensorOf } from "../tensor.ts";
import type { Gemm } from "./gemm.ts";
import type { Lowering } from "./lowering.ts";

/** Returns the name of the result, or null to use the standard form. */
type TunedHandler<O extends Op> = (lowering: Lowering, node: TensorOf<O> & Tensor) => string | null;

const BROADCASTING: ReadonlySet<Op> = new Set(["add", "sub", "mul", "div"]);

/** Rows shorter than this are spread by a product with ones before an elementwise op. */
const SHORT_ROW = 64;

/** Products with fewer columns than this waste part of the vectors that the kernel computes columns in; rows waste nothing. */
const NARROW = 32;

/**
 * Aᵀ·B with few columns as (Bᵀ·A)ᵀ, the same sums in two thirds of the time: 128×21 of 1024 rows takes 80 µs instead of 120.
 * Not as Gemm, which ONNX Runtime would merge with the transposition into what it was.
 */
export function lowerNarrowGemm(lowering: Lowering, { a, b, c, alpha, transposeA, transposeB }: Gemm): string | null {
  const columns = b.shape[1];
  const fits = columns > 1 && columns < NARROW && columns < a.shape[1];
  if (!fits || c || alpha !== 1 || !transposeA || transposeB || isBatched(a.shape)) return null;
  const operands = [lowering.nameOf(b), lowering.nameOf(a)];
  const product = lowering.emit("FusedMatMul", operands, { transA: 1 }, "com.microsoft");
  return lowering.emit("Transpose", [product], { perm: [1, 0] });
}

/** One pass (0.5 ns) instead of two, unless the sigmoid is wanted anyway. */
function silu(lowering: Lowering, { inputs: [x] }: Tensor): string | null {
  if (lowering.sigmoidOf(x)) return null;
  return lowering.emit("QuickGelu", [lowering.nameOf(x)], { alpha: 1 }, "com.microsoft");
}

/** max(x, exp(min(x, 0)) − 1): 0.9 ns, the Elu kernel takes 2.2. */
function elu(lowering: Lowering, { inputs: [x] }: Tensor): string {
  const name = lowering.nameOf(x);
  const grown = lowering.emit("Exp", [lowering.emit("Min", [name, lowering.scalar(0)])]);
  return lowering.emit("Max", [name, lowering.emit("Sub", [grown, lowering.scalar(1)])]);
}

/** max(x, 0) + ln(1 + exp(−|x|)): the Softplus kernel takes 14 ns. */
function softplus(lowering: Lowering, { inputs: [x] }: Tensor): string {
  const name = lowering.nameOf(x);
  const decay = lowering.emit("Exp", [lowering.emit("Neg", [lowering.emit("Abs", [name])])]);
  const tail = lowering.emit("Log", [lowering.emit("Add", [decay, lowering.scalar(1)])]);
  return lowering.emit("Add", [lowering.emit("Relu", [name]), tail]);
}

/** A sum over leading axes as a product with ones: 0.15 ns per element, ReduceSum takes 0.2 to 1.8. */
function sum(lowering: Lowering, { inputs: [x], attributes: { axes }, shape }: TensorOf<"sum">): string | null {
  const rows = sizeOf(x.shape.slice(0, axes.length));
  const columns = sizeOf(x.shape.slice(axes.length));
  if (isBatched(x.shape) || axes.some((axis, i) => axis !== i) || rows < 2 || columns < 2) return null;
  const matrix = x.shape.length === 2 ? lowering.nameOf(x) : lowering.reshaped(lowering.nameOf(x), [rows, columns]);
  const total = lowering.emit("MatMul", [lowering.ones([rows]), matrix]);
  return shape.length === 1 ? total : lowering.reshaped(total, shape);
}

/** [..., 1] to [..., width] as a product with a row of ones. */
function spread(lowering: Lowering, x: Tensor, width: number): string {
  return lowering.emit("MatMul", [lowering.nameOf(x), lowering.ones([1, width])]);
}

/** Whether `x` repeats one value along short rows of `shape` and nothing else. */
function repeatsAlongRows(x: Tensor, shape: readonly number[]): boolean {
  const last = shape.length - 1;
  if (last < 1 || x.shape.length !== shape.length || x.shape[last] !== 1) return false;
  return (
    shape[last] > 1 && shape[last] < SHORT_ROW && shape.every((dim, axis) => axis === last || dim === x.shape[axis])
  );
}

function broadcastTo(lowering: Lowering, { inputs: [x], shape }: Tensor): string | null {
  return repeatsAlongRows(x, shape) ? spread(lowering, x, shape[shape.length - 1]) : null;
}

/** Elementwise ops whose operand repeats along short rows run value by value, at up to 5 ns. */
function withSpreadOperands(lowering: Lowering, { op, inputs, shape }: Tensor): string | null {
  if (!inputs.some((operand) => repeatsAlongRows(operand, shape))) return null;
  const operands = inputs.map((operand) =>
    repeatsAlongRows(operand, shape) ? spread(lowering, operand, shape[shape.length - 1]) : lowering.nameOf(operand),
  );
  return lowering.emit(op[0].toUpperCase() + op.slice(1), operands);
}

const TUNED: { readonly [O in Op]?: TunedHandler<O> } = { silu, elu, softplus, sum, broadcastTo };

/** The faster form of the node, or null if there is none. */
export function lowerTuned(lowering: Lowering, node: Tensor): string | null {
  if (BROADCASTING.has(node.op)) return withSpreadOperands(lowering, node);
  const handler = TUNED[node.op] as TunedHandler<Op> | undefined;
  return handler ? handler(lowering, node) : null;
}
