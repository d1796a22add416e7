// From a graph function to loops: one handler per op. Reshapes and slices of whole runs cost nothing, products take their addend along.
import type { GraphFunction } from "../function.ts";
import { type Gemm, matchGemm } from "../onnx/gemm.ts";
import { BATCH, sizeOf } from "../shape.ts";
import type { Op, Tensor, TensorOf } from "../tensor.ts";
import { broadcastStrides, collapsed, splitAt } from "./loops.ts";
import { Constants, planScratch } from "./memory.ts";
import {
  Block,
  type Instruction,
  type MapInstruction,
  type MapOp,
  type Place,
  type Program,
  type Walk,
} from "./program.ts";

type Handler<O extends Op> = (lowering: Lowering, node: TensorOf<O> & Tensor) => Place;

class Lowering {
  readonly instructions: Instruction[] = [];
  readonly constants = new Constants();
  readonly places = new Map<Tensor, Place>();
  readonly batch: number;

  constructor(batch: number) {
    this.batch = batch;
  }

  /** The tensor's sizes, with rows in place of the batch. */
  shape(tensor: Tensor): number[] {
    return tensor.shape.map((dim) => (dim === BATCH ? this.batch : dim));
  }

  place(tensor: Tensor): Place {
    return this.places.get(tensor)!;
  }

  /** New memory for the tensor's value. */
  allocate(tensor: Tensor): Place {
    return { block: new Block("scratch", sizeOf(this.shape(tensor))), offset: 0 };
  }

  /** Walks the tensor's value over the loop dimensions that it broadcasts to. */
  walk(tensor: Tensor, dims: readonly number[]): Walk {
    return { ...this.place(tensor), strides: broadcastStrides(this.shape(tensor), dims) };
  }

  map(
    op: MapOp,
    dims: readonly number[],
    out: Walk,
    inputs: readonly Walk[],
    bounds: Pick<MapInstruction, "lo" | "hi"> = { lo: null, hi: null },
  ): void {
    if (sizeOf(dims) > 0) this.instructions.push(collapsed({ kind: "map", op, dims, out, inputs, ...bounds }));
  }

  /** A new value, zero everywhere. */
  zeros(tensor: Tensor): Place {
    const out = this.allocate(tensor);
    this.map("fill", [out.block.size], { ...out, strides: [1] }, []);
    return out;
  }
}

const elementwise =
  (op: MapOp) =>
  (lowering: Lowering, node: Tensor): Place => {
    const dims = lowering.shape(node);
    const out = lowering.allocate(node);
    const inputs = node.inputs.map((operand) => lowering.walk(operand, dims));
    const bounds = node.op === "clamp" ? node.attributes : undefined;
    lowering.map(op, dims, { ...out, strides: broadcastStrides(dims, dims) }, inputs, bounds);
    return out;
  };

const sameValues = (lowering: Lowering, node: Tensor): Place => lowering.place(node.inputs[0]);

function lowerGemm(lowering: Lowering, node: Tensor, gemm: Gemm): Place {
  const { a, b, c, alpha, beta, transposeA, transposeB } = gemm;
  const [m, n] = lowering.shape(node);
  const k = lowering.shape(a)[transposeA ? 0 : 1];
  const out = lowering.allocate(node);
  const right = transposeB && b.op === "constant" ? transposedConstant(lowering, b, n, k) : lowering.place(b);
  const flipped = transposeB && b.op !== "constant";
  lowering.instructions.push({
    kind: "gemm",
    m,
    k,
    n,
    out,
    a: { ...lowering.place(a), strides: transposeA ? [1, m] : [k, 1] },
    b: { ...right, strides: flipped ? [1, k] : [n, 1] },
    c: c && { ...lowering.place(c), strides: broadcastStrides(lowering.shape(c), [m, n]) },
    alpha,
    beta,
  });
  return out;
}

/** [n, k] as [k, n], the order in which products read it fastest. */
function transposedConstant(lowering: Lowering, b: TensorOf<"constant">, n: number, k: number): Place {
  const { values } = b.attributes;
  return lowering.constants.add(Float32Array.from(values, (_, i) => values[(i % n) * k + Math.floor(i / n)]));
}

function lowerSum(lowering: Lowering, node: TensorOf<"sum"> & Tensor): Place {
  const [x] = node.inputs;
  const dims = lowering.shape(x);
  const kept = dims.map((dim, axis) => (node.attributes.axes.includes(axis) ? 1 : dim));
  const out = lowering.zeros(node);
  lowering.map("accumulate", dims, { ...out, strides: broadcastStrides(kept, dims) }, [lowering.walk(x, dims)]);
  return out;
}

/** Copies [outer, count] runs of `inner` values between two values that differ along one axis. */
function copyRuns(
  lowering: Lowering,
  [outer, count, inner]: readonly [number, number, number],
  to: Place & { readonly size: number; readonly start: number },
  from: Place & { readonly size: number; readonly start: number },
): void {
  const walk = ({ block, offset, size, start }: typeof to): Walk => ({
    block,
    offset: offset + start * inner,
    strides: [size * inner, 1],
  });
  lowering.map("copy", [outer, count * inner], walk(to), [walk(from)]);
}

function lowerConcat(lowering: Lowering, node: TensorOf<"concat"> & Tensor): Place {
  const { axis } = node.attributes;
  const out = lowering.allocate(node);
  const [outer, size, inner] = splitAt(lowering.shape(node), axis);
  let start = 0;
  for (const x of node.inputs) {
    const count = lowering.shape(x)[axis];
    copyRuns(lowering, [outer, count, inner], { ...out, size, start }, { ...lowering.place(x), size: count, start: 0 });
    start += count;
  }
  return out;
}

