/**
 * Checkpoints: everything a run needs to continue bit for bit, in one safetensors file. What the tensors mean is the learner's and the rollout's affair;
 * here they are names, saved whole or not at all and read back with a clear line when something is wrong.
 * No wall-clock time is stored, so the same training gives the same bytes.
 */
import { existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { readError, writeError, writeFileAtomically } from "../files/atomic-file.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../files/safetensors.ts";
import { UserError } from "../math/user-error.ts";

/** Raised when older programs could no longer read the file. */
export const CHECKPOINT_VERSION = 1;

const MAGIC = "flowgait-checkpoint";
const STEP_DIGITS = 12;
const stepFile = /^step-(\d+)\.safetensors$/;
const BEST = "best.safetensors";

/** What a checkpoint says about itself. */
export interface CheckpointMetadata {
  /** Version of the package that wrote it. */
  readonly packageVersion: string;
  readonly task: string;
  readonly algorithm: string;
  readonly seed: number;
  readonly iteration: number;
  /** Environment steps trained. */
  readonly envSteps: number;
  /** Hash of the settings that decide results; see `trajectoryHash`. */
  readonly configHash: string;
  /** The resolved configuration as JSON, without what does not decide results. */
  readonly config: string;
  /** Further values of the loop, as JSON: best return so far, running episode statistics. */
  readonly state: string;
  /** Of a symmetric policy: `PolicySymmetry` as JSON. */
  readonly symmetry?: string;
}

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly metadata: CheckpointMetadata;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/** How many files stay, and whether this one is the best by evaluation. */
export interface SaveOptions {
  /** Newest checkpoints that are kept, at least 1. */
  readonly keep: number;
  /** Older checkpoints that are kept in addition, evenly spread over the run; default 0. */
  readonly spread?: number;
  readonly best: boolean;
}

/** The bytes of a checkpoint; the same checkpoint gives the same bytes. */
export function encodeCheckpoint({ metadata, tensors }: Checkpoint): Uint8Array {
  const texts = Object.entries(metadata).map(([key, value]) => [key, String(value)]);
  return encodeSafetensors({
    tensors,
    metadata: { format: MAGIC, formatVersion: String(CHECKPOINT_VERSION), ...Object.fromEntries(texts) },
  });
}

/**
 * Reads a checkpoint's bytes.
 * @param source the file's name, for messages
 * @param isDamaged whether one that does not match its sha256 is read all the same
 * @throws UserError when it is truncated, damaged, another format or another version
 */
export function decodeCheckpoint(bytes: Uint8Array, source: string, isDamaged = false): Checkpoint {
  const { metadata, tensors } = decodeSafetensors(bytes, source, isDamaged);
  if (metadata.format !== MAGIC)
    throw new UserError(`${source}: format is ${metadata.format ?? "not named"}, expected ${MAGIC}`);
  if (metadata.formatVersion !== String(CHECKPOINT_VERSION))
    throw new UserError(
      `${source}: checkpoint format version ${metadata.formatVersion}, this flowgait reads version ${CHECKPOINT_VERSION}`,
    );
  if (metadata.sha256 === undefined) throw new UserError(`${source}: damaged, it has no sha256, expected one`);
  return {
    metadata: {
      packageVersion: text(metadata, "packageVersion", source),
      task: text(metadata, "task", source),
      algorithm: text(metadata, "algorithm", source),
      seed: whole(metadata, "seed", source),
      iteration: whole(metadata, "iteration", source),
      envSteps: whole(metadata, "envSteps", source),
      configHash: text(metadata, "configHash", source),
      config: text(metadata, "config", source),
      state: text(metadata, "state", source),
      ...(metadata.symmetry !== undefined && { symmetry: metadata.symmetry }),
    },
    tensors,
  };
}

/**
 * Writes `checkpoints/step-<envSteps>.safetensors` below the run folder, then lets go of those beyond `keep` and `spread`.
 * Encodes before it first waits, so the caller may change its arrays as soon as this returns its promise.
 * @returns the file's path
 * @throws UserError naming the file when it cannot be written; every earlier checkpoint stays as it was
 */
export function saveCheckpoint(runFolder: string, checkpoint: Checkpoint, options: SaveOptions): Promise<string> {
  const bytes = encodeCheckpoint(checkpoint);
  return writeCheckpoint(runFolder, checkpoint.metadata.envSteps, bytes, options);
}

/**
 * Reads a checkpoint file.
 * @throws UserError when it is missing, truncated, damaged, of another version, or from another task or algorithm than `expected`
 */
export async function loadCheckpoint(
  path: string,
  expected: Partial<Pick<CheckpointMetadata, "task" | "algorithm">> = {},
): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error, "a checkpoint file");
  });
  const checkpoint = decodeCheckpoint(bytes, path);
  for (const key of ["task", "algorithm"] as const) {
    const wanted = expected[key];
    if (wanted !== undefined && checkpoint.metadata[key] !== wanted)
      throw new UserError(`${path}: ${key} is ${checkpoint.metadata[key]}, expected ${wanted}`);
  }
  return checkpoint;
}

