// Recognises α·A·B + β·C, written as separate ops, which ONNX computes in one Gemm.
import { broadcast, sameShape } from "../shape.ts";
import { scalarValue, type Tensor } from "../tensor.ts";

/** alpha·op(a)·op(b) + beta·c, op the optional transposition. */
export interface Gemm {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor | null;
  readonly alpha: number;
  readonly beta: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * The Gemm that computes `node`, or null.
 * @param absorbable whether an inner node is read by this expression only, so that it need not exist by itself.
 */
export function matchGemm(node: Tensor, absorbable: (tensor: Tensor) => boolean): Gemm | null {
  const inner = (tensor: Tensor) => (absorbable(tensor) ? matchGemm(tensor, absorbable) : null);
  const [x, y] = node.inputs;
  switch (node.op) {
    case "matmul":
      return { a: x, b: y, c: null, alpha: 1, beta: 1, ...node.attributes };
    case "add":
      return plus(node, inner(x), y, 1) ?? plus(node, inner(y), x, 1);
    case "sub":
      return plus(node, inner(x), y, -1) ?? plus(node, scale(inner(y), -1), x, 1);
    case "neg":
      return scale(inner(x), -1);
    case "mul": {
      const [factor, other] = scalarValue(x) === null ? [y, x] : [x, y];
      const value = scalarValue(factor);
      return value === null || factor.shape.length > 2 ? null : scale(inner(other), value);
    }
    default:
      return null;
  }
}

function scale(gemm: Gemm | null, factor: number): Gemm | null {
  return gemm && { ...gemm, alpha: gemm.alpha * factor, beta: gemm.beta * factor };
}

/** The product plus `beta`·c, if it has no addend yet and c broadcasts to the product's shape. */
function plus(node: Tensor, gemm: Gemm | null, c: Tensor, beta: number): Gemm | null {
  if (!gemm || gemm.c) return null;
  const rows = gemm.a.shape[gemm.transposeA ? 1 : 0];
  const columns = gemm.b.shape[gemm.transposeB ? 0 : 1];
  const shape = broadcast([rows, columns], c.shape);
  const fits = shape && sameShape(shape, [rows, columns]) && sameShape(shape, node.shape);
  return fits ? { ...gemm, c, beta } : null;
}
