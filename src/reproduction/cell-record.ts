/** What the folder of a cell contains: the run's progress, its evaluations, the time they took. Reads files, changes none. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readError } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import { checkpointSteps, listCheckpoints } from "../runs/checkpoint.ts";
import { readJsonl } from "../runs/jsonl-sink.ts";
import type { EvaluationMetrics } from "../runs/metrics.ts";
import { readRunConfig, runPaths } from "../runs/run-folder.ts";
import { isLockName } from "../runs/run-lock.ts";
import { type Cell, checkSameSettings } from "./cells.ts";
import { type OtherEvaluation, readOtherEvaluation } from "./other-noise.ts";

/** One evaluation of a cell's run. */
export type CellEvaluation = Pick<EvaluationMetrics, "steps" | "returnMean" | "returnStd" | "episodes">;

/** A cell and how far it is. */
export interface CellRecord {
  readonly cell: Cell;
  /** Done: all steps trained, saved, and evaluated after the last one. */
  readonly state: "missing" | "partial" | "done";
  /** Environment steps that are trained and saved. */
  readonly steps: number;
  /** Wall time of these steps: training and evaluations. */
  readonly seconds: number;
  /** In the order in which they were made. */
  readonly evaluations: readonly CellEvaluation[];
  /** The final evaluation from the other start noise; null before it was made */
  readonly other: OtherEvaluation | null;
}

/** The evaluation that a table counts: the one after the last step; null before that. */
export function finalEvaluation({ state, evaluations }: CellRecord): CellEvaluation | null {
  return state === "done" ? evaluations.at(-1)! : null;
}

/**
 * Reads the record of a cell.
 * @param root the folder that holds one run folder per cell
 * @throws UserError naming a folder that holds something else, or the first setting of its run that differs
 */
export async function readCell(root: string, cell: Cell): Promise<CellRecord> {
  const folder = join(root, cell.name);
  const { config, metrics } = runPaths(folder);
  if (!existsSync(config)) {
    await checkFree(folder);
    return { cell, state: "missing", steps: 0, seconds: 0, evaluations: [], other: null };
  }
  checkSameSettings(await readRunConfig(folder), cell.config, config);
  const newest = (await listCheckpoints(folder)).at(-1);
  const steps = newest === undefined ? 0 : checkpointSteps(newest);
  return { ...recordOf(cell, steps, await readJsonl(metrics)), other: await readOtherEvaluation(folder, steps) };
}

/**
 * A cell's reports up to the newest checkpoint: a resumed run computes later ones again.
 * @param steps environment steps at the newest checkpoint
 * @param reports the parsed lines of metrics.jsonl
 */
export function recordOf(
  cell: Cell,
  steps: number,
  reports: readonly Readonly<Record<string, unknown>>[],
): Omit<CellRecord, "other"> {
  const kept = reports.filter((report) => (report.steps as number) <= steps);
  const evaluations = kept.filter(({ event }) => event === "evaluation") as unknown as EvaluationMetrics[];
  const trained = kept.reduce((longest, { seconds }) => Math.max(longest, Number(seconds ?? 0)), 0);
  const evaluated = evaluations.reduce((sum, { evaluationSeconds }) => sum + evaluationSeconds, 0);
  const { steps: all } = cell.config;
  const isDone = steps >= all && (evaluations.at(-1)?.steps ?? 0) >= all;
  return {
    cell,
    state: isDone ? "done" : steps > 0 ? "partial" : "missing",
    steps,
    seconds: trained + evaluated,
    evaluations: evaluations.map(({ steps: at, returnMean, returnStd, episodes }) => {
      return { steps: at, returnMean: returnMean ?? Number.NaN, returnStd: returnStd ?? Number.NaN, episodes };
    }),
  };
}

/** @throws UserError when the folder of a cell that was never run holds more than what a killed writer leaves */
async function checkFree(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw readError(folder, error, "a run of this table or no such folder");
  });
  if (names.some((name) => !name.endsWith(".tmp") && !isLockName(name)))
    throw new UserError(`${folder}: has no config.json, expected a run of this table or no such folder`, {
      exitCode: 2,
    });
}
