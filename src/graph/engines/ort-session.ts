// Runs an ONNX file as it is, whatever its operators: those of ONNX Runtime, on one thread.
import { UserError } from "../../math/user-error.ts";
import { loadOrt, sessionOptions } from "./ort-runtime.ts";

/** A loaded file. */
export interface OnnxSession {
  /**
   * @param feed of the input `name`, row-major
   * @returns the values of the output `wanted`
   */
  run(name: string, feed: Float32Array, shape: readonly number[], wanted: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws UserError naming `source` when ONNX Runtime refuses the file */
export async function loadOnnxSession(bytes: Uint8Array, source: string): Promise<OnnxSession> {
  const ort = await loadOrt();
  const refuse = (cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    return new UserError(`${source}: ONNX Runtime cannot run it: ${reason}`, { cause });
  };
  const session = await ort.InferenceSession.create(bytes, sessionOptions(1)).catch((cause: unknown) => {
    throw refuse(cause);
  });
  return {
    run: async (name, feed, shape, wanted) => {
      try {
        const results = await session.run({ [name]: new ort.Tensor("float32", feed, shape) }, [wanted]);
        return results[wanted].data as Float32Array;
      } catch (cause) {
        throw refuse(cause);
      }
    },
    dispose: () => session.release(),
  };
}
