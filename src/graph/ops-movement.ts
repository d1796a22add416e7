// Ops that move values and compute nothing: reshape, concat, slice, pad, gather, scatterAdd, broadcastTo.
import { assertFloat } from "./ops-elementwise.ts";
import {
  assertShape,
  BATCH,
  broadcast,
  type Dim,
  formatShape,
  isBatched,
  normalizeAxis,
  sameShape,
  sizeOf,
} from "./shape.ts";
import { makeTensor, type Tensor } from "./tensor.ts";

/**
 * The same values under another shape. One −1 is worked out from the rest; for a batched tensor it is the leading
 * dimension and stays symbolic. Throws a RangeError when the counts differ.
 */
export function reshape(x: Tensor, shape: readonly Dim[]): Tensor {
  const resolved = isBatched(x.shape) ? [...shape] : resolveUnknown(x, shape);
  assertShape("reshape", resolved);
  if (isBatched(x.shape) !== isBatched(resolved) || sizeOf(x.shape) !== sizeOf(resolved))
    throw new RangeError(`reshape: ${formatShape(x.shape)} must keep its count, got ${formatShape(shape)}`);
  return sameShape(x.shape, resolved) ? x : makeTensor("reshape", [x], resolved, {}, x.dtype);
}

function resolveUnknown(x: Tensor, shape: readonly Dim[]): Dim[] {
  const known = shape.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1);
  return shape.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim));
}

/** Joins tensors along `axis`; the other dimensions must agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  if (xs.length === 0) throw new RangeError("concat: at least one tensor expected, got none");
  const [first] = xs;
  const along = normalizeAxis("concat", axis, first.shape.length);
  for (const x of xs) {
    assertFloat("concat", x);
    const fits = x.shape.length === first.shape.length && x.shape.every((d, i) => i === along || d === first.shape[i]);
    if (!fits || x.shape[along] === BATCH)
      throw new RangeError(
        `concat: shapes must agree beside axis ${along}, got ${xs.map((t) => formatShape(t.shape)).join(", ")}`,
      );
  }
  if (xs.length === 1) return first;
  const total = xs.reduce((count, x) => count + x.shape[along], 0);
  return makeTensor("concat", xs, first.shape.with(along, total), { axis: along });
}

/** Elements start ≤ i < end along `axis`. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const along = normalizeAxis("slice", axis, x.shape.length);
  const count = x.shape[along];
  const valid = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= count;
  if (!valid) {
    const found = `[${start}, ${end}) of ${formatShape(x.shape)}`;
    throw new RangeError(`slice: range must lie within axis ${along}, got ${found}`);
  }
  if (start === 0 && end === count) return x;
  return makeTensor("slice", [x], x.shape.with(along, end - start), { axis: along, start, end }, x.dtype);
}

/** Adds `before` zeros in front and `after` behind along `axis`. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  assertFloat("pad", x);
  const along = normalizeAxis("pad", axis, x.shape.length);
  if (x.shape[along] === BATCH || before < 0 || after < 0)
    throw new RangeError(
      `pad: counts must be ≥ 0 on an axis of known size, got ${before} and ${after} on axis ${along}`,
    );
  if (before === 0 && after === 0) return x;
  return makeTensor("pad", [x], x.shape.with(along, x.shape[along] + before + after), { axis: along, before, after });
}

function assertIndices(op: "gather" | "scatterAdd", indices: Tensor): void {
  if (indices.dtype !== "int64" || isBatched(indices.shape))
    throw new TypeError(
      `${op}: indices must be int64 of known shape, got ${indices.dtype} ${formatShape(indices.shape)}`,
    );
}

/**
 * Rows of `x` [rows, ...] picked by int64 `indices` [...n]: result [...n, ...]. Indices must lie in [0, rows).
 * Differentiable in `x` (the gradient is a scatterAdd).
 */
export function gather(x: Tensor, indices: Tensor): Tensor {
  assertFloat("gather", x);
  assertIndices("gather", indices);
  if (x.shape.length === 0) throw new RangeError("gather: rank must be at least 1, got a scalar");
  return makeTensor("gather", [x, indices], [...indices.shape, ...x.shape.slice(1)], {});
}

/** Adds `updates` [...n, ...] into zeros [rows, ...] at the rows that `indices` [...n] name; repeated rows add up. */
export function scatterAdd(updates: Tensor, indices: Tensor, rows: number): Tensor {
  assertFloat("scatterAdd", updates);
  assertIndices("scatterAdd", indices);
  const lead = indices.shape.length;
  if (!sameShape(updates.shape.slice(0, lead), indices.shape)) {
    const found = `${formatShape(updates.shape)} and ${formatShape(indices.shape)}`;
    throw new RangeError(`scatterAdd: updates must start with the shape of indices, got ${found}`);
  }
  return makeTensor("scatterAdd", [updates, indices], [rows, ...updates.shape.slice(lead)], { rows });
}

/** Repeats `x` to `shape` by numpy's rules. The target must have known sizes. */
export function broadcastTo(x: Tensor, shape: readonly Dim[]): Tensor {
  assertFloat("broadcastTo", x);
  if (sameShape(x.shape, shape)) return x;
  const result = broadcast(x.shape, shape);
  if (!result || !sameShape(result, shape) || isBatched(shape))
    throw new RangeError(`broadcastTo: ${formatShape(x.shape)} must broadcast to ${formatShape(shape)} of known sizes`);
  return makeTensor("broadcastTo", [x], [...shape], {});
}
