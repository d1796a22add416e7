/**
 * The folder of one run: its name, its config.json and where its other files lie. It decides no setting and writes no metric or checkpoint.
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { cpus, platform, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { checkTrainConfig, type TrainConfig, trainConfigSchema } from "../config/config.ts";
import { describeIssue } from "../config/config-issue.ts";
import { withTodaysSettings } from "../config/older-settings.ts";
import { makeFolder, readError, writeError, writeFileAtomically } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import { taskFileName } from "../tasks/index.ts";
import { ownFilesSchema, portableConfig, type RunFiles } from "./own-files.ts";
import { isLockName } from "./run-lock.ts";

/** Where runs go when nothing else is said, below the working directory. */
export const RUNS_FOLDER = "runs";

/** Where a run's files lie. */
export interface RunPaths {
  readonly config: string;
  readonly metrics: string;
  readonly manifest: string;
  readonly tensorboard: string;
  readonly checkpoints: string;
  readonly controller: string;
}

/** What config.json holds in addition to the configuration. */
export interface RunOrigin extends RunFiles {
  readonly packageVersion: string;
  /** Name and version of what runs the graphs. */
  readonly engine: string;
}

/** The paths inside a run folder. */
export function runPaths(folder: string): RunPaths {
  return {
    config: join(folder, "config.json"),
    metrics: join(folder, "metrics.jsonl"),
    manifest: join(folder, "manifest.jsonl"),
    tensorboard: join(folder, "tensorboard"),
    checkpoints: join(folder, "checkpoints"),
    controller: join(folder, "controller.onnx"),
  };
}

/**
 * Creates the folder of a new run: `run` where it is given, else `<root>/<task>-<algorithm>-s<seed>-<n>` with the first free n.
 * Two processes that ask at the same time get different folders.
 * @returns the absolute path
 * @throws UserError when it cannot be created, or when `run` already holds something
 */
export async function createRunFolder(
  identity: { task: string; algorithm: string; seed: number; run?: string },
  root: string = RUNS_FOLDER,
): Promise<string> {
  if (identity.run) return createNamed(resolve(identity.run));
  await makeFolder(root);
  for (let n = await firstFree(root, identity); ; n++) {
    const folder = resolve(root, folderName(identity, n));
    if (await makeNewFolder(folder)) return folder;
  }
}

/** A run according to its config.json. */
export interface StoredRun {
  /** Files of the user's own by their names alone. */
  readonly config: TrainConfig;
  /** What those are, and where. */
  readonly files: RunFiles;
}

/** Writes config.json, which names no place of this machine. Throws UserError when that is not possible. */
export async function writeRunConfig(folder: string, config: TrainConfig, origin: RunOrigin): Promise<void> {
  const { packageVersion, engine, task, robot } = origin;
  const made = { packageVersion, engine, machine: describeMachine() };
  const document = { ...made, ...(task && { task }), ...(robot && { robot }), config: portableConfig(config) };
  await writeFileAtomically(runPaths(folder).config, `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * The configuration of an existing run.
 * @throws UserError when the folder is no run, or its config.json is damaged or of another schema
 */
export async function readRunConfig(folder: string): Promise<TrainConfig> {
  return (await readRun(folder)).config;
}

/** The same with its record of the user's own files. Throws as `readRunConfig` does. */
export async function readRun(folder: string): Promise<StoredRun> {
  const path = runPaths(folder).config;
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readError(path, error, "the config.json of a run folder");
  });
  const document = parseJson(text, path);
  return { config: parseRunConfig(document, path), files: parseFiles(document, path) };
}

/** Parses the configuration inside a config.json document or a checkpoint. Throws UserError naming `source` and the key. */
export function parseTrainConfig(value: unknown, source: string): TrainConfig {
  const result = trainConfigSchema.safeParse(withTodaysSettings(value));
  if (!result.success) throw new UserError(`${source}: ${describeIssue(result.error.issues[0]!, value)}`);
  return checkTrainConfig(result.data);
}

function parseRunConfig(document: unknown, path: string): TrainConfig {
  const config = (document as { config?: unknown } | null)?.config;
  if (typeof config !== "object" || config === null)
    throw new UserError(`${path}: has no "config" object, expected the file that training wrote`);
  return parseTrainConfig(config, path);
}

function parseFiles(document: unknown, path: string): RunFiles {
  const schema = z.object({ task: ownFilesSchema.optional(), robot: ownFilesSchema.optional() });
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw new UserError(`${path}: ${describeIssue(result.error.issues[0]!, document)}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: is not valid JSON (${(error as Error).message})`, { cause: error });
  }
}

async function createNamed(folder: string): Promise<string> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw writeError(folder, error);
  });
  if (present.some((name) => !isLockName(name)))
    throw new UserError(`--run: ${folder} is not empty, expected a new folder (or --resume to continue it)`, {
      exitCode: 2,
    });
  await makeFolder(folder);
  return folder;
}

/** One more than the highest number in use, so that a deleted run's name is not reused while later ones exist. */
async function firstFree(root: string, identity: Parameters<typeof folderName>[0]): Promise<number> {
  const prefix = folderName(identity, "");
  const names = await readdir(root);
  const used = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)));
  return Math.max(0, ...used.filter(Number.isSafeInteger)) + 1;
}

/** False where it already exists. */
async function makeNewFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(folder, error);
  }
}

function folderName({ task, algorithm, seed }: { task: string; algorithm: string; seed: number }, n: number | "") {
  return `${taskFileName(task)}-${algorithm}-s${seed}-${n}`;
}

function describeMachine() {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${platform()} ${release()} ${process.arch}`,
  };
}
