/** Exported controllers of every format behind one face, so that they are compared by the same code. */
import { createLoopEngine, type Executable, openOnnx, readOnnx } from "../graph/index.ts";
import { startProgram } from "./c/c-process.ts";

/** Formats that are compared with the policy. */
export type ControllerFormat = "onnx" | "c" | "typescript";

/** A controller that runs. One call at a time. */
export interface RunningController {
  readonly format: ControllerFormat;
  /**
   * @param obs raw [rows, obsSize]
   * @param noise [rows, noiseSize]; null where the controller has no noise input
   * @param out [rows, actionSize] filled
   */
  act(obs: Float32Array, noise: Float32Array | null, out: Float32Array): Promise<void>;
  close(): Promise<void>;
}

/** The bytes of the file in ONNX Runtime. */
export async function runOnnx(bytes: Uint8Array, outputName: string): Promise<RunningController> {
  return overExecutable("onnx", await openOnnx(bytes), outputName);
}

/** The same file in the interpreter that pages use. */
export async function runTypescript(bytes: Uint8Array, outputName: string): Promise<RunningController> {
  return overExecutable("typescript", await createLoopEngine().compile(readOnnx(bytes).function), outputName);
}

function overExecutable(format: ControllerFormat, executable: Executable, outputName: string): RunningController {
  return {
    format,
    act: async (obs, noise, out) => {
      await executable.run(noise === null ? { obs } : { obs, noise }, { [outputName]: out });
    },
    close: () => executable.dispose(),
  };
}

/** A compiled C program in a process of its own. @param path of `CProgram` @param obsSize values of one row */
export function runProgram(path: string, obsSize: number): RunningController {
  const process = startProgram(path);
  return {
    format: "c",
    act: (obs, noise, out) => process.call(noise === null ? obs : interleaved(obs, noise, obs.length / obsSize), out),
    close: async () => process.close(),
  };
}

function interleaved(obs: Float32Array, noise: Float32Array, rows: number): Float32Array {
  const [a, b] = [obs.length / rows, noise.length / rows];
  const joined = new Float32Array(obs.length + noise.length);
  for (let row = 0; row < rows; row++) {
    joined.set(obs.subarray(row * a, (row + 1) * a), row * (a + b));
    joined.set(noise.subarray(row * b, (row + 1) * b), row * (a + b) + a);
  }
  return joined;
}
