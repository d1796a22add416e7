/** Keeps a training whose run folder was taken away, or can no longer be written: as a new run beside it, or else in the temporary folder. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { shellPath, shownPath } from "../files/shown-path.ts";
import { UserError } from "../math/user-error.ts";
import { saveCheckpoint } from "../runs/checkpoint.ts";
import type { FileSink } from "../runs/metrics.ts";
import { RUNS_FOLDER } from "../runs/run-folder.ts";
import { RunFolderLost, type RunLock } from "../runs/run-lock.ts";
import type { Training } from "../train/training.ts";

/** What there is to keep. */
export interface Endangered {
  readonly training: Training;
  /** Where it was to be written; absolute. */
  readonly folder: string;
  readonly lock: RunLock;
  readonly sinks: readonly FileSink[];
  /** Writes config.json and what else belongs into a run folder; config.json makes it one, so this comes last. */
  readonly finish: (folder: string) => Promise<void>;
}

/** Causes that leave the folder and its last checkpoint as they are, and that writing more would make worse. */
const NO_SPACE = ["ENOSPC", "EDQUOT", "EFBIG"];

/** Whether an error says that the run folder cannot be written to, for other reasons than space. */
function isLoss(error: unknown): error is UserError {
  if (error instanceof RunFolderLost) return true;
  const code = error instanceof UserError && (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === "string" && !NO_SPACE.includes(code);
}

/** A file that could not be written says less than a folder that is gone. */
function causeOf(error: UserError, lock: RunLock): UserError {
  try {
    lock.check();
    return error;
  } catch (lost) {
    return lost as RunFolderLost;
  }
}

/** The error that ends a training, with where its state was saved if the folder is at fault; other errors as they are. */
export async function rescued(endangered: Endangered, error: unknown): Promise<unknown> {
  if (!isLoss(error)) return error;
  const { training, folder, lock } = endangered;
  const { message } = causeOf(error, lock);
  let failure: unknown = null;
  for (const make of placesFor(folder)) {
    try {
      const place = await save(endangered, await make());
      const saved = `the training is saved at ${training.steps.toLocaleString("en")} steps in ${shownPath(place)}`;
      return new UserError(`${message}; ${saved}; try: flowgait train --resume ${shellPath(place)}`, {
        cause: error,
      });
    } catch (reason) {
      failure = reason;
    }
  }
  return new UserError(`${message}; it could not be saved elsewhere (${(failure as Error).message})`, {
    cause: error,
  });
}

/** Makers of a new folder, the best place first. */
function placesFor(folder: string): (() => Promise<string>)[] {
  const name = `${basename(folder)}-rescued`;
  const places = [...new Set([dirname(folder), resolve(RUNS_FOLDER)])];
  return [
    ...places.map((place) => () => makeNumbered(place, name)),
    () => mkdtemp(join(tmpdir(), "flowgait-rescued-")),
  ];
}

/** `<name>-<n>` with the first free n in a folder that is there. */
async function makeNumbered(place: string, name: string): Promise<string> {
  const taken = new Set(await readdir(place));
  for (let n = 1; ; n++) {
    const folder = join(place, `${name}-${n}`);
    if (taken.has(basename(folder))) continue;
    await mkdir(folder);
    return folder;
  }
}

/** A folder that cannot be filled is removed again. */
async function save({ training, sinks, finish }: Endangered, folder: string): Promise<string> {
  try {
    for (const sink of sinks) copyReports(sink, folder);
    await saveCheckpoint(folder, training.checkpoint(), { keep: 1, best: false });
    await finish(folder);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Reports that cannot be read any more are no reason to lose the training. */
function copyReports(sink: FileSink, folder: string): void {
  try {
    sink.copyTo(folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
