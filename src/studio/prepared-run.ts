/** A run that is about to start or resume: its configuration, folder and checkpoint. Nothing is trained here. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, resolve } from "node:path";
import { changeNotes, missingRobot, missingTask } from "../catalogue/task-reference.ts";
import { checkTrainConfig, type PartialTrainConfig, type TrainConfig, trajectoryHash } from "../config/config.ts";
import { type ConfigFlag, settingAt, trainFlags } from "../config/config-flags.ts";
import { changeConfig } from "../config/presets.ts";
import type { TaskSettings } from "../config/task-setting-text.ts";
import { removeTemporaryFiles } from "../files/atomic-file.ts";
import { shellPath, shellWord } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { nativeTensorFlow, requireOrt } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { latestCheckpoint, listCheckpoints, loadCheckpoint } from "../runs/checkpoint.ts";
import { truncateJsonl } from "../runs/jsonl-sink.ts";
import { truncateManifest } from "../runs/manifest.ts";
import { keepOwnFiles, keptPlaces, type Places, portableConfig, type RunFiles, sourceOf } from "../runs/own-files.ts";
import { isRunFile, openRunFile } from "../runs/run-file.ts";
import { createRunFolder, readRun, runPaths, writeRunConfig } from "../runs/run-folder.ts";
import { RunLock } from "../runs/run-lock.ts";
import {
  foundRobot,
  foundTask,
  type Home,
  homeOf,
  robotChanges,
  runName,
  taskChanges,
  type Whereabouts,
} from "../runs/run-places.ts";
import { storedConfig } from "../runs/stored-policy.ts";
import { Environment, isTaskFile, resolveTask } from "../tasks/index.ts";
import type { ResumePoint } from "../train/training.ts";

/** A run that can be trained. */
export interface PreparedRun {
  /** Names its task and robot by where they are on this machine. */
  readonly config: TrainConfig;
  /** The same as config.json and checkpoints hold it. */
  readonly stored: TrainConfig;
  /** Absolute. */
  readonly folder: string;
  /** What of the user's own files it keeps. */
  readonly files: RunFiles;
  /** Where it continues from; absent for a run from the beginning. */
  readonly resume?: ResumePoint;
  /** Whether the folder holds an earlier part of this run. */
  readonly continued: boolean;
  /** What people should know before it begins. */
  readonly notes: readonly string[];
  /** Keeps others from training there; `runTraining` releases it. */
  readonly lock: RunLock;
}

/**
 * Makes the folder of a new run, locks it, copies the user's own files into it and writes its config.json.
 * @param earlier a run whose copies serve
 * @throws UserError when that is not possible; nothing is left of the folder then
 */
