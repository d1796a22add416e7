// Brings an ONNX file into one piece: weights that it keeps in other files go inside, and a size of 0, by which some
// programs mean an unknown one, is left open. Works on the encoded bytes, so that everything else, known here or not,
// stays as it is. Field numbers: onnx.proto of ONNX IR version 8 and newer.
import { UserError } from "../../math/user-error.ts";
import { rewriteFields } from "./encoded.ts";
import { decodeDimension, decodeTensor, encodeTensor, type TensorProto } from "./schema.ts";

/** Where the values of a constant lie, from the folder of the ONNX file on. */
export interface ExternalValues {
  /** The constant's name. */
  readonly constant: string;
  /** As the file says, unchecked. */
  readonly location: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** Gives the bytes that a constant's values are. @throws UserError when they cannot be read */
export type ReadValues = (values: ExternalValues) => Uint8Array;

type Rewrite = (bytes: Uint8Array) => Uint8Array;

/** Messages by name: which of their fields lead to constants or to sizes. */
const CHILDREN: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value", 13: "value", 15: "sparse" },
  function: { 7: "node", 11: "attribute" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  value: { 2: "type" },
  type: { 1: "tensorType" },
  tensorType: { 2: "shape" },
  shape: { 1: "dimension" },
};

/**
 * The file in one piece; the very same array where it is one already.
 * @param bytes of a file that `onnxInterface` has opened
 * @param source what messages call the file
 * @throws UserError when a constant's values are not where the file says, or are not as many as its shape
 */
export function inOnePiece(bytes: Uint8Array, source: string, read: ReadValues): Uint8Array {
  const leaves: Readonly<Record<string, Rewrite>> = {
    tensor: (tensor) => withValues(tensor, source, read),
    dimension: withoutZero,
  };
  const rewrite = (message: string, part: Uint8Array): Uint8Array => {
    const leaf = leaves[message];
    if (leaf) return leaf(part);
    return rewriteFields(part, (field, value) => {
      const child = CHILDREN[message][field];
      return child === undefined ? value : rewrite(child, value);
    });
  };
  return rewrite("model", bytes);
}

/** TensorProto.data_location: the values lie in another file. */
const EXTERNAL = 1;

/** A constant with its values inside. */
function withValues(bytes: Uint8Array, source: string, read: ReadValues): Uint8Array {
  const tensor = decodeTensor(bytes);
  if (tensor.dataLocation !== EXTERNAL) return bytes;
  const { name = "", dims, dataType } = tensor;
  return encodeTensor({ name, dims, dataType, rawData: read(externalValues(tensor, source)) });
}

/** Bits of a value, by TensorProto.DataType. */
const BITS: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16 },
  ...{ 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2 },
};

function externalValues({ name = "", dims, dataType, externalData = [] }: TensorProto, source: string): ExternalValues {
  const entries = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
  const fail = (what: string) => new UserError(`${source}: constant "${name}" ${what}`);
  const { location } = entries;
  if (!location) throw fail("lies in another file without a name, expected its location");
  const bits = BITS[dataType];
  if (bits === undefined) throw fail(`in ${location} has data type ${dataType}, expected one of fixed size`);
  const needed = Math.ceil((dims.reduce((product, dim) => product * dim, 1) * bits) / 8);
  const bytesOf = (key: "offset" | "length", usual: number): number => {
    const text = entries[key];
    if (text === undefined) return usual;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw fail(`in ${location} has ${key} "${text}", expected a number of bytes`);
  };
  const [offset, length] = [bytesOf("offset", 0), bytesOf("length", needed)];
  if (length === needed) return { constant: name, location, offset, length };
  throw fail(`[${dims}] has ${length} bytes in ${location}, expected ${needed}`);
}

/** A size of 0 as an open one. */
function withoutZero(bytes: Uint8Array): Uint8Array {
  return decodeDimension(bytes).dimValue === 0 ? new Uint8Array(0) : bytes;
}
