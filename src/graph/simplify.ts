// Rewrites of single nodes that keep their meaning and cost less: identities, neutral elements, merged constants,
// broadcasts that the elementwise op does anyway. function.ts applies them bottom-up.
import { mul, neg } from "./ops-elementwise.ts";
import { broadcastTo, reshape } from "./ops-movement.ts";
import { broadcast, type Dim, isBatched, sameShape } from "./shape.ts";
import { constant, makeTensor, scalarValue, type Tensor, type TensorOf } from "./tensor.ts";

const UNARY: ReadonlySet<string> = new Set([
  "neg",
  "exp",
  "log",
  "sqrt",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "silu",
  "elu",
  "relu",
  "softplus",
  "abs",
  "clamp",
]);
const BROADCASTING: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "minimum",
  "maximum",
  "greater",
  "where",
]);

/** The same node on other operands. */
export function withInputs(node: Tensor, inputs: readonly Tensor[]): Tensor {
  return { ...node, inputs };
}

/** Returns an equivalent cheaper node, or the node itself. Operands must have been simplified already. */
export function simplify(node: Tensor): Tensor {
  if (BROADCASTING.has(node.op)) return sinkReshape(simplifyBroadcasting(node));
  if (UNARY.has(node.op) && node.inputs[0].op === "reshape") return sinkReshape(node);
  const [x] = node.inputs;
  if (node.op === "stopGradient") return x;
  if (node.op === "neg" && x.op === "neg") return x.inputs[0];
  if (node.op === "neg" && x.op === "broadcastTo") return broadcastTo(neg(x.inputs[0]), node.shape);
  if (node.op === "reshape") return simplifyReshape(node);
  if (node.op === "broadcastTo" && x.op === "broadcastTo") return broadcastTo(x.inputs[0], node.shape);
  return node;
}

function simplifyReshape(node: TensorOf<"reshape">): Tensor {
  const [x] = node.inputs;
  const source = x.op === "reshape" ? x.inputs[0] : x;
  if (sameShape(source.shape, node.shape)) return source;
  return source === x ? node : reshape(source, node.shape);
}

/**
 * op(reshape(x), y) = reshape(op(x, y)): brings elementwise work next to the product it follows, where an engine can fuse
 * the two, and reshapes next to each other, where they cancel.
 */
function sinkReshape(node: Tensor): Tensor {
  const shaped = node.inputs.find((operand) => operand.op === "reshape" && sameShape(operand.shape, node.shape));
  if (!shaped) return node;
  const source = shaped.inputs[0].shape;
  const inputs = node.inputs.map((operand) => underShape(operand, shaped.shape, source));
  if (!inputs.every((operand) => operand !== null)) return node;
  return reshape({ ...node, inputs, shape: source }, node.shape);
}

/** The operand as it acts on values of shape `source` when it acted on the same values under `shape`; null: it cannot. */
function underShape(operand: Tensor, shape: readonly Dim[], source: readonly Dim[]): Tensor | null {
  if (operand.op === "reshape" && sameShape(operand.shape, shape) && sameShape(operand.inputs[0].shape, source))
    return operand.inputs[0];
  if (operand.shape.length === 0) return operand;
  const row = operand.shape.length === 1 && source.length > 0 && shape.at(-1) === source.at(-1);
  return row ? operand : null;
}

/** Drops a broadcastTo that the op's own broadcasting makes unneeded. */
function withoutBroadcasts(node: Tensor): Tensor {
  const inputs = [...node.inputs];
  inputs.forEach((operand, i) => {
    if (operand.op !== "broadcastTo") return;
    const candidate = inputs.with(i, operand.inputs[0]);
    const shape = candidate.map((t) => t.shape).reduce<readonly number[] | null>((a, b) => a && broadcast(a, b), []);
    if (shape && sameShape(shape, node.shape)) inputs[i] = operand.inputs[0];
  });
  return inputs.every((operand, i) => operand === node.inputs[i]) ? node : withInputs(node, inputs);
}

function simplifyBroadcasting(original: Tensor): Tensor {
  const node = withoutBroadcasts(original);
  const lifted = liftBroadcast(node);
  if (lifted) return lifted;
  if (node.op === "mul") return simplifyMul(node);
  if (node.op === "add") return simplifySum(node, node.inputs[0], node.inputs[1]);
  if (node.op === "sub" && isScalar(node.inputs[1], 0)) return keepShape(node, node.inputs[0]);
  if (node.op === "div" && isScalar(node.inputs[1], 1)) return keepShape(node, node.inputs[0]);
  return node;
}

/** op(broadcastTo(x), scalar) = broadcastTo(op(x, scalar)): the work is done on the small tensor. */
function liftBroadcast(node: Tensor): Tensor | null {
  if (isBatched(node.shape)) return null;
  const wide = node.inputs.filter((operand) => operand.op === "broadcastTo");
  if (wide.length !== 1 || node.inputs.some((operand) => operand !== wide[0] && scalarValue(operand) === null))
    return null;
  const [source] = wide[0].inputs;
  const inputs = node.inputs.map((operand) => (operand === wide[0] ? source : operand));
  const shape = inputs.map((t) => t.shape).reduce((a, b) => broadcast(a, b)!);
  return broadcastTo({ ...node, inputs, shape }, node.shape);
}

function isScalar(tensor: Tensor, value: number): boolean {
  return scalarValue(tensor) === value;
}

/** `replacement`, if it has the node's shape; a one-element constant of higher rank may have raised it. */
function keepShape(node: Tensor, replacement: Tensor): Tensor {
  return sameShape(node.shape, replacement.shape) ? replacement : node;
}

function simplifySum(node: Tensor, a: Tensor, b: Tensor): Tensor {
  if (isScalar(a, 0)) return keepShape(node, b);
  if (isScalar(b, 0)) return keepShape(node, a);
  if (b.op === "neg") return makeTensor("sub", [a, b.inputs[0]], node.shape, {});
  if (a.op === "neg") return makeTensor("sub", [b, a.inputs[0]], node.shape, {});
  return node;
}

function simplifyMul(node: TensorOf<"mul">): Tensor {
  const [a, b] = node.inputs;
  const [factor, other] = scalarValue(a) === null ? [b, a] : [a, b];
  const value = scalarValue(factor);
  if (value === null || factor.shape.length > 0) return node;
  if (value === 1) return other;
  if (value === -1) return neg(other);
  if (other.op === "neg") return mul(other.inputs[0], constant(-value));
  // k·(l·x) = (k·l)·x
  if (other.op !== "mul") return node;
  const inner = other.inputs.findIndex((operand) => scalarValue(operand) !== null && operand.shape.length === 0);
  if (inner < 0) return node;
  return mul(other.inputs[1 - inner], constant(value * scalarValue(other.inputs[inner])!));
}
