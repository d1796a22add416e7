// Contractions: matrix products and sums over axes.
import { assertFloat, mul } from "./ops-elementwise.ts";
import { reshape } from "./ops-movement.ts";
import { BATCH, type Dim, formatShape, isBatched, normalizeAxis } from "./shape.ts";
import { makeTensor, type Tensor } from "./tensor.ts";

/** Which operands of a matrix product are transposed. */
export interface MatmulOptions {
  /** Use the transpose of `a` (default false). */
  readonly transposeA?: boolean;
  /** Use the transpose of `b` (default false). */
  readonly transposeB?: boolean;
}

/**
 * Matrix product of [m, k] and [k, n]. An `a` of higher rank is taken as a stack of rows: [..., k] gives [..., n].
 * Throws a RangeError when the inner dimensions differ.
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  assertFloat("matmul", a);
  assertFloat("matmul", b);
  if (a.shape.length > 2 && !transposeA) return stackedMatmul(a, b, transposeB);
  if (a.shape.length !== 2 || b.shape.length !== 2)
    throw new RangeError(`matmul: operands must have rank 2, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`);
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const [inner, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
  if (k !== inner || k === BATCH || n === BATCH) {
    const shown = `${formatShape(a.shape)}${transposeA ? "ᵀ" : ""} and ${formatShape(b.shape)}${transposeB ? "ᵀ" : ""}`;
    throw new RangeError(`matmul: operands must be [m, k] and [k, n], got ${shown}`);
  }
  return makeTensor("matmul", [a, b], [m, n], { transposeA, transposeB });
}

function stackedMatmul(a: Tensor, b: Tensor, transposeB: boolean): Tensor {
  const width = a.shape[a.shape.length - 1];
  const rows = isBatched(a.shape) ? BATCH : a.shape.slice(0, -1).reduce((x, y) => x * y, 1);
  if (isBatched(a.shape) && a.shape.slice(1, -1).some((dim) => dim !== 1))
    throw new RangeError(`matmul: a batched operand must have rank 2, got ${formatShape(a.shape)}`);
  const product = matmul(reshape(a, [rows, width]), b, { transposeB });
  return reshape(product, [...a.shape.slice(0, -1), product.shape[1]]);
}

/** Ascending, unique, non-negative axes; all axes if omitted. */
function normalizeAxes(op: string, shape: readonly Dim[], axes?: number | readonly number[]): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(op, axis, shape.length));
  return [...new Set(list)].sort((x, y) => x - y);
}

/** Sum over `axes` (all if omitted); summed axes vanish unless `keepDims`. */
export function sum(x: Tensor, axes?: number | readonly number[], keepDims = false): Tensor {
  assertFloat("sum", x);
  const summed = normalizeAxes("sum", x.shape, axes);
  if (summed.length === 0) return x;
  const kept = x.shape.map((dim, axis) => (summed.includes(axis) ? 1 : dim));
  const shape = keepDims ? kept : kept.filter((_, axis) => !summed.includes(axis));
  return makeTensor("sum", [x], shape, { axes: summed, keepDims });
}

/** Mean over `axes` (all if omitted). Throws for the symbolic batch dimension, whose count is not known while building. */
export function mean(x: Tensor, axes?: number | readonly number[], keepDims = false): Tensor {
  let count = 1;
  for (const axis of normalizeAxes("mean", x.shape, axes)) {
    if (x.shape[axis] === BATCH) throw new RangeError("mean: axes must have known sizes, got the batch axis");
    count *= x.shape[axis];
  }
  return mul(sum(x, axes, keepDims), 1 / count);
}
