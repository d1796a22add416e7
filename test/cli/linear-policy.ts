/** ONNX files of a linear policy for CartpoleBalance as other programs write them: shapes left open, weights in another file. */
import { constant, graphFunction, input, matmul, writeOnnx } from "../../src/graph/index.ts";
import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../../src/graph/onnx/schema.ts";

/** Values of an observation and of an action. */
export const SIZES = { obs: 5, action: 1 };

/** Weights of the policy. */
export const WEIGHTS = Float32Array.from({ length: SIZES.obs }, (_, i) => 0.3 * Math.sin(1.7 * i + 0.4));

/** The policy's model, changed before it is encoded. @param rows of its input and output */
export function linearPolicy(change: (model: ModelProto) => void = () => {}, rows = 1): Uint8Array {
  const weights = constant(WEIGHTS, [SIZES.obs, SIZES.action]);
  const fn = graphFunction("linear", { actions: matmul(input("obs", [rows, SIZES.obs]), weights) });
  const model = decodeModel(writeOnnx(fn));
  change(model);
  return encodeModel(model);
}

/** Declares the sizes of an input or output; a word is a symbolic size, null an unknown one. */
export function declare(value: ValueInfoProto, sizes: readonly (number | string | null)[] | undefined): void {
  const dim = sizes?.map((size) => {
    if (size === null) return {};
    return typeof size === "number" ? { dimValue: size } : { dimParam: size };
  });
  value.type = { tensorType: { elemType: DATA_TYPE.float32, ...(dim && { shape: { dim } }) } };
}

/** Moves the policy's weights out of the model. @returns their bytes @param entries what the model says of them */
export function moveWeightsOut(model: ModelProto, entries: Readonly<Record<string, string>>): Uint8Array {
  const [tensor] = model.graph!.initializer;
  const bytes = tensor!.rawData!;
  model.graph!.initializer = [{ ...outside(tensor!, entries) }];
  return bytes;
}

/** The same with the weights in a node instead of among the constants. */
export function moveWeightsIntoNode(model: ModelProto, entries: Readonly<Record<string, string>>): Uint8Array {
  const { graph } = model;
  const [tensor] = graph!.initializer;
  const value = { name: "value", type: ATTRIBUTE_TYPE.tensor, t: outside(tensor!, entries) };
  const node: NodeProto = {
    input: [],
    output: [tensor!.name],
    name: "weights",
    opType: "Constant",
    attribute: [value],
  };
  const bytes = tensor!.rawData!;
  graph!.initializer = [];
  graph!.node.unshift(node);
  return bytes;
}

function outside({ name, dims, dataType }: TensorProto, entries: Readonly<Record<string, string>>): TensorProto {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { name, dims, dataType, dataLocation: 1, externalData };
}
