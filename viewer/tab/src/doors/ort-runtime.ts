/** In place of graph/engines/ort-runtime.ts: ONNX Runtime's WebAssembly build, which computes on the thread that calls it. */

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import type { OrtDoor } from "../../../../src/graph/engines/ort-door.ts";
import { webDoor } from "../../../../src/graph/engines/ort-web-door.ts";

export const RUNTIME_PACKAGE = "onnxruntime-web";
/** Every run copies its feeds into the runtime's memory. */
export const READS_IN_PLACE = false;

let loading: Promise<OrtDoor> | undefined;

export function loadOrt(): Promise<OrtDoor> {
  loading ??= load();
  return loading;
}

async function load(): Promise<OrtDoor> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, self.location.href).href };
  return webDoor(ort);
}

/** It is a part of the site. */
export function requireOrt(): void {}
