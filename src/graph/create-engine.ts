// Engines by the names that configurations use.
import type { Engine } from "./engine.ts";
import { createOrtEngine } from "./engines/ort.ts";
import { createTfjsEngine } from "./engines/tfjs.ts";

/**
 * "ort": ONNX Runtime, one thread per session. "tfjs": the native TensorFlow.js, on the GPU where that package is
 * installed, else on the CPU.
 */
export type EngineName = "ort" | "tfjs";

/** An engine by name. Its packages load when a function is compiled; a UserError names a missing one. */
export function createEngine(name: EngineName): Engine {
  return name === "ort" ? createOrtEngine() : createTfjsEngine();
}
