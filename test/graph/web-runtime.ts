/** ONNX Runtime's WebAssembly build on one thread, as pages run it, loaded into Node. */
import * as ort from "onnxruntime-web";
import { webDoor } from "../../src/graph/engines/ort-web-door.ts";

ort.env.wasm.numThreads = 1;

export const webRuntime = { load: async () => webDoor(ort), readsInPlace: false } as const;
