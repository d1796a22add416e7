/** Runs of a table that is reproduced: begun, or resumed where they stopped. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removeTemporaryFiles } from "../../files/atomic-file.ts";
import type { Output } from "../../files/output.ts";
import type { Cell } from "../../reproduction/cells.ts";
import { progressSink } from "../../runs/progress-sink.ts";
import { runPaths } from "../../runs/run-folder.ts";
import { type PreparedRun, prepareNewRun, prepareResume } from "../../studio/prepared-run.ts";
import { runTraining } from "../../studio/training-session.ts";
import { type Interrupt, listenForInterrupt } from "../interrupt.ts";

/** A table's cells, and what is done with each. */
export interface CellWork<C extends Cell, R> {
  /** Folder of the runs */
  readonly out: string;
  readonly cells: readonly C[];
  /** Of each cell; kept up to date. */
  readonly records: R[];
  readonly read: (cell: C) => Promise<R>;
  readonly isTrained: (record: R) => boolean;
  /** Trained and evaluated. */
  readonly isFinished: (record: R) => boolean;
  /** One line about a cell that begins. */
  readonly about: (k: number) => string;
  readonly evaluate: (cell: C) => Promise<void>;
  /** Writes what is known so far. */
  readonly write: () => Promise<unknown>;
}

/** Where notes go: past a progress line while there is one. */
interface Say {
  note: (text: string) => void;
}

/** Runs what is left, cell by cell. @returns what may have interrupted it */
export async function runCells<C extends Cell, R>(work: CellWork<C, R>, output: Output): Promise<Interrupt> {
  const { out, cells, records, read, isTrained, isFinished } = work;
  const say: Say = { note: (text) => output.note(text) };
  const interrupt = listenForInterrupt(() =>
    say.note("stopping after this iteration and saving; Ctrl-C again stops at once"),
  );
  try {
    for (const [k, cell] of cells.entries()) {
      if (interrupt.signal.aborted) break;
      if (isFinished(records[k]!)) continue;
      output.note(work.about(k));
      if (!isTrained(records[k]!)) await trainCell(out, cell, say, output, interrupt.signal);
      records[k] = await read(cell);
      if (isTrained(records[k]!)) await work.evaluate(cell);
      records[k] = await read(cell);
      await work.write();
    }
    return interrupt;
  } finally {
    interrupt.release();
  }
}

/** Trains a cell, from the beginning or from where it stopped. */
async function trainCell(root: string, cell: Cell, say: Say, output: Output, signal: AbortSignal): Promise<void> {
  const progress = progressSink({ totalSteps: cell.config.steps, stream: output.notes });
  const { note } = say;
  say.note = progress.note;
  await runTraining(await prepareCell(root, cell), { sinks: [progress], signal });
  say.note = note;
}

async function prepareCell(root: string, { name, config }: Cell): Promise<PreparedRun> {
  const folder = join(root, name);
  if (existsSync(runPaths(folder).config)) return prepareResume(folder, { workers: config.workers });
  await removeTemporaryFiles(folder);
  return prepareNewRun({ ...config, run: folder });
}
