// The part of the ONNX file format that controllers and training graphs use, as protobuf message types.
// Field numbers: onnx.proto of ONNX IR version 8. Unknown fields are skipped when reading.
import protobuf from "protobufjs/light.js";

/** TensorProto.DataType */
export const DATA_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** A constant. */
export interface TensorProto {
  dims: number[];
  dataType: number;
  name: string;
  /** Little-endian values; the writer always uses these. */
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  doubleData?: number[];
  /** 1: the values lie in another file. */
  dataLocation?: number;
  /** Where in which file. */
  externalData?: { key: string; value: string }[];
}

/** An attribute of a node; `type` says which field holds its value. */
export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorProto;
  floats?: number[];
  ints?: number[];
}

/** An operator with the names of its inputs and outputs. */
export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain?: string;
  attribute: AttributeProto[];
}

/** One size of a shape: a number, or the name of a symbol. */
export interface DimensionProto {
  dimValue?: number;
  dimParam?: string;
}

/** Name, type and shape of an input or output. */
export interface ValueInfoProto {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim: DimensionProto[] } } };
}

/** Nodes in the order of execution, constants, inputs and outputs. */
export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
}

/** A whole file. */
export interface ModelProto {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  opsetImport: { domain: string; version: number }[];
  graph?: GraphProto;
  metadataProps: { key: string; value: string }[];
}

type FieldSpec = [type: string, id: number, rule?: "repeated"];

const MESSAGES: Record<string, Record<string, FieldSpec>> = {
  ModelProto: {
    irVersion: ["int64", 1],
    producerName: ["string", 2],
    producerVersion: ["string", 3],
    graph: ["GraphProto", 7],
    opsetImport: ["OperatorSetIdProto", 8, "repeated"],
    metadataProps: ["StringStringEntryProto", 14, "repeated"],
  },
  OperatorSetIdProto: { domain: ["string", 1], version: ["int64", 2] },
  StringStringEntryProto: { key: ["string", 1], value: ["string", 2] },
  GraphProto: {
    node: ["NodeProto", 1, "repeated"],
    name: ["string", 2],
    initializer: ["TensorProto", 5, "repeated"],
    input: ["ValueInfoProto", 11, "repeated"],
    output: ["ValueInfoProto", 12, "repeated"],
  },
  NodeProto: {
    input: ["string", 1, "repeated"],
    output: ["string", 2, "repeated"],
    name: ["string", 3],
    opType: ["string", 4],
    attribute: ["AttributeProto", 5, "repeated"],
    domain: ["string", 7],
  },
  AttributeProto: {
    name: ["string", 1],
    f: ["float", 2],
    i: ["int64", 3],
    s: ["bytes", 4],
    t: ["TensorProto", 5],
    floats: ["float", 7, "repeated"],
    ints: ["int64", 8, "repeated"],
    type: ["int32", 20],
  },
  TensorProto: {
    dims: ["int64", 1, "repeated"],
    dataType: ["int32", 2],
    floatData: ["float", 4, "repeated"],
    int32Data: ["int32", 5, "repeated"],
    int64Data: ["int64", 7, "repeated"],
    name: ["string", 8],
    rawData: ["bytes", 9],
    doubleData: ["double", 10, "repeated"],
    externalData: ["StringStringEntryProto", 13, "repeated"],
    dataLocation: ["int32", 14],
  },
  ValueInfoProto: { name: ["string", 1], type: ["TypeProto", 2] },
  TypeProto: { tensorType: ["TypeProtoTensor", 1] },
  TypeProtoTensor: { elemType: ["int32", 1], shape: ["TensorShapeProto", 2] },
  TensorShapeProto: { dim: ["Dimension", 1, "repeated"] },
  Dimension: { dimValue: ["int64", 1], dimParam: ["string", 2] },
};

let types: protobuf.Root | undefined;

function typeOf(message: "ModelProto" | "GraphProto" | "TensorProto" | "Dimension"): protobuf.Type {
  types ??= loadTypes();
  return types.lookupType(message);
}

function loadTypes(): protobuf.Root {
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, [fieldType, id, rule]] of Object.entries(fields))
      type.add(new protobuf.Field(field, id, fieldType, rule));
    root.add(type);
  }
  return root;
}

/** Encodes a model; equal messages give equal bytes, and fields that are absent are not written. */
export function encodeModel(message: Partial<ModelProto>): Uint8Array {
  return encode("ModelProto", message);
}

/** Encodes parts of a graph: behind or before the bytes of another graph, its lists continue those of the other. */
export function encodeGraph(message: Partial<GraphProto>): Uint8Array {
  return encode("GraphProto", message);
}

/** Decodes a model; absent lists are empty, 64-bit integers are numbers. Throws when the bytes are no protobuf message. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return decode("ModelProto", bytes) as ModelProto;
}

/** One constant by itself. */
export function encodeTensor(message: TensorProto): Uint8Array {
  return encode("TensorProto", message);
}

/** Decodes one constant, as `decodeModel` does. */
export function decodeTensor(bytes: Uint8Array): TensorProto {
  return decode("TensorProto", bytes) as TensorProto;
}

/** Decodes one size of a shape, as `decodeModel` does. */
export function decodeDimension(bytes: Uint8Array): DimensionProto {
  return decode("Dimension", bytes) as DimensionProto;
}

function encode(message: Parameters<typeof typeOf>[0], value: object): Uint8Array {
  const type = typeOf(message);
  return type.encode(type.fromObject(value)).finish();
}

function decode(message: Parameters<typeof typeOf>[0], bytes: Uint8Array): object {
  const type = typeOf(message);
  return type.toObject(type.decode(bytes), { longs: Number, arrays: true });
}
