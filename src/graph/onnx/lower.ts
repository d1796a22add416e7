// From a graph function to ONNX nodes (opset 17): one handler per op, and the fusions that fast kernels exist for.
// Bytes are write.ts's concern, running is an engine's.
import type { GraphFunction } from "../function.ts";
import type { Op, Tensor, TensorOf } from "../tensor.ts";
import { type Gemm, matchGemm } from "./gemm.ts";
import { Lowering } from "./lowering.ts";
import { DATA_TYPE, type NodeProto, type TensorProto } from "./schema.ts";
import { lowerNarrowGemm, lowerTuned } from "./tuned.ts";

/** For whom nodes are written. */
export interface LoweringOptions {
  /**
   * Write for ONNX Runtime's CPU kernels: its own com.microsoft ops, and the forms of standard ops that it runs fastest
   * (default false). Other runtimes may refuse such a file.
   */
  readonly tuned?: boolean;
}

/** Nodes in the order of execution, and their constants. */
export interface Lowered {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
}

type Handler<O extends Op> = (lowering: Lowering, node: TensorOf<O> & Tensor) => string;

/** An op that ONNX has under another name and nothing else differs. */
const as =
  (opType: string) =>
  (lowering: Lowering, node: Tensor): string =>
    lowering.emit(
      opType,
      node.inputs.map((operand) => lowering.nameOf(operand)),
    );

function lowerGemm(lowering: Lowering, { a, b, c, alpha, beta, transposeA, transposeB }: Gemm): string {
  const operands = [lowering.nameOf(a), lowering.nameOf(b)];
  if (!c && alpha === 1 && !transposeA && !transposeB) return lowering.emit("MatMul", operands);
  const attributes: Record<string, number> = {};
  if (alpha !== 1) attributes.alpha = alpha;
  if (c && beta !== 1) attributes.beta = beta;
  if (transposeA) attributes.transA = 1;
  if (transposeB) attributes.transB = 1;
  return lowering.emit("Gemm", c ? [...operands, lowering.nameOf(c)] : operands, attributes);
}

function lowerSilu(lowering: Lowering, { inputs: [x] }: Tensor): string {
  const sigmoid = lowering.sigmoidOf(x);
  const name = lowering.nameOf(x);
  return lowering.emit("Mul", [name, sigmoid ? lowering.nameOf(sigmoid) : lowering.emit("Sigmoid", [name])]);
}

function lowerScatterAdd(lowering: Lowering, { inputs: [updates, indices], shape }: TensorOf<"scatterAdd">): string {
  const target = lowering.emit("Expand", [lowering.scalar(0), lowering.integers(shape)]);
  const rows = lowering.emit("Unsqueeze", [lowering.nameOf(indices), lowering.integers([-1])]);
  return lowering.emit("ScatterND", [target, rows, lowering.nameOf(updates)], { reduction: "add" });
}

