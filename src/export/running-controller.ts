/** Exported controllers of every format behind one face, so that they are compared by the same code. */
import { createLoopEngine, type Executable, loadOnnxSession, openOnnx, readOnnx } from "../graph/index.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import { startProgram } from "./c/c-process.ts";
import type { ExportedPolicy } from "./exported-policy.ts";

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

/** The ONNX file that was made of a policy, in ONNX Runtime or in the interpreter that pages use. */
export async function runExported(
  policy: ExportedPolicy,
  format: Exclude<ControllerFormat, "c">,
  bytes: Uint8Array,
  outputName: string,
): Promise<RunningController> {
  const isTrained = policy.kind === "trained";
  if (format === "onnx")
    return isTrained
      ? runOnnx(bytes, outputName)
      : runFile({ ...policy.file, bytes, input: "obs", output: outputName });
  const running = await runTypescript(bytes, outputName);
  return isTrained ? running : inBatches(running, policy.file);
}

/** A policy file in ONNX Runtime, whatever its operators: actions as it gives them. */
export async function runFile(file: FilePolicy): Promise<RunningController> {
  const { bytes, source, input, output, obsSize } = file;
  const session = await loadOnnxSession(bytes, source);
  const running: RunningController = {
    format: "onnx",
    act: async (obs, _noise, out) => {
      out.set(await session.run({ [input]: obs }, obs.length / obsSize, output));
    },
    close: () => session.dispose(),
  };
  return inBatches(running, file);
}

/** Calls with as many rows at once as the file wants. */
function inBatches(
  running: RunningController,
  { batch, obsSize, actionSize }: Pick<FilePolicy, "batch" | "obsSize" | "actionSize">,
): RunningController {
  if (batch === null) return running;
  const given = new Float32Array(batch * obsSize);
  const taken = new Float32Array(batch * actionSize);
  return {
    ...running,
    act: async (obs, _noise, out) => {
      const rows = obs.length / obsSize;
      for (let row = 0; row < rows; row += batch) {
        const count = Math.min(batch, rows - row);
        given.set(obs.subarray(row * obsSize, (row + count) * obsSize));
        await running.act(given, null, taken);
        out.set(taken.subarray(0, count * actionSize), row * actionSize);
      }
    },
  };
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
