// Puts an ONNX file of any operators between rearranged ends: what it takes and gives is permuted and scaled by nodes around
// its own. Works on the encoded bytes, so that the file's own nodes stay as they are, but for names that would be taken twice.
import { joined, rewriteFields } from "./encoded.ts";
import { fedInputs, openOnnx } from "./open.ts";
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  encodeGraph,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema.ts";

/** given[i] = scale[i] · own[source[i]], limited to ± `limit` where that is given. */
export interface RearrangedEnd {
  /** Name that the new file has for it. */
  readonly name: string;
  readonly source: readonly number[];
  readonly scale: readonly number[];
  readonly limit?: number;
}

/** What is put around a file. */
export interface RearrangedEnds {
  /** The file's input from the new one. */
  readonly input: RearrangedEnd;
  /** The new output from the file's. */
  readonly output: RearrangedEnd;
  /** Rows at once; null: any number. */
  readonly batch: number | null;
  /** Replaces the file's own. */
  readonly metadata: Readonly<Record<string, string>>;
}

const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

/** Fields that hold names of tensors and nodes, by message. */
const NAMES: Readonly<Record<string, readonly number[]>> = { node: [1, 2, 3], tensor: [8], value: [1] };
/** Fields that lead to them. */
const CHILDREN: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value", 13: "value" },
  node: { 5: "attribute" },
  attribute: { 6: "graph", 11: "graph" },
  tensor: {},
  value: {},
};
/** GraphProto.input and output, ModelProto.graph and metadata_props. */
const INPUT = 11;
const OUTPUT = 12;
const GRAPH = 7;
const METADATA = 14;

/**
 * The new file's bytes.
 * @param bytes of a file with one fed input and one output, both [batch, size]
 * @param source what messages call the file
 * @throws UserError when the bytes are no ONNX file
 */
export function rearrangedOnnx(bytes: Uint8Array, ends: RearrangedEnds, source: string): Uint8Array {
  const { graph } = openOnnx(bytes, source);
  const { input, output, batch } = ends;
  const rename = renaming(input.name, output.name);
  const [inner, result] = [rename(fedInputs(graph)[0]!.name), rename(graph.output[0]!.name)];
  const before = rearranging("input", input, input.name, inner);
  const after = rearranging("output", output, result, output.name);
  const head = encodeGraph({
    node: before.nodes,
    initializer: [...before.constants, ...after.constants],
    input: [valueInfo(input.name, batch, input.source.length)],
    output: [valueInfo(output.name, batch, output.source.length)],
  });
  const fed = fedInputs(graph)[0]!.name;
  const rewritten = (graphBytes: Uint8Array) => {
    const kept = rewriteFields(graphBytes, (field, value) => {
      const isFed = field === INPUT && nameOf(value) === fed;
      return isFed || field === OUTPUT ? null : value;
    });
    return joined([head, renamed("graph", kept, rename), encodeGraph({ node: after.nodes })]);
  };
  const model = rewriteFields(bytes, (field, value) => (field === GRAPH ? rewritten(value) : value));
  return withMetadata(model, ends.metadata);
}

/** Names that the new file needs for itself go to others, one to one. */
function renaming(...taken: readonly string[]): (name: string) => string {
  return (name) => (taken.includes(name) || /^(file|adapter)[/]/.test(name) ? `file/${name}` : name);
}

function renamed(message: string, bytes: Uint8Array, rename: (name: string) => string): Uint8Array {
  return rewriteFields(bytes, (field, value) => {
    if (NAMES[message]?.includes(field)) {
      const name = utf8.decode(value);
      const now = rename(name);
      return now === name ? value : toUtf8.encode(now);
    }
    const child = CHILDREN[message]![field];
    return child === undefined ? value : renamed(child, value, rename);
  });
}

/** ValueInfoProto.name */
function nameOf(value: Uint8Array): string {
  let name = "";
  rewriteFields(value, (field, bytes) => {
    if (field === 1) name = utf8.decode(bytes);
    return bytes;
  });
  return name;
}

function valueInfo(name: string, batch: number | null, size: number): ValueInfoProto {
  const rows = batch === null ? { dimParam: "batch" } : { dimValue: batch };
  const shape = { dim: [rows, { dimValue: size }] };
  return { name, type: { tensorType: { elemType: DATA_TYPE.float32, shape } } };
}

/** The file's own bytes with other metadata. */
export function withMetadata(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  const kept = rewriteFields(bytes, (field, value) => (field === METADATA ? null : value));
  return joined([kept, encodeModel({ metadataProps: entriesOf(metadata) })]);
}

function entriesOf(metadata: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}

/** Gather, Mul and the limits, those of them that change something, from one name to another; Identity where none do. */
function rearranging(
  end: "input" | "output",
  { source, scale, limit }: RearrangedEnd,
  from: string,
  to: string,
): { nodes: NodeProto[]; constants: TensorProto[] } {
  const name = (part: string) => `adapter/${end}/${part}`;
  const steps: [string, string, TensorProto?][] = [];
  if (source.some((from, i) => from !== i)) steps.push(["Gather", "gathered", integers(name("source"), source)]);
  if (scale.some((factor) => factor !== 1)) steps.push(["Mul", "scaled", floats(name("scale"), scale)]);
  if (limit !== undefined)
    steps.push(["Max", "raised", floats(name("low"), [-limit])], ["Min", "limited", floats(name("high"), [limit])]);
  if (steps.length === 0) steps.push(["Identity", "same"]);
  const nodes = steps.map(([opType, part, constant], i): NodeProto => {
    const given = i === 0 ? from : name(steps[i - 1]![1]);
    const output = i === steps.length - 1 ? to : name(part);
    const axis = { name: "axis", type: ATTRIBUTE_TYPE.int, i: 1 };
    const attribute = opType === "Gather" ? [axis] : [];
    const input = constant === undefined ? [given] : [given, constant.name];
    return { input, output: [output], name: name(opType.toLowerCase()), opType, attribute };
  });
  return { nodes, constants: steps.flatMap(([, , constant]) => constant ?? []) };
}

function floats(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(4 * values.length);
  const view = new DataView(rawData.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return { name, dims: [values.length], dataType: DATA_TYPE.float32, rawData };
}

function integers(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(8 * values.length);
  const view = new DataView(rawData.buffer);
  for (let i = 0; i < values.length; i++) view.setBigInt64(8 * i, BigInt(values[i]), true);
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, rawData };
}
