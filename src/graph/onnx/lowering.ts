// The ONNX form of a function while it is being made: names, nodes and constants. lower.ts says what each op becomes.
import { bitsText } from "../bits-text.ts";
import type { GraphFunction } from "../function.ts";
import type { Tensor } from "../tensor.ts";
import { ATTRIBUTE_TYPE, type AttributeProto, DATA_TYPE, type NodeProto, type TensorProto } from "./schema.ts";

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
  private readonly handler: (lowering: Lowering, node: Tensor) => string;
  private readonly names = new Map<Tensor, string>();
  private readonly taken = new Set<string>();
  private readonly shared = new Map<string, string>();
  private readonly uses = new Map<Tensor, number>();
  private readonly sigmoids = new Map<Tensor, Tensor>();

  /** @param handler emits one node and returns the name of its result */
  constructor(fn: GraphFunction, handler: (lowering: Lowering, node: Tensor) => string) {
    this.handler = handler;
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
    const key = `${dataType}[${dims}]${bitsText(values)}`;
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
    const name = this.handler(this, tensor);
    this.names.set(tensor, name);
    return name;
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
