/** How far an exported controller's outputs are from the policy's own, observation by observation. */
import { createReferenceEngine, type GraphFunction } from "../../graph/index.ts";
import type { TaskDescription } from "../../tasks/index.ts";
import {
  type ControllerOptions,
  controllerFunction,
  resolvedOptions,
  targetsFunction,
} from "../controller-function.ts";
import type { ExportedFile, ExportedPolicy } from "../exported-policy.ts";
import { type RunningController, runFile } from "../running-controller.ts";
import { type Recording, recordingPart } from "./recording.ts";

/** Differences over all recorded observations, each the largest of a row's outputs, in units of the output. */
export interface NetworkParity {
  readonly rows: number;
  readonly maxDifference: number;
  readonly p99Difference: number;
}

/** Rows that the float64 interpreter holds at once. */
const ROWS_AT_ONCE = 64;

/** A trained policy's graph in float64, or a file in ONNX Runtime. @returns [rows, actionSize] */
export async function expectedOutputs(
  policy: ExportedPolicy,
  task: TaskDescription,
  options: ControllerOptions,
  recording: Recording,
): Promise<Float32Array> {
  if (policy.kind === "trained") return graphOutputs(controllerFunction(policy, task, options), recording, task);
  const actions = await fileActions(policy, recording);
  return resolvedOptions(options).output === "actions"
    ? actions
    : graphOutputs(targetsFunction(task), recording, task, actions);
}

/** The one output of a function in float64. @param actions [rows, actionSize] an input, where it has that */
async function graphOutputs(
  fn: GraphFunction,
  recording: Recording,
  { actionSize }: TaskDescription,
  actions?: Float32Array,
): Promise<Float32Array> {
  const executable = await createReferenceEngine().compile(fn);
  const output = Object.keys(fn.outputs)[0]!;
  const out = new Float32Array(recording.rows * actionSize);
  for (const { obs, noise, start, count } of parts(recording, ROWS_AT_ONCE)) {
    const end = start + count;
    const own = actions && { actions: actions.slice(start * actionSize, end * actionSize) };
    const results = await executable.run({ obs, ...(noise && { noise }), ...own });
    out.set(results[output]!, start * actionSize);
  }
  return out;
}

/** What the file itself gives, within the task's squash. */
async function fileActions({ file, isLimited }: ExportedFile, { rows, obs }: Recording): Promise<Float32Array> {
  const out = new Float32Array(rows * file.actionSize);
  const running = await runFile(file);
  try {
    await running.act(obs, null, out);
  } finally {
    await running.close();
  }
  return isLimited || file.squash === "none" ? out : out.map((action) => Math.max(-1, Math.min(1, action)));
}

/**
 * @param expected [rows, actionSize] of `expectedOutputs`
 * @returns [rows] the largest difference of each row's outputs
 */
export async function rowDifferences(
  controller: RunningController,
  recording: Recording,
  expected: Float32Array,
): Promise<Float64Array> {
  const { rows } = recording;
  const size = expected.length / rows;
  const worst = new Float64Array(rows);
  for (const { obs, noise, start, count } of parts(recording, ROWS_AT_ONCE)) {
    const out = new Float32Array(count * size);
    await controller.act(obs, noise, out);
    for (let i = 0; i < out.length; i++) {
      const row = start + Math.floor(i / size);
      const difference = Math.abs(out[i]! - expected[start * size + i]!);
      if (!(difference <= worst[row]!)) worst[row] = difference;
    }
  }
  return worst;
}

/** @param differences of all rows */
export function networkParity(differences: Float64Array): NetworkParity {
  const rows = differences.length;
  // NaN sorts last.
  const worst = differences.toSorted();
  return { rows, maxDifference: worst[rows - 1]!, p99Difference: worst[Math.floor(0.99 * (rows - 1))]! };
}

function* parts(recording: Recording, most: number) {
  const { rows } = recording;
  for (let start = 0; start < rows; start += most) {
    const count = Math.min(most, rows - start);
    yield { start, count, ...recordingPart(recording, start, count) };
  }
}
