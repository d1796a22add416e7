// Each function translates the ONNX operator of the same name, as in operators.ts; these move values and compute nothing.
import { broadcastTo, concat, gather, pad, reshape, scatterAdd, slice } from "../ops-movement.ts";
import { type Dim, isBatched, normalizeAxis, sizeOf } from "../shape.ts";
import { constant, type Tensor } from "../tensor.ts";
import type { Integers, NodeView, Operand } from "./node-view.ts";

/** Target shape with ONNX's 0 (copy) resolved; −1 stays for `reshape`. */
export function Reshape(node: NodeView): Operand {
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

/** Dimensions of 1 are added at the axes of input 1. */
export function Unsqueeze(node: NodeView): Operand {
  const axes = node.axes(1) ?? [];
  const integers = node.constantIntegers(0);
  const shape = [...(integers?.dims ?? node.tensor(0).shape)];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((a) => normalizeAxis("Unsqueeze", a, rank)).sort((a, b) => a - b))
    shape.splice(axis, 0, 1);
  return integers ? { integers: integers.integers, dims: shape } : reshape(node.tensor(0), shape);
}

/** Dimensions of 1 are taken out: those of input 1, else all. */
export function Squeeze(node: NodeView): Operand {
  const integers = node.constantIntegers(0);
  const shape: readonly Dim[] = integers?.dims ?? node.tensor(0).shape;
  const axes = node.axes(1)?.map((axis) => normalizeAxis("Squeeze", axis, shape.length));
  const kept = shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1));
  return integers ? { integers: integers.integers, dims: kept } : reshape(node.tensor(0), kept);
}

/** Two dimensions: those before `axis`, and the others. */
export function Flatten(node: NodeView): Tensor {
  const x = node.tensor(0);
  const axis = normalizeAxis("Flatten", node.int("axis", 1), x.shape.length + 1);
  return reshape(x, [sizeOf(x.shape.slice(0, axis), -1), Math.abs(sizeOf(x.shape.slice(axis)))]);
}

/** A part from starts to ends along axes; steps must be 1. */
export function Slice(node: NodeView): Tensor {
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

/** Zeros around x, by the counts of input 1: before each axis, then after each. */
export function Pad(node: NodeView): Tensor {
  const x = node.tensor(0);
  const pads = node.axes(1, "pads") ?? [];
  const value = node.scalar(2) ?? 0;
  if (node.text("mode", "constant") !== "constant" || value !== 0) throw node.error("must pad with zeros");
  return x.shape.reduce((result, _, axis) => pad(result, axis, pads[axis], pads[axis + x.shape.length]), x);
}

/** Entries along an axis: of constant indices, or rows of computed ones. */
export function Gather(node: NodeView): Operand {
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
export function ScatterND(node: NodeView): Tensor {
  const [target, rows, updates] = node.tensors();
  const zero =
    target.op === "broadcastTo" && target.inputs[0].op === "constant" && target.inputs[0].attributes.values[0] === 0;
  if (!zero || node.text("reduction", "none") !== "add") throw node.error("must add rows to zeros");
  return scatterAdd(updates, reshape(rows, rows.shape.slice(0, -1)), target.shape[0]);
}

/** Broadcast to the shape of input 1. */
export function Expand(node: NodeView): Tensor {
  return broadcastTo(node.tensor(0), node.integers(1));
}

/** Transposition of a constant, such as weights stored the other way round. */
export function Transpose(node: NodeView): Tensor {
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

/** Tensors, or known integers, one after the other. */
export function Concat(node: NodeView): Operand {
  const lists = Array.from({ length: node.count }, (_, index) => node.constantIntegers(index));
  if (!lists.every((list) => list !== null)) return concat(node.tensors(), node.int("axis", 0));
  const integers = lists.flatMap((list) => [...list.integers]);
  return { integers, dims: [integers.length] };
}