export async function prepareNewRun(config: TrainConfig, earlier?: Home | null): Promise<PreparedRun> {
  const { algorithm, seed, run } = config;
  requireEngine(config);
  const { name } = await resolveTask(config.task, config);
  const folder = await createRunFolder({ task: name, algorithm: algorithm.name, seed, run });
  return locked(folder, async () => {
    try {
      return await beginIn(folder, config, earlier ?? undefined);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  });
}

async function beginIn(folder: string, config: TrainConfig, earlier?: Home): Promise<Omit<PreparedRun, "lock">> {
  const files = await keepOwnFiles(folder, config, earlier);
  const stored = { ...portableConfig(config), ...namesOf(files), run: basename(folder) };
  await writeConfig(folder, stored, files);
  const placed = { ...config, ...keptPlaces(folder, files) };
  return { config: placed, stored, folder, files, continued: false, notes: [] };
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

/** What the user's own files are called in a stored configuration. */
function namesOf({ task, robot }: RunFiles): Partial<Places> {
  return { ...(task && { task: task.file }), ...(robot && { modelDir: robot.file }) };
}

/**
 * Finds where a run left off. `source` is a run folder, or one of its checkpoint files: the newest one continues the run in place, an older one
 * starts a new run from there, so that nothing of the old one is lost. A run's file becomes a run folder below `runs/` first.
 * @param asked the task that the run must be of, or where the file of its task is now; default: what the run says
 * @throws UserError when it is neither, is damaged, is of another task, is trained in by another process, or an override would change what
 * the run computes
 */
export async function prepareResume(
  source: string,
  { modelDir, ...overrides }: PartialTrainConfig,
  asked: Whereabouts = {},
): Promise<PreparedRun> {
  checkResumable(overrides);
  if (isRunFile(source) && existsSync(source))
    return prepareResume(await openRunFile(source), { modelDir, ...overrides }, asked);
  if (!existsSync(source)) throw new UserError(`--resume: ${source} does not exist, expected a run folder`);
  const isFile = extname(source) === ".safetensors";
  const folder = resolve(isFile ? dirname(dirname(source)) : source);
  const last = (await listCheckpoints(folder)).at(-1);
  const where = { modelDir, ...asked };
  if (isFile && (last === undefined || basename(last) !== basename(source))) return forkFrom(source, overrides, where);
  const home = { folder, ...(await readRun(folder)) };
  const places = await samePlaces(home, source, where);
  const notes = await changeNotes(home, source, where);
  return locked(folder, () => continueIn(home, { places, where, overrides, notes }));
}

interface Continuation {
  readonly places: Places;
  readonly where: Whereabouts;
  readonly overrides: PartialTrainConfig;
  readonly notes: readonly string[];
}

async function continueIn(
  home: Home,
  { places, where, overrides, notes }: Continuation,
): Promise<Omit<PreparedRun, "lock">> {
  const { folder } = home;
  requireEngine(home.config);
  const newest = (await listCheckpoints(folder)).at(-1);
  const stored = applyOverrides({ ...portableConfig(home.config), run: runName(home) }, overrides);
  const resume = newest === undefined ? undefined : await loadResume(folder, newest, stored);
  const files = await updatedFiles(home, places, where);
  for (const place of [folder, runPaths(folder).checkpoints]) await removeTemporaryFiles(place);
  const { metrics, manifest } = runPaths(folder);
  const steps = resume?.checkpoint.metadata.envSteps ?? 0;
  const { seconds } = await truncateJsonl(metrics, steps);
  await truncateManifest(manifest, metrics, steps);
  await writeConfig(folder, stored, files);
  const config = { ...stored, ...places, ...keptPlaces(folder, files) };
  const run = { config, stored, folder, files, continued: true, notes };
  return resume === undefined ? run : { ...run, resume: { ...resume, seconds } };
}

async function loadResume(folder: string, source: string, config: TrainConfig) {
  const checkpoint = await loadCheckpoint(source, { algorithm: config.algorithm.name });
  // Not the stored hash: settings that are newer than the checkpoint count with their defaults.
  const own = portableConfig(storedConfig(checkpoint, source));
  if (own.task !== config.task) throw new UserError(`${source}: task is ${own.task}, expected ${config.task}`);
  if (trajectoryHash(own).configHash !== trajectoryHash(config).configHash)
    throw new UserError(`${source}: has other settings than ${runPaths(folder).config}, expected the same`);
  return { checkpoint, source };
}

/**
 * Paths of a resumed run's task and robot: the run's copies, or the same files elsewhere.
 * @throws UserError (exit code 2) where they are nowhere, or are not what it was trained on so far
 */
async function samePlaces(home: Home, source: string, { task: given, modelDir }: Whereabouts): Promise<Places> {
  const { config } = home;
  checkTask(config.task, source, given);
  const kept = keptPlaces(home.folder, home.files);
  const task = kept.task ?? given ?? foundTask(config.task, home);
  if (task === null) throw missingTask(config.task, source);
  for (const path of new Set([given ?? task, task]))
    if (isTaskFile(path) && path !== kept.task)
      refuseChanged(
        await taskChanges(home, path),
        path,
        `flowgait train ${shellPath(path)} --fork ${shellWord(source)}`,
      );
  const robot = kept.modelDir ?? (modelDir && resolve(modelDir)) ?? foundRobot(config.modelDir, home);
  if (robot === null) throw missingRobot(config.modelDir, source);
  for (const path of new Set([modelDir ? resolve(modelDir) : robot, robot]))
    if (path !== "" && path !== kept.modelDir) {
      const changed = await robotChanges(home, { task, modelDir: path });
      refuseChanged(changed, path, `flowgait train --fork ${shellWord(source)} --model-dir ${shellPath(path)}`);
    }
  return { task, modelDir: robot };
}

function refuseChanged(changed: readonly string[], path: string, instead: string): void {
  if (changed.length === 0) return;
  const found = `${path}: changed since the run began (${changed.join(", ")})`;
  throw new UserError(
    `${found}, expected the same, since a run resumes bit for bit; try a new run from it: ${instead}`,
    {
      exitCode: 2,
    },
  );
}

/** What is known of the files by now: where the user says that they are, and copies where an older run has none. */
async function updatedFiles(home: Home, places: Places, { task, modelDir }: Whereabouts): Promise<RunFiles> {
  const { files, folder } = home;
  const missing = { task: files.task ? "" : places.task, modelDir: files.robot ? "" : places.modelDir };
  const moved = { ...(await keepOwnFiles(folder, missing)), ...files };
  return {
    ...(moved.task && { task: task ? { ...moved.task, source: sourceOf(folder, resolve(task)) } : moved.task }),
    ...(moved.robot && {
      robot: modelDir ? { ...moved.robot, source: sourceOf(folder, resolve(modelDir)) } : moved.robot,
    }),
  };
}

/** A new run that begins with the state of an older checkpoint. */
async function forkFrom(source: string, overrides: PartialTrainConfig, where: Whereabouts): Promise<PreparedRun> {
  const { checkpoint, config, home } = await loadFork(source, where);
  await samePlaces(home ?? bareHome(config), source, where);
  const fresh = await prepareNewRun(applyOverrides(config, overrides), home);
  return { ...fresh, resume: { checkpoint, source, seconds: 0, newRun: true } };
}

/** Of a checkpoint that lies beside no run. */
function bareHome(config: TrainConfig): Home {
  return { folder: process.cwd(), config, files: {} };
}

/** Settings that decide the shape and the meaning of what a checkpoint holds, by path: a run that begins from one keeps them. */
const FIXED_IN_FORK = "policyHidden symmetricPolicy criticHidden activation critic criticBins criticSupport criticNorm"
  .split(" ")
  .map((name) => `algorithm.${name}`);

/** Whether a setting stays as it was when a run begins from a checkpoint. */
export function isFixedInFork({ path }: Pick<ConfigFlag, "path">): boolean {
  return FIXED_IN_FORK.includes(path.join("."));
}

/**
 * A new run that begins with the weights, the optimiser and the normaliser of a checkpoint, and other settings. Its environments continue where
 * they stood, or are reset if the settings change them.
 * @param source a run folder, whose newest checkpoint is meant, or a checkpoint file
 * @param asked the task that the checkpoint must be of, or the file of the user's own to train on now; default: what the run says
 * @throws UserError when it is neither, is damaged, or a setting does not fit
 */
export async function prepareFork(
  source: string,
  overrides: PartialTrainConfig,
  asked: Whereabouts = {},
): Promise<PreparedRun> {
  const where = { modelDir: overrides.modelDir, ...asked };
  const { path, checkpoint, config: before, home } = await loadFork(source, where);
  const config = changeForFork(before, overrides, checkpoint.metadata.envSteps);
  const isChanged = asked.task !== undefined && (await taskChanges(home, asked.task)).length > 0;
  const newEpisodes = isChanged || hasOtherEnvironments(before, config);
  const notes = await changeNotes(home, source, where);
  const fresh = await prepareNewRun(config, home);
  return { ...fresh, notes, resume: { checkpoint, source: path, seconds: 0, newRun: true, newEpisodes } };
}

/** The settings of a run that begins from a checkpoint at so many steps. Throws UserError (exit code 2). */
export function changeForFork(stored: TrainConfig, overrides: PartialTrainConfig, steps: number): TrainConfig {
  const config = changeConfig(stored, overrides);
  for (const flag of trainFlags.filter(isFixedInFork)) {
    const [before, now] = [stored, config].map((from) => settingAt(from, flag.path));
    if (JSON.stringify(before) !== JSON.stringify(now))
      throw new UserError(`--${flag.name}: got ${now}, expected the checkpoint's ${before}`, { exitCode: 2 });
  }
  if (config.steps > steps) return config;
  throw new UserError(`--steps: got ${config.steps}, expected more than the checkpoint's ${steps}`, {
    exitCode: 2,
  });
}

/** A checkpoint and the settings of its run, to begin another from, with its task and robot where they are now. */
export async function loadFork(source: string, where: Whereabouts = {}) {
  const isFile = extname(source) === ".safetensors";
  const path = isFile ? source : await latestCheckpoint(source);
  const checkpoint = await loadCheckpoint(path);
  const home = await homeOf(path);
  const stored = home?.config ?? storedConfig(checkpoint, path);
  checkTask(stored.task, source, where.task);
  const task = where.task ?? foundTask(stored.task, home);
  if (task === null) throw missingTask(stored.task, source);
  const modelDir = foundRobot(stored.modelDir, home) ?? where.modelDir;
  if (modelDir === undefined) throw missingRobot(stored.modelDir, source);
  return { path, checkpoint, home, config: { ...stored, task, modelDir, run: "" } };
}

function hasOtherEnvironments(before: TrainConfig, now: TrainConfig): boolean {
  const keys = ["seed", "envs", "shards", "episodeSteps", "terrainSeed", "modelDir", "lesson", "stagger"] as const;
  return keys.some((key) => before[key] !== now[key]) || hasOtherWorld(before.taskSettings, now.taskSettings);
}

/** Weights of rewards change nothing that an environment remembers. */
function hasOtherWorld(before: TaskSettings = {}, now: TaskSettings = {}): boolean {
  const names = Object.keys({ ...before, ...now }).filter((name) => !name.startsWith("reward."));
  return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
}

/** Files of the user's own are compared by what they hold. */
function checkTask(stored: string, source: string, given: string | undefined): void {
  if (given === undefined || given === stored || (isTaskFile(given) && isTaskFile(stored))) return;
  throw new UserError(`${given}: ${source} is a run of ${stored}; omit the task or name ${stored}`, { exitCode: 2 });
}

/** What may differ when a run continues, because no number depends on it. */
function checkResumable(overrides: PartialTrainConfig): void {
  for (const key of Object.keys({ ...overrides, ...overrides.taskSettings })) {
    if (key === "taskSettings") continue;
    if (key !== "steps" && key !== "workers" && key !== "checkpoint")
      throw new UserError(`--${key}: cannot be changed when resuming, expected --steps, --workers or --checkpoint.*`, {
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
export async function writeConfig(folder: string, config: TrainConfig, files: RunFiles): Promise<void> {
  const made = { packageVersion: packageVersion(), engine: engineVersion(config.engine) };
  await writeRunConfig(folder, config, { ...made, ...files });
}

/** Throws a UserError if the engine's package is not installed, before any file is written or changed. */
function requireEngine({ engine }: TrainConfig): void {
  if (engine === "tfjs") nativeTensorFlow();
  else if (engine === "ort") requireOrt();
}

/** "onnxruntime-node 1.30.0"; only the engine's name if the package has no version. */
function engineVersion(engine: TrainConfig["engine"]): string {
  try {
    const { name, version } = engine === "tfjs" ? nativeTensorFlow() : ownPackage("onnxruntime-node");
    return `${name} ${version}`;
  } catch {
    return engine;
  }
}

/** A package that is installed beside this one or in the project of the working directory. */
function ownPackage(name: string): { readonly name: string; readonly version: string } {
  const require = createRequire(import.meta.url);
  return require(require.resolve(`${name}/package.json`, { paths: [import.meta.dirname, process.cwd()] }));
}

/**
 * The configuration with the absolute path of its robot description, if it names one, which is looked at before anything is made for the run.
 * @throws UserError (exit code 2) where it does not fit the task
 */
export async function withDescription(config: TrainConfig): Promise<TrainConfig> {
  if (config.modelDir === "") return config;
  const absolute = { ...config, modelDir: resolve(config.modelDir) };
  const env = await Environment.create(await resolveTask(config.task, absolute));
  env.delete();
  return absolute;
}
