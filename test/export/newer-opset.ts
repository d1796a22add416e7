import { decodeModel, encodeModel } from "../../src/graph/onnx/schema.ts";

/** An ONNX file as a program of the future would write it, unsealed. */
export function newerOpset(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  return encodeModel({ ...model, opsetImport: model.opsetImport.map((opset) => ({ ...opset, version: 99 })) });
}
