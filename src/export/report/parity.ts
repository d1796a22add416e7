/** How far an exported controller's outputs are from the policy's own graph, observation by observation. */
import { createReferenceEngine } from "../../graph/index.ts";
import type { TrainedPolicy } from "../../rollout/policy-data.ts";
import type { TaskDescription } from "../../tasks/index.ts";
import { type ControllerOptions, controllerFunction, resolvedOptions } from "../controller-function.ts";
import type { RunningController } from "../running-controller.ts";
import { type Recording, recordingPart } from "./recording.ts";

/** Differences over all recorded observations, each the largest of a row's outputs, in units of the output. */
export interface NetworkParity {
  readonly rows: number;
  readonly maxDifference: number;
  readonly p99Difference: number;
}

/** Rows that the float64 interpreter holds at once. */
const ROWS_AT_ONCE = 64;

/** The policy's graph in float64. @returns [rows, actionSize] */
export async function expectedOutputs(
  policy: TrainedPolicy,
  task: TaskDescription,
  options: ControllerOptions,
  recording: Recording,
): Promise<Float32Array> {
  const { outputName } = resolvedOptions(options);
  const executable = await createReferenceEngine().compile(controllerFunction(policy, task, options));
  const out = new Float32Array(recording.rows * task.actionSize);
  for (const { obs, noise, start } of parts(recording, ROWS_AT_ONCE)) {
    const results = await executable.run(noise === null ? { obs } : { obs, noise });
    out.set(results[outputName]!, start * task.actionSize);
  }
  return out;
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
