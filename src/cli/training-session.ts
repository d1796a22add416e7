/** Trains a prepared run to its end: sinks, controller.onnx, clean stop. As `train` and `studio` do it. */
import { rm } from "node:fs/promises";
import { basename, isAbsolute, relative } from "node:path";
import { controllerOnnx } from "../export/onnx-controller.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import { describeTask } from "../tasks/index.ts";
import { writeFileAtomically } from "../train/atomic-file.ts";
import { jsonlFileSink } from "../train/jsonl-sink.ts";
import type { MetricSink } from "../train/metrics.ts";
import { runPaths } from "../train/run-folder.ts";
import { tensorboardSink } from "../train/tensorboard-sink.ts";
import { Training } from "../train/training.ts";
import { packageVersion } from "../train/version.ts";
import type { LiveView } from "./live-view.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { storedHistory } from "./run-list.ts";

/** How a run ended. */
export interface RunResult {
  readonly steps: number;
  readonly seconds: number;
  readonly stopped: boolean;
}

/** Who listens, and who may stop it. */
export interface SessionOptions {
  readonly sinks: readonly MetricSink[];
  readonly signal: AbortSignal;
  readonly view?: LiveView;
}

/**
 * Trains to the end, or until `signal` aborts; reports to metrics.jsonl, TensorBoard and `sinks`.
 * @throws UserError when something cannot be written; the last good checkpoint stays
 */
export async function runTraining(run: PreparedRun, { sinks, signal, view }: SessionOptions): Promise<RunResult> {
  const all = [...sinks, ...fileSinks(run), ...(view === undefined ? [] : [view.sink()])];
  let training: Training | null = null;
  try {
    training = await startTraining(run, all, view);
    view?.attach(training, run.folder, run.continued ? await storedHistory(run.folder) : undefined);
    const result = await training.run(signal);
    await closeAll(all);
    return { ...result, stopped: signal.aborted };
  } catch (error) {
    // What went wrong first is what people need to hear.
    await closeAll(all).catch(() => undefined);
    throw error;
  } finally {
    await training?.close();
  }
}

/** A new run whose task or engine does not load leaves no folder behind; it was empty before, or not there. */
async function startTraining(run: PreparedRun, sinks: readonly MetricSink[], view?: LiveView): Promise<Training> {
  const { config, folder, resume, continued } = run;
  const onCheckpoint = async (saved: SavedPolicy) => writeController(training, saved, folder);
  const options = { config, runFolder: folder, sinks, resume, onBurst: view?.onBurst, onCheckpoint };
  const training: Training = await Training.create(options).catch(async (error: unknown) => {
    if (!continued) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return training;
}

function fileSinks({ folder, resume, continued }: PreparedRun): MetricSink[] {
  const { metrics, tensorboard } = runPaths(folder);
  const resumedFrom = continued ? (resume?.checkpoint.metadata.envSteps ?? 0) : undefined;
  return [jsonlFileSink(metrics), tensorboardSink(tensorboard, { resumedFrom })];
}

/** Closes every sink, then throws the first failure. */
async function closeAll(sinks: readonly MetricSink[]): Promise<void> {
  const results = await Promise.allSettled(sinks.map((sink) => sink.close()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

interface SavedPolicy {
  readonly policy: TrainedPolicy;
  readonly envSteps: number;
}

/** Writes the policy of the newest checkpoint as controller.onnx. */
async function writeController({ env, config }: Training, { policy, envSteps }: SavedPolicy, folder: string) {
  const { algorithm, seed } = config;
  const origin = { packageVersion: packageVersion(), run: basename(folder), envSteps, algorithm: algorithm.name, seed };
  await writeFileAtomically(runPaths(folder).controller, controllerOnnx(policy, describeTask(env), origin));
}

/** A path as people would type it: relative where it lies below the working directory. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

/** A path as it may leave this machine: relative where it lies below the working directory, else its last part. */
export function publicPath(path: string): string {
  const shown = shownPath(path);
  return isAbsolute(shown) || shown.startsWith("..") ? basename(shown) : shown;
}
