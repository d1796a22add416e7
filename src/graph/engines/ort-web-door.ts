// ONNX Runtime's WebAssembly build as the engine wants it. The module comes in as an argument: a page bundles it, tests load it.
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { OrtDoor, OrtSession, OrtTensors } from "./ort-door.ts";

/** What of the module is used. */
export interface OrtWeb {
  readonly Tensor: typeof OrtTensor;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

/** A door to the module, whose `env` must have been set. A session computes on the thread that runs it, and on no other. */
export function webDoor(ort: OrtWeb): OrtDoor {
  return {
    Tensor: ort.Tensor,
    open: async (bytes) => new WebSession(await ort.InferenceSession.create(bytes, OPTIONS)),
  };
}

const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["wasm"],
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  // What goes wrong is thrown too, and then said in one line.
  logSeverityLevel: 4,
};

class WebSession implements OrtSession {
  readonly #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** The module copies what it is handed for results into its memory, and never back: so it is handed names, and gives arrays of its own. */
  async runInto(inputs: OrtTensors, outputs: OrtTensors): Promise<void> {
    const results = await this.#session.run(inputs, Object.keys(outputs));
    for (const [name, { data }] of Object.entries(outputs))
      (data as Float32Array).set(results[name]!.data as Float32Array);
  }

  async runFor(inputs: OrtTensors, wanted: string): Promise<OrtTensor> {
    return (await this.#session.run(inputs, [wanted]))[wanted]!;
  }

  dispose(): Promise<void> {
    return this.#session.release();
  }
}
