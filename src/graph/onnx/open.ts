// Opens an ONNX file: whether it is one, what it takes and gives, and its metadata. What is between does not matter here.
import { UserError } from "../../math/user-error.ts";
import {
  DATA_TYPE,
  decodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from "./schema.ts";

/** @throws UserError naming `source` when the bytes are no ONNX file */
export function openOnnx(bytes: Uint8Array, source: string): { model: ModelProto; graph: GraphProto } {
  const model = decode(bytes, source);
  return { model, graph: graphOf(model, source) };
}

/** The file's metadata_props. */
export function metadataOf({ metadataProps }: ModelProto): Record<string, string> {
  return Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
}

/** Inputs that are to be fed: files up to IR version 3 list constants among the inputs too. */
export function fedInputs({ input, initializer }: GraphProto): ValueInfoProto[] {
  const constants = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !constants.has(name));
}

/** An input or output of a file. */
export interface OnnxValue {
  readonly name: string;
  /** Null where the file does not say. */
  readonly isFloat32: boolean | null;
  /** Null where the file leaves a size open, or the whole shape. */
  readonly shape: readonly (number | null)[] | null;
}

/** Bytes of a file's constant tensors by name: little-endian, in the order of rows. */
export type OnnxConstants = ReadonlyMap<string, Uint8Array>;

/** What a file takes and gives, its metadata and its constants. */
export interface OnnxInterface {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Those that are kept as bytes, as `writeOnnx` keeps all. */
  readonly constants: OnnxConstants;
}

/** @throws UserError naming `source` when the bytes are no ONNX file */
export function onnxInterface(bytes: Uint8Array, source: string): OnnxInterface {
  const { model, graph } = openOnnx(bytes, source);
  return {
    inputs: fedInputs(graph).map(describeValue),
    outputs: graph.output.map(describeValue),
    metadata: metadataOf(model),
    constants: new Map(graph.initializer.flatMap(({ name, rawData }) => (rawData ? [[name, rawData]] : []))),
  };
}

/** Operators that look at a whole row at once; what comes before them works value by value. */
const LAYERS = new Set(["Gemm", "MatMul", "FusedMatMul", "Conv", "LSTM", "GRU"]);

/** Operators that an input meets before its first layer, in order, without reshaping. @throws UserError when the bytes are no ONNX file */
export function inputPrologue(bytes: Uint8Array, input: string, source: string): string[] {
  const { graph } = openOnnx(bytes, source);
  const met: string[] = [];
  let name = input;
  for (;;) {
    const next = graph.node.find((node) => node.input.includes(name));
    if (next === undefined || LAYERS.has(next.opType)) return met;
    if (ARITHMETIC.has(next.opType)) met.push(next.opType);
    name = next.output[0]!;
  }
}

/**
 * How many values of a row the first layer takes that an input meets, where that layer multiplies by a constant matrix; else null.
 * @throws UserError when the bytes are no ONNX file
 */
export function firstLayerSize(bytes: Uint8Array, input: string, source: string): number | null {
  const { graph } = openOnnx(bytes, source);
  let name = input;
  for (;;) {
    const next = graph.node.find((node) => node.input.includes(name));
    if (next === undefined) return null;
    if (LAYERS.has(next.opType)) return rowsOf(next, name, graph);
    name = next.output[0];
  }
}

function rowsOf({ opType, input, attribute }: NodeProto, name: string, { initializer }: GraphProto): number | null {
  const matrix = initializer.find((constant) => constant.name === input[1]);
  if (!["Gemm", "MatMul"].includes(opType) || input[0] !== name || matrix?.dims.length !== 2) return null;
  const isTurned = attribute.some((entry) => entry.name === "transB" && entry.i === 1);
  return matrix.dims[isTurned ? 1 : 0];
}

const ARITHMETIC = new Set(["Sub", "Add", "Mul", "Div", "BatchNormalization"]);

function describeValue({ name, type }: ValueInfoProto): OnnxValue {
  const dims = type?.tensorType?.shape?.dim;
  const shape = dims?.map(({ dimValue }) => (dimValue !== undefined && dimValue > 0 ? dimValue : null)) ?? null;
  return { name, isFloat32: type ? type.tensorType?.elemType === DATA_TYPE.float32 : null, shape };
}

function decode(bytes: Uint8Array, source: string): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    throw new UserError(`${source}: ${bytes.length} bytes must be a whole ONNX file, got a broken or truncated one`, {
      cause,
    });
  }
}

function graphOf(model: ModelProto, source: string): GraphProto {
  const { graph, opsetImport } = model;
  if (!graph || graph.output.length === 0 || opsetImport.length === 0)
    throw new UserError(
      `${source}: must be a whole ONNX file, got one without ${graph ? "opset or outputs" : "a graph"}`,
    );
  return graph;
}
