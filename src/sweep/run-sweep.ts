/** Runs a sweep: rung by rung, run by run, from wherever it stopped. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removeTemporaryFiles, writeFileAtomically } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import type { QueueConnection } from "../queue/connection.ts";
import type { MetricSink } from "../runs/metrics.ts";
import { runPaths } from "../runs/run-folder.ts";
import { type PreparedRun, prepareNewRun, prepareResume } from "../studio/prepared-run.ts";
import { runTraining } from "../studio/training-session.ts";
import { TrainingRefused } from "../train/refused-steps.ts";
import type { SweepCell, SweepPlan } from "./plan.ts";
import {
  BROKEN,
  type CellRecord,
  readCellRecord,
  type Scoring,
  type Standing,
  scoreAt,
  standingOf,
} from "./standing.ts";
import { sweepFigure } from "./sweep-figure.ts";

/** Where and how it is run. */
export interface SweepSession {
  readonly plan: SweepPlan;
  /** The folder of its runs; absolute */
  readonly out: string;
  readonly scoring: Scoring;
  readonly signal: AbortSignal;
  readonly queue: QueueConnection | null;
  /** Called before a run is trained up to `steps`. @returns its sinks, and what follows it */
  readonly begin: (run: SweepStep) => { readonly sinks: readonly MetricSink[]; readonly end: () => void };
}

/** A run that is next. */
export interface SweepStep {
  readonly cell: SweepCell;
  readonly steps: number;
  /** From 1 */
  readonly rung: number;
  readonly records: readonly CellRecord[];
  readonly standing: Standing;
}

/** All records of a sweep's runs. */
export function readSweep(plan: SweepPlan, out: string, scoring: Scoring): Promise<CellRecord[]> {
  return Promise.all(plan.cells.map((cell) => readCellRecord(out, cell, scoring)));
}

/** Trains until all is done or the signal aborts. @returns the records */
export async function runSweep(session: SweepSession): Promise<CellRecord[]> {
  const { plan, out, scoring, signal } = session;
  const records = await readSweep(plan, out, scoring);
  for (;;) {
    const standing = standingOf(plan, records);
    const { open, steps } = standing.rungs.at(-1)!;
    const [cell] = open;
    if (cell === undefined || signal.aborted) return records;
    await train(session, { cell, steps, rung: standing.rungs.length, records, standing }).catch((error: unknown) =>
      markBroken(out, cell, error),
    );
    const record = await readCellRecord(out, cell, scoring);
    records[plan.cells.indexOf(cell)] = record;
    if (scoreAt(record, steps) === null && !signal.aborted) throw unevaluated(out, cell);
    await writeFigure(plan, out, records);
  }
}

/** A setting with which the simulation breaks is the worst one, and no reason to end the sweep. Throws other errors again. */
async function markBroken(out: string, { name }: SweepCell, error: unknown): Promise<void> {
  if (!(error instanceof TrainingRefused)) throw error;
  await writeFileAtomically(join(out, name, BROKEN), `${error.message}\n`);
}

/** Its last evaluation is lost, though its checkpoint counts it. */
function unevaluated(out: string, { name }: SweepCell): UserError {
  const { metrics } = runPaths(join(out, name));
  return new UserError(
    `${metrics}: lacks the last evaluation, expected one; try: remove the folder of this run, which is trained again`,
  );
}

async function train({ out, begin, signal, queue }: SweepSession, step: SweepStep): Promise<void> {
  const { sinks, end } = begin(step);
  try {
    await runTraining(await prepared(out, step), { sinks, signal, queue });
  } finally {
    end();
  }
}

async function prepared(out: string, { cell: { name, config }, steps }: SweepStep): Promise<PreparedRun> {
  const folder = join(out, name);
  if (existsSync(runPaths(folder).config)) return prepareResume(folder, { steps, workers: config.workers });
  await removeTemporaryFiles(folder);
  return prepareNewRun({ ...config, run: folder, steps });
}

/** Writes sweep.svg beside the runs. @returns its path */
export async function writeFigure(plan: SweepPlan, out: string, records: readonly CellRecord[]): Promise<string> {
  const path = join(out, "sweep.svg");
  await writeFileAtomically(path, sweepFigure(plan, records, standingOf(plan, records)));
  return path;
}
