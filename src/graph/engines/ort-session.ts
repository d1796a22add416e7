// Runs an ONNX file as it is, whatever its operators: those of ONNX Runtime, on one thread.
import type { Tensor } from "onnxruntime-node";
import { UserError } from "../../math/user-error.ts";
import { loadOrt } from "./ort-runtime.ts";

/** A loaded file. */
export interface OnnxSession {
  /**
   * @param feeds float32 [rows, values per row], row-major, by the inputs' names
   * @returns the values of the output `wanted`
   */
  run(feeds: Readonly<Record<string, Float32Array>>, rows: number, wanted: string): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws UserError naming `source` when ONNX Runtime refuses the file */
export async function loadOnnxSession(bytes: Uint8Array, source: string): Promise<OnnxSession> {
  const ort = await loadOrt();
  const refuse = (cause: unknown) =>
    new UserError(`${source}: ONNX Runtime cannot run it: ${reasonOf(cause)}`, { cause });
  const session = await ort.open(bytes, 1).catch((cause: unknown) => {
    throw refuse(cause);
  });
  return {
    run: async (feeds, rows, wanted) => {
      const tensors = Object.entries(feeds).map(([name, values]) => {
        return [name, new ort.Tensor("float32", values, [rows, values.length / rows])] as const;
      });
      try {
        return float32Of(await session.runFor(Object.fromEntries(tensors), wanted));
      } catch (cause) {
        throw refuse(cause);
      }
    },
    dispose: () => session.dispose(),
  };
}

function float32Of({ type, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error(`its output is ${type}, expected float32`);
}

/** What ONNX Runtime says, in one line; of an opset that is too new only the numbers. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [, found, newest] = /Opset (\d+) is under development.*till opset (\d+)/s.exec(text) ?? [];
  return found === undefined
    ? text.trim().replace(/\s*\n\s*/g, " ")
    : `its opset is ${found}, expected at most ${newest}`;
}
