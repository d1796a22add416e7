// A graph with named inputs and outputs, cleaned up and in a fixed order: what engines run and what a file holds.
// Clean-up: equal nodes become one, constants are folded, unused nodes vanish. The same build gives the same function.
import { bitsText } from "./bits-text.ts";
import { evaluate } from "./kernels.ts";
import { sizeOf } from "./shape.ts";
import { simplify, withInputs } from "./simplify.ts";
import { constant, type Tensor, topologicalOrder } from "./tensor.ts";

/** A graph that can be run, differentiated and written. */
export interface GraphFunction {
  readonly name: string;
  /** The declared inputs, in order. */
  readonly inputs: readonly Tensor[];
  /** Output names and the tensors that carry their values. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Every node, operands before users. */
  readonly nodes: readonly Tensor[];
}

/** How a function is put together. */
export interface FunctionOptions {
  /** Names of inputs that come first, in this order; the rest follow in order of use. */
  readonly inputOrder?: readonly string[];
}

/** Folding may always create constants of so many values; larger ones only where they replace as many. */
const SMALL_CONSTANT = 4096;

/**
 * Makes a function of all inputs that the outputs depend on.
 * Throws a RangeError when two different inputs share a name, or an output is not float32.
 */
export function graphFunction(
  name: string,
  outputs: Readonly<Record<string, Tensor>>,
  { inputOrder = [] }: FunctionOptions = {},
): GraphFunction {
  const entries = Object.entries(outputs);
  if (entries.length === 0) throw new RangeError(`${name}: at least one output expected, got none`);
  const cleaned = cleanUp(entries.map(([, tensor]) => tensor));
  const nodes = topologicalOrder(cleaned);
  const inputs = nodes.filter((node) => node.op === "input");
  assertNames(name, inputs, entries);
  const rank = (tensor: Tensor) => (tensor.op === "input" ? inputOrder.indexOf(tensor.attributes.name) >>> 0 : 0);
  return {
    name,
    inputs: inputs.toSorted((a, b) => rank(a) - rank(b)),
    outputs: Object.fromEntries(entries.map(([key], i) => [key, cleaned[i]])),
    nodes,
  };
}

function assertNames(name: string, inputs: readonly Tensor[], outputs: readonly (readonly [string, Tensor])[]): void {
  const seen = new Set<string>();
  for (const node of inputs) {
    const key = node.op === "input" ? node.attributes.name : "";
    if (seen.has(key)) throw new RangeError(`${name}: input names must be unique, got "${key}" twice`);
    seen.add(key);
  }
  for (const [key, tensor] of outputs) {
    if (tensor.dtype !== "float32")
      throw new RangeError(`${name}: output "${key}" must be float32, got ${tensor.dtype}`);
  }
}

/** Simplified, folded and shared versions of the outputs. */
function cleanUp(outputs: readonly Tensor[]): Tensor[] {
  const rewritten = new Map<Tensor, Tensor>();
  const table = new Map<string, Tensor>();
  const ids = new Map<Tensor, number>();
  const intern = (node: Tensor): Tensor => {
    if (ids.has(node)) return node;
    const key = keyOf(node, ids);
    const known = table.get(key);
    if (known) return known;
    table.set(key, node);
    ids.set(node, ids.size);
    return node;
  };
  const rewrite = (node: Tensor): Tensor => {
    const inputs = node.inputs.map((operand) => settle(operand));
    const same = inputs.every((operand, i) => operand === node.inputs[i]);
    const next = fold(simplify(same ? node : withInputs(node, inputs)));
    return next === node || ids.has(next) ? intern(next) : settle(next);
  };
  // A rewrite may produce new inner nodes, which are settled in turn; depth stays small since operands come first.
  const settle = (node: Tensor): Tensor => {
    const known = rewritten.get(node);
    if (known) return known;
    const result = ids.has(node) ? node : rewrite(node);
    rewritten.set(node, result);
    return result;
  };
  for (const node of topologicalOrder(outputs)) settle(node);
  return outputs.map(settle);
}

/** A text that is equal for nodes of equal meaning; operands must have been interned. */
function keyOf(node: Tensor, ids: ReadonlyMap<Tensor, number>): string {
  const operands = node.inputs.map((operand) => ids.get(operand)).join(",");
  const attributes = node.op === "constant" ? bitsText(node.attributes.values) : JSON.stringify(node.attributes);
  // Two inputs of one name stay distinct, so that graphFunction can refuse them.
  const identity = node.op === "input" ? `#${ids.size}` : "";
  return `${node.op}(${operands})[${node.shape}]${attributes}${identity}`;
}

/** The value as a constant when all operands are constants and the file does not grow much by it, else the node. */
function fold(node: Tensor): Tensor {
  // A repeated scalar is cheaper kept as a broadcast, which elementwise users drop.
  if (node.inputs.length === 0 || node.op === "broadcastTo") return node;
  if (!node.inputs.every((operand) => operand.op === "constant")) return node;
  const replaced = node.inputs.reduce((count, operand) => count + sizeOf(operand.shape), 0);
  if (sizeOf(node.shape) > Math.max(SMALL_CONSTANT, replaced)) return node;
  const values = node.inputs.map((operand) => evaluate(operand, []));
  return constant(Float32Array.from(evaluate(node, values).data), node.shape);
}

/** Nominal floating-point operations of the matrix products, 2·m·n·k each; 0 for the symbolic batch unless given. */
export function countFlops(fn: GraphFunction, batch = 0): number {
  let flops = 0;
  for (const node of fn.nodes) {
    if (node.op !== "matmul") continue;
    const k = node.inputs[0].shape[node.attributes.transposeA ? 0 : 1];
    flops += 2 * sizeOf(node.shape, batch) * k;
  }
  return flops;
}
