// Writes a graph function as an ONNX file: IR version 8, opset 17. The same function gives the same bytes.
import type { GraphFunction } from "../function.ts";
import { BATCH, type Dim } from "../shape.ts";
import type { Dtype, Tensor } from "../tensor.ts";
import { type LoweringOptions, lower } from "./lower.ts";
import { DATA_TYPE, encodeModel, type ValueInfoProto } from "./schema.ts";

/** The opset of the standard domain that files are written in. */
export const OPSET = 17;
const IR_VERSION = 8;

/** How a function is written. */
export interface WriteOptions extends LoweringOptions {
  /** Key–value pairs kept in the file's metadata_props, in the given order. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Version of the program that writes, stored beside its name. */
  readonly producerVersion?: string;
}

function valueInfo(name: string, shape: readonly Dim[], dtype: Dtype): ValueInfoProto {
  const dim = shape.map((size) => (size === BATCH ? { dimParam: "batch" } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[dtype], shape: { dim } } } };
}

function inputInfo(node: Tensor): ValueInfoProto[] {
  return node.op === "input" ? [valueInfo(node.attributes.name, node.shape, node.dtype)] : [];
}

/**
 * The bytes of an .onnx file. The symbolic leading dimension is named "batch".
 * Throws a RangeError when an output is named like an input, which the format does not allow.
 */
export function writeOnnx(fn: GraphFunction, options: WriteOptions = {}): Uint8Array {
  for (const node of fn.inputs)
    if (node.op === "input" && Object.hasOwn(fn.outputs, node.attributes.name))
      throw new RangeError(
        `${fn.name}: output names must differ from input names, got "${node.attributes.name}" for both`,
      );
  const { metadata = {}, producerVersion = "" } = options;
  const { nodes, initializers } = lower(fn, options);
  const opsetImport = [{ domain: "", version: OPSET }];
  if (nodes.some((node) => node.domain === "com.microsoft")) opsetImport.push({ domain: "com.microsoft", version: 1 });
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: "flowgait",
    producerVersion,
    opsetImport,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: fn.name,
      node: nodes,
      initializer: initializers,
      input: fn.inputs.flatMap(inputInfo),
      output: Object.entries(fn.outputs).map(([name, tensor]) => valueInfo(name, tensor.shape, tensor.dtype)),
    },
  });
}