const HANDLERS = {
  input: (_, node) => node.attributes.name,
  constant: (lowering, node) => lowering.floats(node.attributes.values, node.shape),
  neg: as("Neg"),
  exp: as("Exp"),
  log: as("Log"),
  sqrt: as("Sqrt"),
  sin: as("Sin"),
  cos: as("Cos"),
  tanh: as("Tanh"),
  sigmoid: as("Sigmoid"),
  silu: lowerSilu,
  elu: as("Elu"),
  relu: as("Relu"),
  softplus: as("Softplus"),
  abs: as("Abs"),
  clamp: (lowering, { inputs: [x], attributes: { lo, hi } }) => {
    const bounds = [lo === null ? "" : lowering.scalar(lo)];
    if (hi !== null) bounds.push(lowering.scalar(hi));
    return lowering.emit("Clip", [lowering.nameOf(x), ...bounds]);
  },
  add: as("Add"),
  sub: as("Sub"),
  mul: as("Mul"),
  div: as("Div"),
  minimum: as("Min"),
  maximum: as("Max"),
  greater: (lowering, node) => lowering.emit("Cast", [lowering.maskOf(node)], { to: DATA_TYPE.float32 }),
  where: (lowering, { inputs: [mask, a, b] }) =>
    lowering.emit("Where", [lowering.maskOf(mask), lowering.nameOf(a), lowering.nameOf(b)]),
  matmul: (lowering, node) => {
    const [a, b] = node.inputs;
    return lowerGemm(lowering, { a, b, c: null, alpha: 1, beta: 1, ...node.attributes });
  },
  sum: (lowering, { inputs: [x], attributes: { axes, keepDims } }) =>
    lowering.emit("ReduceSum", [lowering.nameOf(x), lowering.integers(axes)], { keepdims: keepDims ? 1 : 0 }),
  reshape: (lowering, { inputs: [x], shape }) => lowering.reshaped(lowering.nameOf(x), shape),
  concat: (lowering, { inputs, attributes: { axis } }) =>
    lowering.emit(
      "Concat",
      inputs.map((operand) => lowering.nameOf(operand)),
      { axis },
    ),
  slice: (lowering, { inputs: [x], attributes: { axis, start, end } }) =>
    lowering.emit("Slice", [lowering.nameOf(x), ...[start, end, axis].map((value) => lowering.integers([value]))]),
  pad: (lowering, { inputs: [x], attributes: { axis, before, after } }) => {
    const counts = new Array<number>(2 * x.shape.length)
      .fill(0)
      .with(axis, before)
      .with(axis + x.shape.length, after);
    return lowering.emit("Pad", [lowering.nameOf(x), lowering.integers(counts)]);
  },
  gather: as("Gather"),
  scatterAdd: lowerScatterAdd,
  broadcastTo: (lowering, { inputs: [x], shape }) =>
    lowering.emit("Expand", [lowering.nameOf(x), lowering.integers(shape)]),
  stopGradient: as("Identity"),
} satisfies { [O in Op]: Handler<O> };

/** What a node's form reads: the parts of a fused product, the operands of a mask, else the node's operands. */
function operandsOf(node: Tensor, gemm: Gemm | null): readonly Tensor[] {
  if (gemm) return gemm.c ? [gemm.a, gemm.b, gemm.c] : [gemm.a, gemm.b];
  const [mask, ...choices] = node.inputs;
  return node.op === "where" && mask.op === "greater" ? [...mask.inputs, ...choices] : node.inputs;
}

/** ONNX nodes and constants of the function; the values of its outputs carry the outputs' names. */
export function lower(fn: GraphFunction, { tuned = false }: LoweringOptions = {}): Lowered {
  const gemms = new Map<Tensor, Gemm | null>();
  const lowering = new Lowering(fn, (self, node) => {
    const gemm = gemms.get(node);
    if (gemm) return (tuned ? lowerNarrowGemm(self, gemm) : null) ?? lowerGemm(self, gemm);
    const handler = HANDLERS[node.op] as Handler<Op>;
    return (tuned ? lowerTuned(self, node) : null) ?? handler(self, node);
  });
  // Nodes inside a fused form are never read or named.
  const needed = new Set(Object.values(fn.outputs));
  for (const node of fn.nodes.toReversed()) {
    if (!needed.has(node)) continue;
    const gemm = matchGemm(node, (tensor) => lowering.usesOf(tensor) === 1);
    gemms.set(node, gemm);
    for (const operand of operandsOf(node, gemm)) needed.add(operand);
  }
  for (const node of fn.nodes) if (needed.has(node)) lowering.nameOf(node);
  nameOutputs(lowering, fn);
  return { nodes: lowering.nodes, initializers: lowering.initializers };
}

function nameOutputs(lowering: Lowering, fn: GraphFunction): void {
  const renamed = new Map<string, string>();
  for (const [name, tensor] of Object.entries(fn.outputs)) {
    const value = lowering.nameOf(tensor);
    if (renamed.has(value) || !renameResult(lowering, value, name))
      copyResult(lowering, renamed.get(value) ?? value, name);
    else renamed.set(value, name);
  }
}

/** Gives a node's result the output's name; false when the value is an input or a constant. */
function renameResult({ nodes }: Lowering, from: string, to: string): boolean {
  const producer = nodes.find((node) => node.output[0] === from);
  if (!producer) return false;
  producer.output[0] = to;
  for (const node of nodes) node.input = node.input.map((operand) => (operand === from ? to : operand));
  return true;
}

function copyResult({ nodes }: Lowering, from: string, to: string): void {
  nodes.push({ input: [from], output: [to], name: `Identity_${to}`, opType: "Identity", attribute: [] });
}
