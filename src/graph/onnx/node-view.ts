// One ONNX node while it is being read: its operands already translated, its attributes by name and with defaults.
import { UserError } from "../../math/user-error.ts";
import { constant, type Tensor } from "../tensor.ts";
import type { AttributeProto, NodeProto } from "./schema.ts";

/** A constant list of integers: shapes, axes, indices. Not part of the tensor graph, which has float constants only. */
export interface Integers {
  readonly integers: readonly number[];
  readonly dims: readonly number[];
}

/** What an ONNX name stands for: a tensor of the graph, or integers known while reading, such as shapes and axes. */
export type Operand = Tensor | Integers;

function isIntegers(operand: Operand): operand is Integers {
  return "integers" in operand;
}

/** Reads one node; what does not fit is a UserError that names file and node. */
export class NodeView {
  readonly opType: string;
  readonly opset: number;
  private readonly node: NodeProto;
  private readonly operands: readonly (Operand | undefined)[];
  private readonly source: string;

  constructor(node: NodeProto, operands: readonly (Operand | undefined)[], opset: number, source: string) {
    this.node = node;
    this.operands = operands;
    this.opset = opset;
    this.source = source;
    this.opType = node.opType;
  }

  /** A UserError that names the file and the node. */
  error(message: string): UserError {
    return new UserError(`${this.source}: ${this.opType} "${this.node.output[0] ?? ""}" ${message}`);
  }

  get count(): number {
    return this.operands.length;
  }

  has(index: number): boolean {
    return this.operands[index] !== undefined;
  }

  /** Operand as a float tensor (or int64 input). */
  tensor(index: number): Tensor {
    const operand = this.operands[index];
    if (!operand) throw this.error(`needs operand ${index}, got none`);
    if (isIntegers(operand)) return constant(operand.integers, operand.dims);
    return operand;
  }

  tensors(): Tensor[] {
    return this.operands.map((_, index) => this.tensor(index));
  }

  /** Operand as integers known while reading, or null when it is computed at run time. */
  constantIntegers(index: number): Integers | null {
    const operand = this.operands[index];
    return operand && isIntegers(operand) ? operand : null;
  }

  /** Operand as integers; a UserError when they are not constants in the file. */
  integers(index: number): readonly number[] {
    const found = this.constantIntegers(index);
    if (!found) throw this.error(`needs operand ${index} as constant integers, got a computed value`);
    return found.integers;
  }

  /** Operand as one constant float, null when absent. */
  scalar(index: number): number | null {
    if (!this.has(index)) return null;
    const tensor = this.tensor(index);
    if (tensor.op !== "constant" || tensor.attributes.values.length !== 1)
      throw this.error(`needs operand ${index} as one constant number, got a computed value`);
    return tensor.attributes.values[0];
  }

  attribute(name: string): AttributeProto | undefined {
    return this.node.attribute.find((attribute) => attribute.name === name);
  }

  int(name: string, fallback: number): number {
    return this.attribute(name)?.i ?? fallback;
  }

  float(name: string, fallback: number): number {
    return this.attribute(name)?.f ?? fallback;
  }

  ints(name: string): readonly number[] | null {
    return this.attribute(name)?.ints ?? null;
  }

  text(name: string, fallback: string): string {
    const bytes = this.attribute(name)?.s;
    return bytes ? new TextDecoder().decode(bytes) : fallback;
  }

  /** Integers that newer opsets pass as an operand and older ones as an attribute; null when absent. */
  axes(index: number, name = "axes"): readonly number[] | null {
    return this.has(index) ? this.integers(index) : this.ints(name);
  }
}
