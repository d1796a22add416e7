/** Checks an exported controller: the file's outputs against the policy's own graph run by the float64 reference, and how long a call takes. */
import { createOrtEngine, createReferenceEngine, readOnnx } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { noiseSize } from "../policy/policy.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import type { TaskDescription } from "../tasks/index.ts";
import { type ControllerOptions, controllerFunction } from "./controller-function.ts";

/** What was found. */
export interface ParityReport {
  /** Observations compared. */
  readonly rows: number;
  /** Largest difference of an output, in units of action. */
  readonly worstDifference: number;
  /** Time of one call with one observation: median and 99th percentile, in milliseconds. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

const ROWS = 64;
const CALLS = 400;
const WARM_UP_CALLS = 40;

/**
 * Runs the file's graph in ONNX Runtime.
 * @param bytes the exported file
 * @param nowMs a steady clock in milliseconds
 */
export async function checkParity(
  bytes: Uint8Array,
  policy: TrainedPolicy,
  task: TaskDescription,
  options: ControllerOptions = {},
  nowMs: () => number = () => performance.now(),
): Promise<ParityReport> {
  const { outputName = "actions" } = options;
  const ort = createOrtEngine();
  const reference = createReferenceEngine();
  try {
    const file = await ort.compile(readOnnx(bytes).function);
    const own = await reference.compile(controllerFunction(policy, task, options));
    const feeds = randomFeeds(policy, options, ROWS);
    const [exported, expected] = [await file.run(feeds), await own.run(feeds)];
    const worstDifference = largestDifference(exported[outputName]!, expected[outputName]!);
    const one = randomFeeds(policy, options, 1);
    const times: number[] = [];
    for (let call = 0; call < WARM_UP_CALLS + CALLS; call++) {
      const started = nowMs();
      await file.run(one);
      if (call >= WARM_UP_CALLS) times.push(nowMs() - started);
    }
    times.sort((a, b) => a - b);
    return { rows: ROWS, worstDifference, medianMs: times[CALLS / 2]!, p99Ms: times[Math.floor(0.99 * CALLS)]! };
  } finally {
    await ort.dispose();
    await reference.dispose();
  }
}

/** Observations as the normaliser has seen them: its mean plus its deviation times noise. */
function randomFeeds(
  { spec, mean, std }: TrainedPolicy,
  { noise }: ControllerOptions,
  rows: number,
): Record<string, Float32Array> {
  const rng = new Rng().seek(0, STREAM.policy, rows);
  const obs = new Float32Array(rows * spec.obsSize);
  rng.fillNormal(obs);
  for (let o = 0; o < obs.length; o++) obs[o] = mean[o % spec.obsSize]! + std[o % spec.obsSize]! * obs[o]!;
  if (noise !== "input") return { obs };
  const start = new Float32Array(rows * noiseSize(spec));
  rng.fillNormal(start);
  return { obs, noise: start };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}
