// From a graph function to ONNX nodes (opset 17): one handler per op, and the fusions that fast kernels exist for.
// Bytes are write.ts's concern, running is an engine's.
import type { GraphFunction } from "../function.ts";
import type { Op, Tensor, TensorOf } from "../tensor.ts";
import { type Gemm, matchGemm } from "./gemm.ts";
import { ATTRIBUTE_TYPE, type AttributeProto, DATA_TYPE, type NodeProto, type TensorProto } from "./schema.ts";
import { lowerTuned } from "./tuned.ts";

export interface LoweringOptions {
  /**
   * Write for ONNX Runtime's CPU kernels: its own com.microsoft ops, and the forms of standard ops that it runs fastest
   * (default false). Other runtimes may refuse such a file.
   */
  readonly tuned?: boolean;
}

export interface Lowered {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
}

type Attribute = number | string | readonly number[];

function attributeOf(name: string, value: Attribute, float: boolean): AttributeProto {
  if (typeof value === "string") return { name, type: ATTRIBUTE_TYPE.string, s: new TextEncoder().encode(value) };
  if (typeof value === "number")
    return float ? { name, type: ATTRIBUTE_TYPE.float, f: value } : { name, type: ATTRIBUTE_TYPE.int, i: value };
  return { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
}

const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set(["alpha", "beta"]);

/** Little-endian bytes of the values. */
function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "bigint") view.setBigInt64(8 * i, value, true);
    else view.setFloat32(4 * i, value, true);
  }
  return bytes;
}

/** Collects the ONNX form of one function; names and order follow from the function alone. */
export class Lowering {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly fn: GraphFunction;
  private readonly tuned: boolean;
  private readonly names = new Map<Tensor, string>();
  private readonly taken = new Set<string>();
  private readonly shared = new Map<string, string>();
  private readonly uses = new Map<Tensor, number>();
  private readonly sigmoids = new Map<Tensor, Tensor>();

  constructor(fn: GraphFunction, { tuned = false }: LoweringOptions) {
    this.fn = fn;
    this.tuned = tuned;
    for (const node of fn.inputs) if (node.op === "input") this.taken.add(node.attributes.name);
    for (const name of Object.keys(fn.outputs)) this.taken.add(name);
    for (const node of fn.nodes) {
      for (const operand of node.inputs) this.uses.set(operand, (this.uses.get(operand) ?? 0) + 1);
      if (node.op === "sigmoid") this.sigmoids.set(node.inputs[0], node);
    }
    for (const tensor of Object.values(fn.outputs)) this.uses.set(tensor, (this.uses.get(tensor) ?? 0) + 1);
  }

  /** How many nodes and outputs read the tensor. */
  usesOf(tensor: Tensor): number {
    return this.uses.get(tensor) ?? 0;
  }

  /** The function's own sigmoid of x, if it computes one. */
  sigmoidOf(x: Tensor): Tensor | undefined {
    return this.sigmoids.get(x);
  }

  private fresh(): string {
    for (;;) {
      const name = `t${this.taken.size}`;
      const free = !this.taken.has(name);
      this.taken.add(free ? name : `${name}_`);
      if (free) return name;
    }
  }

  /** Adds a node with one result and returns the result's name. */
  emit(opType: string, input: readonly string[], attributes: Record<string, Attribute> = {}, domain?: string): string {
    const output = this.fresh();
    const attribute = Object.entries(attributes).map(([key, value]) =>
      attributeOf(key, value, FLOAT_ATTRIBUTES.has(key)),
    );
    this.nodes.push({ input: [...input], output: [output], name: `${opType}_${output}`, opType, domain, attribute });
    return output;
  }

  private initializer(values: Float32Array | BigInt64Array, dims: readonly number[], dataType: number): string {
    const key = `${dataType}[${dims}]${values.join(",")}`;
    const known = this.shared.get(key);
    if (known) return known;
    const name = this.fresh();
    this.initializers.push({ dims: [...dims], dataType, name, rawData: bytesOf(values) });
    this.shared.set(key, name);
    return name;
  }

  /** Name of a float32 constant. */
  floats(values: Float32Array, dims: readonly number[]): string {
    return this.initializer(values, dims, DATA_TYPE.float32);
  }

  /** Name of an int64 list, as ONNX wants shapes and axes. */
  integers(values: readonly number[]): string {
    return this.initializer(BigInt64Array.from(values, BigInt), [values.length], DATA_TYPE.int64);
  }

  scalar(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  /** Name of a constant of ones. */
  ones(dims: readonly number[]): string {
    return this.floats(new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(1), dims);
  }

  /** The named value under another shape. */
  reshaped(name: string, shape: readonly number[]): string {
    return this.emit("Reshape", [name, this.integers(shape)]);
  }

  /** Name of the tensor's value; emits what it needs, once. */
  nameOf(tensor: Tensor): string {
    const known = this.names.get(tensor);
    if (known) return known;
    const name = this.lowerNode(tensor);
    this.names.set(tensor, name);
    return name;
  }

  private lowerNode(node: Tensor): string {
    const gemm = matchGemm(node, (tensor) => this.usesOf(tensor) === 1);
    if (gemm) return lowerGemm(this, gemm);
    const tuned = this.tuned ? lowerTuned(this, node) : null;
    if (tuned !== null) return tuned;
    const handler = HANDLERS[node.op] as Handler<Op>;
    return handler(this, node);
  }

  /** A comparison's value as ONNX booleans, without a detour through float. */
  maskOf(mask: Tensor): string {
    if (mask.op !== "greater") return this.emit("Cast", [this.nameOf(mask)], { to: DATA_TYPE.bool });
    const key = `bool ${this.nameOf(mask.inputs[0])} ${this.nameOf(mask.inputs[1])}`;
    const known = this.shared.get(key);
    if (known) return known;
    const name = this.emit(
      "Greater",
      mask.inputs.map((operand) => this.nameOf(operand)),
    );
    this.shared.set(key, name);
    return name;
  }
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

/** ONNX nodes and constants of the function; the values of its outputs carry the outputs' names. */
export function lower(fn: GraphFunction, options: LoweringOptions = {}): Lowered {
  const lowering = new Lowering(fn, options);
  const values = Object.entries(fn.outputs).map(([name, tensor]) => [name, lowering.nameOf(tensor)]);
  const renamed = new Map<string, string>();
  for (const [name, value] of values) {
    if (renamed.has(value) || !renameResult(lowering, value, name))
      copyResult(lowering, renamed.get(value) ?? value, name);
    else renamed.set(value, name);
  }
  return { nodes: lowering.nodes, initializers: lowering.initializers };
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
