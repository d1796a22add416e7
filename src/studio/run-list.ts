/** The runs below runs/ as pages see them: their settings, progress, checkpoints and curves. Reads; writes nothing. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { UserError } from "../math/user-error.ts";
import { checkpointSteps, listCheckpoints, loadCheckpoint } from "../runs/checkpoint.ts";
import { readJsonl } from "../runs/jsonl-sink.ts";
import type { EvaluationMetrics, IterationMetrics } from "../runs/metrics.ts";
import { RUNS_FOLDER, readRun, runPaths } from "../runs/run-folder.ts";
import { evaluationPoint, metricsPoint } from "../stream/metric-sink.ts";
import {
  type CheckpointEntry,
  type EvaluationPoint,
  MAX_STORED_POINTS,
  type MetricsPoint,
  type RunEntry,
} from "../stream/protocol.ts";

/** Most runs that are listed, newest first. */
const MOST_RUNS = 200;

/** The curves of a run. */
export interface StoredHistory {
  readonly points: readonly MetricsPoint[];
  readonly evaluations: readonly EvaluationPoint[];
}

/** How far the training of a folder is, while it runs. */
export interface RunningTraining {
  /** Absolute. */
  readonly folder: string;
  readonly steps: number;
}

/** Names a run in messages: its path as people would type it. */
export function runKey(folder: string): string {
  const short = relative(process.cwd(), folder);
  return short === "" || short.startsWith("..") ? folder : short;
}

/**
 * Lists runs, the newest first.
 * @param shown folder of a run that is listed wherever it lies
 */
export async function listRuns(shown: string | null, running: RunningTraining | null): Promise<RunEntry[]> {
  const folders = await runFolders(shown);
  const entries = await Promise.all(folders.map((folder) => entryOf(folder, running)));
  return entries.filter((entry) => entry !== null);
}

/** The folder of a key. Throws UserError if it is not a listed run. */
export async function runFolderOf(key: string, shown: string | null): Promise<string> {
  const folder = (await runFolders(shown)).find((candidate) => runKey(candidate) === key);
  if (folder === undefined) throw new UserError(`${key}: is not a run, expected one below ${RUNS_FOLDER}/`);
  return folder;
}

/** The file of a checkpoint's key. Throws UserError if it does not belong to a listed run. */
export async function checkpointFileOf(key: string, shown: string | null): Promise<string> {
  const folder = (await runFolders(shown)).find((candidate) => key.startsWith(`${runKey(candidate)}/checkpoints/`));
  const files = folder === undefined ? [] : (await checkpointsOf(folder)).map((checkpoint) => checkpoint.key);
  if (files.includes(key)) return key;
  throw new UserError(`${key}: is not a checkpoint of a run below ${RUNS_FOLDER}/, expected one that is listed`);
}

/** The contents of a run's metrics.jsonl, oldest first; points thinned to what a plot can show. */
export async function storedHistory(folder: string): Promise<StoredHistory> {
  const reports = await readJsonl(runPaths(folder).metrics);
  const iterations = reports.filter(({ event }) => event === "iteration") as unknown as IterationMetrics[];
  const evaluations = reports.filter(({ event }) => event === "evaluation") as unknown as EvaluationMetrics[];
  const stride = Math.ceil(iterations.length / MAX_STORED_POINTS) || 1;
  const kept = iterations.filter((_, k) => (iterations.length - 1 - k) % stride === 0);
  return { points: kept.map(pointOf), evaluations: evaluations.map(evaluationPoint) };
}

function pointOf(report: IterationMetrics): MetricsPoint {
  const { losses, terms, terminations, ...point } = metricsPoint(report);
  return { ...point, losses: rounded(losses), terms: rounded(terms), terminations: rounded(terminations) };
}

function rounded(values: MetricsPoint["losses"] = {}): MetricsPoint["losses"] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value.toPrecision(5))]),
  );
}

/** Absolute, newest first. */
async function runFolders(shown: string | null): Promise<string[]> {
  const names = await readdir(RUNS_FOLDER).catch((): string[] => []);
  const all = [...new Set([...names.map((name) => resolve(RUNS_FOLDER, name)), ...(shown === null ? [] : [shown])])];
  const dated = await Promise.all(
    all.map(async (folder) => ({ folder, ms: (await stat(folder).catch(() => null))?.birthtimeMs ?? 0 })),
  );
  const newest = dated.sort((a, b) => b.ms - a.ms || (a.folder < b.folder ? 1 : -1));
  return newest.slice(0, MOST_RUNS).map(({ folder }) => folder);
}

/** null where the folder is no run, or of another version. */
async function entryOf(folder: string, running: RunningTraining | null): Promise<RunEntry | null> {
  const run = await readRun(folder).catch(() => null);
  if (run === null) return null;
  const { config, files } = run;
  const checkpoints = await checkpointsOf(folder);
  const isRunning = running?.folder === folder;
  return {
    key: runKey(folder),
    task: files.task?.name ?? config.task,
    algorithm: config.algorithm.name,
    seed: config.seed,
    steps: isRunning ? running.steps : (checkpoints.at(-1)?.steps ?? 0),
    totalSteps: config.steps,
    isRunning,
    checkpoints,
  };
}

/** Oldest first; the best by evaluation is marked, and stands at its own place where its file has no other name. */
async function checkpointsOf(folder: string): Promise<CheckpointEntry[]> {
  const files = await listCheckpoints(folder);
  const best = await bestOf(folder, files);
  const entries = files.map((file) => {
    return { key: runKey(file), steps: checkpointSteps(file), isBest: file === best?.file };
  });
  if (best === null || files.includes(best.file)) return entries;
  return [...entries, { key: runKey(best.file), steps: best.steps, isBest: true }].sort((a, b) => a.steps - b.steps);
}

/** The file of the best checkpoint: one of `files` where it is a second name of it, or was written as far into the run. */
async function bestOf(folder: string, files: readonly string[]): Promise<{ file: string; steps: number } | null> {
  const path = join(folder, "checkpoints", "best.safetensors");
  const own = await stat(path).catch(() => null);
  if (own === null) return null;
  for (const file of files)
    if ((await stat(file).catch(() => null))?.ino === own.ino) return { file, steps: checkpointSteps(file) };
  const steps = await bestSteps(path, own.mtimeMs);
  if (steps === null) return null;
  return { file: files.find((file) => checkpointSteps(file) === steps) ?? path, steps };
}

/** Steps of best checkpoints that were read before, by path and time. */
const knownSteps = new Map<string, number>();

async function bestSteps(path: string, mtimeMs: number): Promise<number | null> {
  const name = `${path} ${mtimeMs}`;
  if (!knownSteps.has(name)) {
    const checkpoint = await loadCheckpoint(path).catch(() => null);
    if (checkpoint === null) return null;
    knownSteps.set(name, checkpoint.metadata.envSteps);
  }
  return knownSteps.get(name)!;
}
