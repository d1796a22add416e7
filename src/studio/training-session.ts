/** Trains a prepared run to its end: sinks, controller.onnx, clean stop. As `train` and `studio` do it. */
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { controllerOnnx } from "../export/onnx-controller.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";
import { packageVersion } from "../files/version.ts";
import type { QueueConnection } from "../queue/connection.ts";
import type { TrainedPolicy } from "../rollout/policy-data.ts";
import { jsonlFileSink } from "../runs/jsonl-sink.ts";
import type { FileSink, MetricSink } from "../runs/metrics.ts";
import { runPaths } from "../runs/run-folder.ts";
import { takenFiles } from "../runs/run-places.ts";
import { tensorboardSink } from "../runs/tensorboard-sink.ts";
import { describeTask } from "../tasks/index.ts";
import type { Assembly } from "../train/assembly.ts";
import { type Hire, Training } from "../train/training.ts";
import { RunRecorder } from "../verify/run-recorder.ts";
import type { LiveView } from "./live-view.ts";
import { type PreparedRun, writeConfig } from "./prepared-run.ts";
import { type Endangered, rescued } from "./rescued-run.ts";
import { storedHistory } from "./run-list.ts";

/** How a run ended. */
export interface RunResult {
  readonly steps: number;
  readonly seconds: number;
  readonly stopped: boolean;
}

/** Metric sinks, and the signal that stops it. */
export interface SessionOptions {
  readonly sinks: readonly MetricSink[];
  readonly signal: AbortSignal;
  readonly view?: LiveView;
  /** Where shards and evaluations are handed out; null: computed here */
  readonly queue?: QueueConnection | null;
}

/**
 * Trains to the end, or until `signal` aborts; reports to metrics.jsonl, TensorBoard and `sinks`. Then others may train there.
 * @throws UserError when something cannot be written; the last good checkpoint stays, or the training is saved in another folder that it names
 */
export async function runTraining(run: PreparedRun, options: SessionOptions): Promise<RunResult> {
  try {
    return await trainIn(run, options);
  } finally {
    run.lock.release();
  }
}

async function trainIn(run: PreparedRun, { sinks, signal, view, queue }: SessionOptions) {
  const recorder = new RunRecorder(run.folder);
  const files = fileSinks(run, recorder);
  const all = [...sinks, ...files, ...(view === undefined ? [] : [view.sink()])];
  let training: Training | null = null;
  try {
    training = await startTraining(run, all, { view, queue, recorder });
    view?.attach(training, run.folder, run.continued ? await storedHistory(run.folder) : undefined);
    const result = await training.run(signal);
    await closeAll(all);
    return { ...result, stopped: signal.aborted };
  } catch (error) {
    // What went wrong first is what people need to hear.
    const told = training === null ? error : await rescued(endangered(training, run, { files, recorder }), error);
    await closeAll(all).catch(() => undefined);
    throw told;
  } finally {
    await training?.close();
  }
}

/** A new run whose task or engine does not load leaves no folder behind; it was empty before, or not there. */
async function startTraining(
  run: PreparedRun,
  sinks: readonly MetricSink[],
  { view, queue, recorder }: Pick<SessionOptions, "view" | "queue"> & { readonly recorder: RunRecorder },
): Promise<Training> {
  const { config, stored, folder, resume, continued, lock } = run;
  const guard = () => lock.check();
  const onCheckpoint = async (saved: SavedPolicy) => writeController(training, saved, folder, stored.run);
  const hire = queue ? hireFrom(queue, run) : undefined;
  const begun = (assembly: Assembly) => recorder.begin(assembly);
  const watched = { onBurst: view?.onBurst, onCheckpoint, guard, begun };
  const options = { config, stored, runFolder: folder, sinks, resume, hire, ...watched };
  const training: Training = await Training.create(options).catch(async (error: unknown) => {
    if (!continued) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return training;
}

/** A crew of whoever takes work from the queue. */
export function hireFrom(
  queue: QueueConnection,
  { stored, folder, files }: Pick<PreparedRun, "stored" | "folder" | "files">,
): Hire {
  return async (assembly, report) => {
    const { HandOut } = await import("../queue/hand-out.ts");
    return HandOut.create(queue, { name: basename(folder), shown: stored, files }, assembly, report);
  };
}

function endangered(
  training: Training,
  run: PreparedRun,
  { files: sinks, recorder }: { readonly files: readonly FileSink[]; readonly recorder: RunRecorder },
): Endangered {
  const { stored, folder, files, lock } = run;
  const finish = async (place: string) => {
    const saved = { policy: training.policy(), envSteps: training.steps };
    await writeController(training, saved, place, basename(place));
    const taken = await takenFiles(place, { folder, config: stored, files });
    await writeConfig(place, { ...stored, run: "" }, taken);
    await recorder.beginCopy(place);
  };
  return { training, folder, lock, sinks, finish };
}

function fileSinks({ folder, resume, continued }: PreparedRun, { manifest }: RunRecorder): FileSink[] {
  const { metrics, tensorboard } = runPaths(folder);
  const resumedFrom = continued ? (resume?.checkpoint.metadata.envSteps ?? 0) : undefined;
  return [jsonlFileSink(metrics, manifest), tensorboardSink(tensorboard, { resumedFrom })];
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

/** Writes the policy of the newest checkpoint as controller.onnx. @param run name of the run */
async function writeController(
  { env, config }: Training,
  { policy, envSteps }: SavedPolicy,
  folder: string,
  run: string,
): Promise<void> {
  const { algorithm, seed } = config;
  const origin = { packageVersion: packageVersion(), run, envSteps, algorithm: algorithm.name, seed };
  await writeFileAtomically(runPaths(folder).controller, controllerOnnx(policy, describeTask(env), origin));
}
