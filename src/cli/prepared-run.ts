/** A run that is about to start or to go on: its configuration, its folder, where it left off. Nothing is trained here. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, resolve } from "node:path";
import { UserError } from "../math/user-error.ts";
import { resolveTask } from "../tasks/index.ts";
import { removeTemporaryFiles } from "../train/atomic-file.ts";
import { latestCheckpoint, listCheckpoints, loadCheckpoint } from "../train/checkpoint.ts";
import { checkTrainConfig, type PartialTrainConfig, type TrainConfig, trajectoryHash } from "../train/config.ts";
import { type ConfigFlag, settingAt, trainFlags } from "../train/config-flags.ts";
import { truncateJsonl } from "../train/jsonl-sink.ts";
import { changeConfig } from "../train/presets.ts";
import { createRunFolder, readRunConfig, runPaths, writeRunConfig } from "../train/run-folder.ts";
import { RunLock } from "../train/run-lock.ts";
import { storedConfig } from "../train/stored-policy.ts";
import type { ResumePoint } from "../train/training.ts";
import { packageVersion } from "../train/version.ts";

/** A run that can be trained. */
export interface PreparedRun {
  readonly config: TrainConfig;
  /** Absolute. */
  readonly folder: string;
  /** Where it goes on from; absent for a run from the beginning. */
  readonly resume?: ResumePoint;
  /** Whether the folder holds an earlier part of this run. */
  readonly continued: boolean;
  /** Keeps others from training there; `runTraining` releases it. */
  readonly lock: RunLock;
}

/** Makes the folder of a new run, locks it and writes its config.json. Throws UserError when that is not possible. */
export async function prepareNewRun(config: TrainConfig): Promise<PreparedRun> {
  const { algorithm, seed, run } = config;
  const { name } = await resolveTask(config.task, config);
  const folder = await createRunFolder({ task: name, algorithm: algorithm.name, seed, run });
  return locked(folder, async () => {
    await writeConfig(folder, config);
    return { config, folder, continued: false };
  });
}

