// Reads an ONNX file back into a graph function, so that any engine runs it: files of our own writer and the plain
// perceptrons that other programs export. Not a general importer; what it does not know it refuses by name.
import { UserError } from "../../math/user-error.ts";
import { type GraphFunction, graphFunction } from "../function.ts";
import { BATCH, type Dim } from "../shape.ts";
import { input, type Tensor } from "../tensor.ts";
import { NodeView, type Operand } from "./node-view.ts";
import { fedInputs, metadataOf, openOnnx } from "./open.ts";
import { CONTRIB_OPERATORS, OPERATORS } from "./operators.ts";
import { DATA_TYPE, type ModelProto, type NodeProto, type ValueInfoProto } from "./schema.ts";
import { readTensor } from "./tensor-proto.ts";

/** Opsets of the standard domain that `readOnnx` understands. */
export const READABLE_OPSETS = { oldest: 7, newest: 23 } as const;

/** What a file holds. */
export interface OnnxFile {
  readonly function: GraphFunction;
  /** The file's metadata_props. */
  readonly metadata: Readonly<Record<string, string>>;
}

function opsetOf(model: ModelProto, source: string): number {
  const { oldest, newest } = READABLE_OPSETS;
  const found = model.opsetImport.find(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  const version = found?.version ?? 0;
  if (version < oldest || version > newest)
    throw new UserError(`${source}: opset must lie between ${oldest} and ${newest}, got ${version}`);
  return version;
}

/** A declared input: the leading dimension may be symbolic, the others must be numbers. */
function readInput({ name, type }: ValueInfoProto, source: string): Tensor {
  const tensorType = type?.tensorType;
  const elemType = tensorType?.elemType;
  if (elemType !== DATA_TYPE.float32 && elemType !== DATA_TYPE.int64)
    throw new UserError(`${source}: input "${name}" must be float32 or int64, got data type ${elemType ?? "none"}`);
  const shape = (tensorType?.shape?.dim ?? []).map(({ dimValue, dimParam }, axis): Dim => {
    if (dimValue !== undefined && dimValue > 0) return dimValue;
    if (axis === 0) return BATCH;
    throw new UserError(`${source}: input "${name}" must have known sizes after the first, got "${dimParam ?? "?"}"`);
  });
  return input(name, shape, elemType === DATA_TYPE.float32 ? "float32" : "int64");
}

function translate(node: NodeProto, values: ReadonlyMap<string, Operand>, opset: number, source: string): Operand {
  const { domain = "", opType } = node;
  const table = domain === "com.microsoft" ? CONTRIB_OPERATORS : OPERATORS;
  const known = domain === "" || domain === "ai.onnx" || domain === "com.microsoft";
  if (!known || !Object.hasOwn(table, opType))
    throw new UserError(`${source}: operator ${domain ? `${domain}.` : ""}${opType} is not supported`);
  const operands = node.input.map((name) => {
    const operand = values.get(name);
    if (name !== "" && !operand) throw new UserError(`${source}: ${opType} reads "${name}", which nothing computes`);
    return operand;
  });
  return withContext(source, opType, () => table[opType](new NodeView(node, operands, opset, source)));
}

/** Shape errors of the ops name the op; the file is added here. */
function withContext<T>(source: string, opType: string, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError)
      throw new UserError(`${source}: ${opType}: ${cause.message}`, { cause });
    throw cause;
  }
}

/**
 * Reads an ONNX model.
 * @param source what messages call the file.
 * Throws a UserError for broken or truncated bytes, an opset outside `READABLE_OPSETS`, and operators, types or
 * shapes that the graph does not have.
 */
export function readOnnx(bytes: Uint8Array, source = "onnx file"): OnnxFile {
  const { model, graph } = openOnnx(bytes, source);
  const opset = opsetOf(model, source);
  const fail = (message: string) => new UserError(`${source}: ${message}`);
  const values = new Map<string, Operand>();
  for (const proto of graph.initializer) values.set(proto.name, readTensor(proto, fail));
  const declared = fedInputs(graph);
  for (const info of declared) values.set(info.name, readInput(info, source));
  for (const node of graph.node) values.set(node.output[0], translate(node, values, opset, source));
  const outputs: Record<string, Tensor> = {};
  for (const { name } of graph.output) {
    const value = values.get(name);
    if (!value || "integers" in value) throw fail(`output "${name}" must be a computed float32 tensor`);
    outputs[name] = value;
  }
  const metadata = metadataOf(model);
  return { function: graphFunction(graph.name, outputs, { inputOrder: declared.map(({ name }) => name) }), metadata };
}
