// What an ONNX runtime is to the engine. One door per place that it runs in: ort-runtime.ts in Node, ort-web-door.ts in a page.
import type { Tensor as OrtTensor } from "onnxruntime-node";

/** Tensors by the names of inputs or outputs. */
export type OrtTensors = Readonly<Record<string, OrtTensor>>;

/**
 * A loaded file. Runtimes differ in what they do with tensors that they are handed for results: the native one writes there, the one for
 * browsers does not. So nobody hands them over but the door, which answers for where results are.
 */
export interface OrtSession {
  /** Runs the file. When it resolves, the memory of `outputs` holds the results, whatever the runtime does by itself. */
  runInto(inputs: OrtTensors, outputs: OrtTensors): Promise<void>;
  /** Runs the file. @returns the output `wanted`, in memory that the runtime chooses */
  runFor(inputs: OrtTensors, wanted: string): Promise<OrtTensor>;
  dispose(): Promise<void>;
}

/** A runtime that has been loaded. */
export interface OrtDoor {
  readonly Tensor: typeof OrtTensor;
  /** Opens a file on kernels of the CPU with so many threads; rejects with the runtime's reason when it refuses the file. */
  open(bytes: Uint8Array, threads: number): Promise<OrtSession>;
}
