// The graph room's public names.
export { floatLiteral } from "./c/literals.ts";
export { type CSource, writeC } from "./c/write.ts";
export { createEngine, type EngineName } from "./create-engine.ts";
export { checkFeeds, type Engine, type Executable, type FeedArray, type Feeds } from "./engine.ts";
export { CallGate, passThrough } from "./engines/call-gate.ts";
export { compileLoops, createLoopEngine } from "./engines/loops.ts";
export { switchTelemetryOff } from "./engines/no-telemetry.ts";
export { createOrtEngine, type OrtOptions, openOnnx } from "./engines/ort.ts";
export { requireOrt } from "./engines/ort-runtime.ts";
export { loadOnnxSession, type OnnxSession } from "./engines/ort-session.ts";
export { createReferenceEngine, interpret, type ReferenceFeeds } from "./engines/reference.ts";
export { createTfjsEngine, type TfjsBackend, type TfjsOptions } from "./engines/tfjs.ts";
export { nativeTensorFlow } from "./engines/tfjs-package.ts";
export { countFlops, type FunctionOptions, type GraphFunction, graphFunction } from "./function.ts";
export { gradients } from "./gradients.ts";
export { type InputNormaliser, inputNormaliser } from "./onnx/input-normaliser.ts";
export { type ExternalValues, inOnePiece, type ReadValues } from "./onnx/one-piece.ts";
export {
  firstLayerSize,
  inputPrologue,
  type OnnxConstants,
  type OnnxInterface,
  type OnnxValue,
  onnxInterface,
} from "./onnx/open.ts";
export { type OnnxFile, READABLE_OPSETS, readOnnx } from "./onnx/read.ts";
export { type RearrangedEnd, type RearrangedEnds, rearrangedOnnx, withMetadata } from "./onnx/rearranged.ts";
export { OPSET, type WriteOptions, writeOnnx } from "./onnx/write.ts";
export * from "./ops-elementwise.ts";
export * from "./ops-linear.ts";
export * from "./ops-movement.ts";
export { BATCH, type Dim, formatShape, sizeOf } from "./shape.ts";
export { constant, type Dtype, input, OPS, type Op, type Tensor, type TensorLike } from "./tensor.ts";