/** Locks a folder for what is prepared there, unless that fails. */
async function locked(folder: string, prepare: () => Promise<Omit<PreparedRun, "lock">>): Promise<PreparedRun> {
  const lock = await RunLock.acquire(folder);
  try {
    return { ...(await prepare()), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Finds where a run left off. `source` is a run folder, or one of its checkpoint files: the newest one continues the run in place, an older one
 * starts a new run from there, so that nothing of the old one is lost.
 * @param task what the run must be of; any where it is left out
 * @throws UserError when it is neither, is damaged, is of another task, is trained in by another process, or an override would change what
 * the run computes
 */
export async function prepareResume(
  source: string,
  overrides: PartialTrainConfig,
  task?: string,
): Promise<PreparedRun> {
  checkResumable(overrides);
  if (!existsSync(source))
    throw new UserError(`--resume: ${source} does not exist, expected a run folder`, { exitCode: 2 });
  const isFile = extname(source) === ".safetensors";
  const folder = resolve(isFile ? dirname(dirname(source)) : source);
  const last = (await listCheckpoints(folder)).at(-1);
  if (isFile && (last === undefined || basename(last) !== basename(source))) return forkFrom(source, overrides, task);
  const config = applyOverrides(checkTask(await readRunConfig(folder), source, task), overrides);
  return locked(folder, () => continueIn(folder, config));
}

async function continueIn(folder: string, config: TrainConfig): Promise<Omit<PreparedRun, "lock">> {
  const newest = (await listCheckpoints(folder)).at(-1);
  const resume = newest === undefined ? undefined : await loadResume(folder, newest, config);
  for (const place of [folder, runPaths(folder).checkpoints]) await removeTemporaryFiles(place);
  const { seconds } = await truncateJsonl(runPaths(folder).metrics, resume?.checkpoint.metadata.envSteps ?? 0);
  await writeConfig(folder, config);
  return { config, folder, continued: true, ...(resume === undefined ? {} : { resume: { ...resume, seconds } }) };
}

async function loadResume(folder: string, source: string, config: TrainConfig) {
  const checkpoint = await loadCheckpoint(source, { task: config.task, algorithm: config.algorithm.name });
  // Not the stored hash: settings that are newer than the checkpoint count with their defaults.
  if (trajectoryHash(storedConfig(checkpoint, source)).configHash !== trajectoryHash(config).configHash)
    throw new UserError(`${source}: was made with other settings than ${runPaths(folder).config}, expected the same`);
  return { checkpoint, source };
}

/** A new run that begins with the state of an older checkpoint. */
async function forkFrom(source: string, overrides: PartialTrainConfig, task?: string): Promise<PreparedRun> {
  const { checkpoint, config: stored } = await loadFork(source, task);
  const fresh = await prepareNewRun(applyOverrides(stored, overrides));
  return { ...fresh, resume: { checkpoint, source, seconds: 0, newRun: true } };
}

/** Settings that decide the shape of what a checkpoint holds, by path: a run that begins from one keeps them. */
const FIXED_IN_FORK = ["algorithm.policyHidden", "algorithm.criticHidden", "algorithm.activation"];

/** Whether a setting stays as it was when a run begins from a checkpoint. */
export function isFixedInFork({ path }: Pick<ConfigFlag, "path">): boolean {
  return FIXED_IN_FORK.includes(path.join("."));
}

/**
 * A new run that begins with the weights, the optimiser and the normaliser of a checkpoint, and other settings. Its environments go on where
 * they stood, or begin anew where the settings make them other ones.
 * @param source a run folder, whose newest checkpoint is meant, or a checkpoint file
 * @param task what the checkpoint must be of; any where it is left out
 * @throws UserError when it is neither, is damaged, or a setting does not fit
 */
export async function prepareFork(source: string, overrides: PartialTrainConfig, task?: string): Promise<PreparedRun> {
  const { path, checkpoint, config: stored } = await loadFork(source, task);
  const config = changeForFork(stored, overrides, checkpoint.metadata.envSteps);
  const fresh = await prepareNewRun(config);
  return {
    ...fresh,
    resume: { checkpoint, source: path, seconds: 0, newRun: true, newEpisodes: hasOtherEnvironments(stored, config) },
  };
}

/** The settings of a run that begins from a checkpoint at so many steps. Throws UserError (exit code 2). */
export function changeForFork(stored: TrainConfig, overrides: PartialTrainConfig, steps: number): TrainConfig {
  const config = changeConfig(stored, overrides);
  for (const flag of trainFlags.filter(isFixedInFork)) {
    const [before, now] = [stored, config].map((from) => settingAt(from, flag.path));
    if (JSON.stringify(before) !== JSON.stringify(now))
      throw new UserError(`--${flag.name}: got ${now}, expected ${before}, which the checkpoint has`, { exitCode: 2 });
  }
  if (config.steps > steps) return config;
  throw new UserError(`--steps: got ${config.steps}, expected more than the ${steps} that the checkpoint has`, {
    exitCode: 2,
  });
}

/** A checkpoint and the settings of its run, to begin another from. */
export async function loadFork(source: string, task?: string) {
  const isFile = extname(source) === ".safetensors";
  const path = isFile ? source : await latestCheckpoint(source);
  const checkpoint = await loadCheckpoint(path);
  const folder = dirname(dirname(path));
  const stored = existsSync(runPaths(folder).config) ? await readRunConfig(folder) : storedConfig(checkpoint, path);
  return { path, checkpoint, config: { ...checkTask(stored, source, task), run: "" } };
}

function hasOtherEnvironments(before: TrainConfig, now: TrainConfig): boolean {
  const keys = ["seed", "envs", "shards", "episodeSteps", "terrainSeed", "modelDir", "lesson", "stagger"] as const;
  return keys.some((key) => before[key] !== now[key]);
}

function checkTask(config: TrainConfig, source: string, task: string | undefined): TrainConfig {
  if (task === undefined || task === config.task) return config;
  throw new UserError(`${task}: ${source} is a run of ${config.task}, expected that or no task`, { exitCode: 2 });
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

/** Writes config.json. Throws UserError when that is not possible. */
export async function writeConfig(folder: string, config: TrainConfig): Promise<void> {
  await writeRunConfig(folder, config, { packageVersion: packageVersion(), engine: engineVersion(config.engine) });
}

/** "onnxruntime-node 1.30.0"; only the name where the package does not tell. */
function engineVersion(engine: TrainConfig["engine"]): string {
  const name = engine === "ort" ? "onnxruntime-node" : "@tensorflow/tfjs";
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return `${name} ${version}`;
  } catch {
    return name;
  }
}
