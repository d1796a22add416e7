/** One training run from request to result, as `train` and `studio` start it: folder, config.json, sinks, resuming, clean stop. */
import { existsSync } from "node:fs";
import { basename, dirname, extname, relative } from "node:path";
import { controllerOnnx } from "../export/onnx-controller.ts";
import { UserError } from "../math/user-error.ts";
import type { PolicyData } from "../rollout/jobs.ts";
import { describeTask } from "../tasks/index.ts";
import { makeFolder, writeFileAtomically } from "../train/atomic-file.ts";
import { type Checkpoint, listCheckpoints, loadCheckpoint } from "../train/checkpoint.ts";
import { checkTrainConfig, type PartialTrainConfig, type TrainConfig, trajectoryHash } from "../train/config.ts";
import { jsonlFileSink, truncateJsonl } from "../train/jsonl-sink.ts";
import type { MetricSink } from "../train/metrics.ts";
import { createRunFolder, parseTrainConfig, readRunConfig, runPaths, writeRunConfig } from "../train/run-folder.ts";
import { tensorboardSink } from "../train/tensorboard-sink.ts";
import { Training } from "../train/training.ts";
import { packageVersion } from "../train/version.ts";
import type { LiveView } from "./live-view.ts";

/** A run that is about to start or to go on. */
export interface PreparedRun {
  readonly config: TrainConfig;
  readonly folder: string;
  /** Where it goes on from; absent for a run from the beginning. */
  readonly resume?: { readonly checkpoint: Checkpoint; readonly source: string; readonly seconds: number };
}

/** How a run ended. */
export interface RunResult {
  readonly steps: number;
  readonly seconds: number;
  readonly stopped: boolean;
}

/** Makes the folder of a new run and writes its config.json. Throws UserError when that is not possible. */
export async function prepareNewRun(config: TrainConfig, task: string): Promise<PreparedRun> {
  const { algorithm, seed, run } = config;
  const folder = await createRunFolder({ task, algorithm: algorithm.name, seed, run });
  await writeConfig(folder, config);
  return { config, folder };
}

/**
 * Finds where a run left off. `source` is a run folder, or one of its checkpoint files: the newest one continues the run in place, an older one
 * starts a new run from there, so that nothing of the old one is lost.
 * @throws UserError when it is neither, is damaged, or an override would change what the run computes
 */
export async function prepareResume(source: string, overrides: PartialTrainConfig): Promise<PreparedRun> {
  checkResumable(overrides);
  const isFile = extname(source) === ".safetensors";
  const folder = isFile ? dirname(dirname(source)) : source;
  if (!existsSync(source))
    throw new UserError(`--resume: ${source} does not exist, expected a run folder`, { exitCode: 2 });
  const newest = (await listCheckpoints(folder)).at(-1);
  if (isFile && (newest === undefined || basename(newest) !== basename(source))) return forkFrom(source, overrides);
  const config = applyOverrides(await readRunConfig(folder), overrides);
  if (newest === undefined) return { config: await rewriteConfig(folder, config), folder };
  const checkpoint = await loadCheckpoint(newest, { task: config.task, algorithm: config.algorithm.name });
  if (checkpoint.metadata.configHash !== trajectoryHash(config).configHash)
    throw new UserError(`${newest}: was made with other settings than ${runPaths(folder).config}, expected the same`);
  await rewriteConfig(folder, config);
  const { seconds } = await truncateJsonl(runPaths(folder).metrics, checkpoint.metadata.envSteps);
  return { config, folder, resume: { checkpoint, source: newest, seconds } };
}

/**
 * Trains to the end, or until `signal` aborts; reports to metrics.jsonl, TensorBoard and `sinks`.
 * @throws UserError when something cannot be written; the last good checkpoint stays
 */
export async function runTraining(
  { config, folder, resume }: PreparedRun,
  options: { readonly sinks: readonly MetricSink[]; readonly signal: AbortSignal; readonly view?: LiveView },
): Promise<RunResult> {
  const { signal, view } = options;
  const sinks = [...options.sinks, ...fileSinks(folder, resume?.checkpoint.metadata.envSteps)];
  if (view !== undefined) sinks.push(view.sink());
  let training: Training | null = null;
  try {
    const onCheckpoint = async ({ policy, envSteps }: SavedPolicy) => {
      if (training !== null) await writeController(training, policy, folder, envSteps);
    };
    training = await Training.create({
      config,
      runFolder: folder,
      sinks,
      resume,
      onBurst: view?.onBurst,
      onCheckpoint,
    });
    view?.attach(training, folder);
    const result = await training.run(signal);
    return { ...result, stopped: signal.aborted };
  } finally {
    await training?.close();
    for (const sink of sinks) await sink.close();
  }
}

function fileSinks(folder: string, resumedFrom: number | undefined): MetricSink[] {
  const { metrics, tensorboard } = runPaths(folder);
  return [jsonlFileSink(metrics), tensorboardSink(tensorboard, { resumedFrom })];
}

interface SavedPolicy {
  readonly policy: PolicyData;
  readonly envSteps: number;
}

/** Writes the policy of the newest checkpoint as controller.onnx. */
async function writeController({ env, config }: Training, policy: PolicyData, folder: string, envSteps: number) {
  if (policy.kind !== "flow") return;
  const { algorithm, seed } = config;
  const origin = { packageVersion: packageVersion(), run: basename(folder), envSteps, algorithm: algorithm.name, seed };
  await writeFileAtomically(runPaths(folder).controller, controllerOnnx(policy, describeTask(env), origin));
}

/** A new run that begins with the state of an older checkpoint. */
async function forkFrom(source: string, overrides: PartialTrainConfig): Promise<PreparedRun> {
  const checkpoint = await loadCheckpoint(source);
  const folder = dirname(dirname(source));
  const stored = existsSync(runPaths(folder).config)
    ? await readRunConfig(folder)
    : parseTrainConfig(JSON.parse(checkpoint.metadata.config), source);
  const config = applyOverrides({ ...stored, run: "" }, overrides);
  const fresh = await prepareNewRun(config, taskName(config.task));
  return { ...fresh, resume: { checkpoint, source, seconds: 0 } };
}

/** What may differ when a run goes on, because no number depends on it. */
function checkResumable(overrides: PartialTrainConfig): void {
  for (const key of Object.keys(overrides)) {
    if (key !== "steps" && key !== "workers" && key !== "checkpoint")
      throw new UserError(`--${key}: cannot change when a run goes on, expected --steps, --workers or --checkpoint.*`, {
        exitCode: 2,
      });
  }
}

function applyOverrides(config: TrainConfig, { steps, workers, checkpoint }: PartialTrainConfig): TrainConfig {
  return checkTrainConfig({
    ...config,
    steps: steps ?? config.steps,
    workers: workers ?? config.workers,
    checkpoint: { ...config.checkpoint, ...checkpoint },
  });
}

async function rewriteConfig(folder: string, config: TrainConfig): Promise<TrainConfig> {
  await writeConfig(folder, config);
  return config;
}

async function writeConfig(folder: string, config: TrainConfig): Promise<void> {
  await makeFolder(runPaths(folder).tensorboard);
  await writeRunConfig(folder, config, { packageVersion: packageVersion(), engine: config.engine });
}

/** The task's name as it stands in folder names: a user's file without folder and ending. */
function taskName(task: string): string {
  return basename(task).replace(/\.[cm]?[jt]s$/, "");
}

/** A path as people would type it: relative where it lies below the working directory. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}