function lowerSlice(lowering: Lowering, node: TensorOf<"slice"> & Tensor): Place {
  const { axis, start, end } = node.attributes;
  const [x] = node.inputs;
  const [outer, size, inner] = splitAt(lowering.shape(x), axis);
  const place = lowering.place(x);
  if (outer === 1) return { ...place, offset: place.offset + start * inner };
  const out = lowering.allocate(node);
  const count = end - start;
  copyRuns(lowering, [outer, count, inner], { ...out, size: count, start: 0 }, { ...place, size, start });
  return out;
}

function lowerPad(lowering: Lowering, node: TensorOf<"pad"> & Tensor): Place {
  const { axis, before } = node.attributes;
  const [x] = node.inputs;
  const out = lowering.zeros(node);
  const [outer, count, inner] = splitAt(lowering.shape(x), axis);
  const size = lowering.shape(node)[axis];
  copyRuns(
    lowering,
    [outer, count, inner],
    { ...out, size, start: before },
    { ...lowering.place(x), size: count, start: 0 },
  );
  return out;
}

function lowerRows(lowering: Lowering, node: TensorOf<"gather" | "scatterAdd"> & Tensor): Place {
  const [x, indices] = node.inputs;
  if (indices.op !== "input") throw new TypeError(`${node.op}: indices must be an input here, got ${indices.op}`);
  const count = sizeOf(indices.shape);
  const out = node.op === "gather" ? lowering.allocate(node) : lowering.zeros(node);
  const rows = lowering.shape(node.op === "gather" ? x : node)[0];
  const width = sizeOf(lowering.shape(node.op === "gather" ? node : x)) / count;
  const { name } = indices.attributes;
  const place = lowering.place(x);
  lowering.instructions.push({ kind: "rows", op: node.op, count, width, rows, out, x: place, indices: name });
  return out;
}

const HANDLERS = {
  input: (lowering, node) => ({
    block: new Block("input", sizeOf(lowering.shape(node)), node.attributes.name),
    offset: 0,
  }),
  constant: (lowering, node) => lowering.constants.add(node.attributes.values),
  neg: elementwise("neg"),
  exp: elementwise("exp"),
  log: elementwise("log"),
  sqrt: elementwise("sqrt"),
  sin: elementwise("sin"),
  cos: elementwise("cos"),
  tanh: elementwise("tanh"),
  sigmoid: elementwise("sigmoid"),
  silu: elementwise("silu"),
  elu: elementwise("elu"),
  relu: elementwise("relu"),
  softplus: elementwise("softplus"),
  abs: elementwise("abs"),
  clamp: elementwise("clamp"),
  add: elementwise("add"),
  sub: elementwise("sub"),
  mul: elementwise("mul"),
  div: elementwise("div"),
  minimum: elementwise("minimum"),
  maximum: elementwise("maximum"),
  greater: elementwise("greater"),
  where: elementwise("where"),
  matmul: (lowering, node) => {
    const [a, b] = node.inputs;
    return lowerGemm(lowering, node, { a, b, c: null, alpha: 1, beta: 1, ...node.attributes });
  },
  sum: lowerSum,
  reshape: sameValues,
  concat: lowerConcat,
  slice: lowerSlice,
  pad: lowerPad,
  gather: lowerRows,
  scatterAdd: lowerRows,
  broadcastTo: elementwise("copy"),
  stopGradient: sameValues,
} satisfies { [O in Op]: Handler<O> };

/** @param batch rows in place of the symbolic dimension */
export function lowerToProgram(fn: GraphFunction, batch = 1): Program {
  const lowering = new Lowering(batch);
  const gemms = gemmsOf(fn);
  for (const node of fn.nodes) {
    if (!gemms.has(node)) continue;
    const gemm = gemms.get(node);
    const handler = HANDLERS[node.op] as Handler<Op>;
    lowering.places.set(node, gemm ? lowerGemm(lowering, node, gemm) : handler(lowering, node));
  }
  const size = (tensor: Tensor) => sizeOf(lowering.shape(tensor));
  const outputs = Object.entries(fn.outputs).map(([name, tensor]) => {
    return { name, size: size(tensor), place: lowering.place(tensor) };
  });
  return {
    name: fn.name,
    inputs: fn.inputs.flatMap((node) =>
      node.op === "input" ? [{ name: node.attributes.name, size: size(node), dtype: node.dtype }] : [],
    ),
    outputs,
    scratchSize: planScratch(
      lowering.instructions,
      outputs.map(({ place }) => place),
    ),
    constants: lowering.constants.joined(),
    instructions: lowering.instructions,
  };
}

/** The nodes whose values are needed, each with the product that it is computed by, if it is one. */
function gemmsOf(fn: GraphFunction): Map<Tensor, Gemm | null> {
  const uses = new Map<Tensor, number>();
  const count = (tensor: Tensor) => uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  for (const node of fn.nodes) node.inputs.forEach(count);
  const outputs = Object.values(fn.outputs);
  outputs.forEach(count);
  const needed = new Set(outputs);
  const gemms = new Map<Tensor, Gemm | null>();
  for (const node of fn.nodes.toReversed()) {
    if (!needed.has(node)) continue;
    const gemm = matchGemm(node, (tensor) => uses.get(tensor) === 1);
    gemms.set(node, gemm);
    const operands = gemm ? [gemm.a, gemm.b, ...(gemm.c ? [gemm.c] : [])] : node.inputs;
    for (const operand of operands) needed.add(operand);
  }
  return gemms;
}
