// The nodes of the tensor graph: immutable, typed, with shapes known while building. The ops are a closed list.
// Not here: the functions that build op nodes (ops-*.ts), derivatives (gradients.ts), execution (engines/).
import { assertShape, type Dim, formatShape, sizeOf } from "./shape.ts";

/** Every op there is. A gradient rule, a reference kernel and an ONNX form exist for each (tables keyed by `Op`). */
export const OPS = [
  // leaves
  "input", // fed at run time; weights are inputs too
  "constant",
  // elementwise, one operand
  "neg",
  "exp",
  "log", // natural
  "sqrt",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "silu", // x·sigmoid(x)
  "elu", // x for x > 0, else exp(x) − 1
  "relu",
  "softplus", // ln(1 + exp(x))
  "abs",
  "clamp", // to [lo, hi], either bound optional
  // elementwise, broadcasting
  "add",
  "sub",
  "mul",
  "div",
  "minimum", // a tie follows the first operand
  "maximum", // a tie follows the first operand
  "greater", // 1 where a > b, else 0
  "where", // a where mask ≠ 0, else b
  // contractions
  "matmul", // rank 2, either operand transposed
  "sum", // over axes
  // data movement
  "reshape",
  "concat",
  "slice", // along one axis
  "pad", // zeros along one axis; the transpose of slice
  "gather", // rows of axis 0
  "scatterAdd", // rows added up by index; the transpose of gather
  "broadcastTo",
  "stopGradient", // identity, with derivative zero
] as const;

/** Name of an op. */
export type Op = (typeof OPS)[number];

/** Type of a tensor's values. */
export type Dtype = "float32" | "int64";

/** What a node holds beside its operands, for the ops that hold anything. */
export interface OpAttributes {
  input: { readonly name: string };
  constant: { readonly values: Float32Array };
  clamp: { readonly lo: number | null; readonly hi: number | null };
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** Ascending axes. */
  sum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  concat: { readonly axis: number };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Counts of zeros in front and behind. */
  pad: { readonly axis: number; readonly before: number; readonly after: number };
  /** Rows of the result. */
  scatterAdd: { readonly rows: number };
}

type AttributesOf<O extends Op> = O extends keyof OpAttributes ? OpAttributes[O] : Readonly<Record<never, never>>;

/** A node of one given op. */
export interface TensorOf<O extends Op> {
  readonly op: O;
  readonly inputs: readonly Tensor[];
  /** Row-major; `BATCH` stands for the symbolic leading dimension. */
  readonly shape: readonly Dim[];
  readonly dtype: Dtype;
  readonly attributes: AttributesOf<O>;
}

/** A node of the graph: a value that will exist when an engine runs it. `tensor.op` narrows `tensor.attributes`. */
export type Tensor = { readonly [O in Op]: TensorOf<O> }[Op];

/** Where an operand is expected, a plain number stands for a scalar constant. */
export type TensorLike = Tensor | number;

/** Builds a node; the op functions call this after their checks. */
export function makeTensor<O extends Op>(
  op: O,
  inputs: readonly Tensor[],
  shape: readonly Dim[],
  attributes: AttributesOf<O>,
  dtype: Dtype = "float32",
): Tensor {
  const node: TensorOf<O> = { op, inputs, shape, dtype, attributes };
  return node as Tensor;
}

/**
 * A value fed at run time.
 * @param shape row-major; the leading dimension may be `BATCH` in graphs that are run forward only.
 * @param dtype "int64" only for the indices of `gather` and `scatterAdd`.
 */
export function input(name: string, shape: readonly Dim[], dtype: Dtype = "float32"): Tensor {
  if (name === "") throw new RangeError("input: name must not be empty");
  assertShape(`input ${name}`, shape);
  return makeTensor("input", [], [...shape], { name }, dtype);
}

/**
 * A value fixed in the graph.
 * @param values a number, or row-major values; copied.
 * @param shape [] for a number, [values.length] for a list, by default.
 */
export function constant(values: number | Float32Array | readonly number[], shape?: readonly Dim[]): Tensor {
  const list = typeof values === "number" ? [values] : values;
  const dims = shape ?? (typeof values === "number" ? [] : [list.length]);
  assertShape("constant", dims);
  const size = sizeOf(dims);
  if (typeof values === "number")
    return makeTensor("constant", [], [...dims], { values: new Float32Array(size).fill(values) });
  if (size !== list.length)
    throw new RangeError(`constant: shape ${formatShape(dims)} must hold ${size} values, got ${list.length}`);
  return makeTensor("constant", [], [...dims], { values: Float32Array.from(list) });
}

/** Turns a number into a scalar constant; tensors pass through. */
export function asTensor(value: TensorLike): Tensor {
  return typeof value === "number" ? constant(value) : value;
}

/** The value of a one-element constant, else null. */
export function scalarValue(tensor: Tensor): number | null {
  return tensor.op === "constant" && tensor.attributes.values.length === 1 ? tensor.attributes.values[0] : null;
}

/** All nodes the outputs depend on, operands before users, in an order given by structure alone. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const entered = new Set<Tensor>();
  const stack: { node: Tensor; next: number }[] = [];
  const enter = (node: Tensor) => {
    if (entered.has(node)) return;
    entered.add(node);
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) enter(top.node.inputs[top.next++]);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}