/** Paths of a run's checkpoints, oldest first, without the best one; empty if there are none. */
export async function listCheckpoints(runFolder: string): Promise<string[]> {
  const folder = join(runFolder, "checkpoints");
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => stepFile.test(name))
    .sort((a, b) => checkpointSteps(a) - checkpointSteps(b))
    .map((name) => join(folder, name));
}

/** The same and the best one. */
export async function everyCheckpoint(runFolder: string): Promise<string[]> {
  const best = join(runFolder, "checkpoints", BEST);
  return [...(await listCheckpoints(runFolder)), ...(existsSync(best) ? [best] : [])];
}

/** Environment steps of one of `listCheckpoints`, by its name. */
export function checkpointSteps(path: string): number {
  return Number(stepFile.exec(basename(path))![1]);
}

/**
 * The newest checkpoint of a run.
 * @throws UserError when the run has none
 */
export async function latestCheckpoint(runFolder: string): Promise<string> {
  const latest = (await listCheckpoints(runFolder)).at(-1);
  if (latest === undefined)
    throw new UserError(`${runFolder}: no checkpoint found, expected checkpoints/step-*.safetensors`);
  return latest;
}

/** The checkpoint with the best evaluation, or the newest where none was evaluated. */
export async function bestCheckpoint(runFolder: string): Promise<string> {
  const folder = join(runFolder, "checkpoints");
  const names = await readdir(folder).catch((): string[] => []);
  return names.includes(BEST) ? join(folder, BEST) : latestCheckpoint(runFolder);
}

/** Which of a run's checkpoints: the one with the best evaluation, the newest, or one by its environment steps. */
export type CheckpointChoice = "best" | "last" | number;

/**
 * Path of a run's checkpoint; "best" is the newest where none was evaluated.
 * @throws UserError when the run has none, or none of these steps
 */
export async function chosenCheckpoint(runFolder: string, choice: CheckpointChoice): Promise<string> {
  if (choice === "best") return bestCheckpoint(runFolder);
  if (choice === "last") return latestCheckpoint(runFolder);
  const all = await listCheckpoints(runFolder);
  const found = all.find((path) => checkpointSteps(path) === choice);
  if (found !== undefined) return found;
  const best = await bestCheckpoint(runFolder);
  const { envSteps } = (await loadCheckpoint(best)).metadata;
  if (envSteps === choice) return best;
  const kept = [...all.map(checkpointSteps), envSteps].map((steps) => steps.toLocaleString("en"));
  throw new UserError(
    `${runFolder}: has no checkpoint at ${choice.toLocaleString("en")} steps; expected one of ${[...new Set(kept)].join("; ")}`,
  );
}

async function writeCheckpoint(runFolder: string, steps: number, bytes: Uint8Array, options: SaveOptions) {
  const folder = join(runFolder, "checkpoints");
  const path = join(folder, `step-${String(steps).padStart(STEP_DIGITS, "0")}.safetensors`);
  await makeInside(folder);
  await writeFileAtomically(path, bytes);
  if (options.best) await linkBest(path, join(folder, BEST), bytes);
  for (const old of superfluous(await listCheckpoints(runFolder), options))
    if (old !== path) await rm(old, { force: true });
  return path;
}

/** Of the older checkpoints those whose neighbours lie closest together, so that what stays is spread evenly. */
function superfluous(all: readonly string[], { keep, spread = 0 }: SaveOptions): string[] {
  const kept = [...all];
  const dropped: string[] = [];
  while (kept.length > keep + spread) {
    const steps = kept.map(checkpointSteps);
    const gaps = steps.slice(0, -keep).map((_, at) => steps[at + 1]! - (steps[at - 1] ?? 0));
    dropped.push(...kept.splice(gaps.indexOf(Math.min(...gaps)), 1));
  }
  return dropped;
}

/** Makes a folder inside one that is there: a run folder that was removed is not made again, since it would look like a run. */
async function makeInside(folder: string): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw writeError(folder, error);
  });
}

/** The best checkpoint is a second name of the same file where the file system can do that, else a copy. */
async function linkBest(path: string, best: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${best}.${process.pid}.tmp`;
  try {
    await rm(temporary, { force: true });
    await link(path, temporary);
    await rename(temporary, best);
    // Renaming onto another name of the same file does nothing and leaves the temporary name.
    await rm(temporary, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw writeError(best, error);
    await writeFileAtomically(best, bytes);
  }
}

function text(metadata: Readonly<Record<string, string>>, key: string, source: string): string {
  const value = metadata[key];
  if (value === undefined) throw new UserError(`${source}: damaged, its metadata lacks ${key}`);
  return value;
}

function whole(metadata: Readonly<Record<string, string>>, key: string, source: string): number {
  const value = Number(text(metadata, key, source));
  if (!Number.isSafeInteger(value)) throw new UserError(`${source}: damaged, ${key} is ${metadata[key]}`);
  return value;
}
