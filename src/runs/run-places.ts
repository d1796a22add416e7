/** Where a run's own files are by now, by what the run keeps or by the user's word, and whether they are still what it was trained on. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { UserError } from "../math/user-error.ts";
import { isTaskFile } from "../tasks/index.ts";
import { changedFiles, type FileHashes, taskHashes } from "../tasks/own/portable-task.ts";
import {
  findOwnFiles,
  keepOwnFiles,
  type OwnFiles,
  type Places,
  type RunFiles,
  robotHashes,
  sourceOf,
  storedHashes,
} from "./own-files.ts";
import { readRun, runPaths, type StoredRun } from "./run-folder.ts";

/** A run's folder and its own record. */
export interface Home extends StoredRun {
  /** Absolute. */
  readonly folder: string;
}

/** Where the user says that the files are. */
export interface Whereabouts {
  readonly task?: string;
  readonly modelDir?: string;
}

/** The run that a checkpoint belongs to; null where it lies outside of one. */
export function homeOf(checkpoint: string): Promise<Home | null> {
  return homeAt(dirname(dirname(checkpoint)));
}

/** The run of that folder; null if it is not a run. */
export async function homeAt(path: string): Promise<Home | null> {
  const folder = resolve(path);
  return existsSync(runPaths(folder).config) ? { folder, ...(await readRun(folder)) } : null;
}

/** What a run is called by the files that leave it: its folder's name when it began. */
export function runName(home: Home): string {
  return basename(home.config.run || home.folder);
}

/**
 * The task as `resolveTask` takes it: a registered name, or the path of a user's file.
 * @param stored as a checkpoint names it
 * @returns null where the file is found nowhere
 */
export function foundTask(stored: string, home: Home | null): string | null {
  return isTaskFile(stored) ? placed(stored, home, home?.files.task) : stored;
}

/** The robot's description in the same way; "" for none. */
export function foundRobot(stored: string, home: Home | null): string | null {
  return stored === "" ? "" : placed(stored, home, home?.files.robot);
}

/** Older runs name absolute paths; beside no run, the name may be right from here. */
function placed(stored: string, home: Home | null, own: OwnFiles | undefined): string | null {
  const kept = home && own ? findOwnFiles(home.folder, own) : null;
  if (kept !== null) return kept.path;
  const path = own === undefined ? stored : null;
  return path !== null && existsSync(path) && (isAbsolute(path) || home === null) ? resolve(path) : null;
}

/**
 * Names of the files in which a user's task is not what a run was trained on.
 * @returns none where it is the same, or nothing is known of it
 */
export async function taskChanges(home: Home | null, path: string): Promise<readonly string[]> {
  const own = home?.files.task;
  return own === undefined ? [] : changes(own, own.file, async () => (await taskHashes(path)).hashes);
}

/** The same of a robot's description. */
export async function robotChanges(home: Home | null, places: Places): Promise<readonly string[]> {
  const own = home?.files.robot;
  return own === undefined ? [] : changes(own, own.name, () => robotHashes(places));
}

/** @param main name of the main file */
async function changes(own: OwnFiles, main: string, now: () => Promise<FileHashes>): Promise<readonly string[]> {
  try {
    return changedFiles(storedHashes(own, main), await now(), main);
  } catch (error) {
    if (error instanceof UserError) return [`${main}, which fails to load`];
    throw error;
  }
}

/**
 * Copies a run's own files into a folder that takes the place of its own: from there, or from where they were if they are still the same.
 * What is neither is recorded without a copy. A folder that is being deleted may vanish while it is read: then where they were counts.
 */
export async function takenFiles(to: string, home: Home): Promise<RunFiles> {
  const first = await takeFiles(to, home).catch(() => null);
  const isWhole = first !== null && [first.task, first.robot].every((own) => own?.copy !== null);
  return isWhole ? first : takeFiles(to, withoutCopies(home));
}

function withoutCopies(home: Home): Home {
  const { task, robot } = home.files;
  return {
    ...home,
    files: { ...(task && { task: { ...task, copy: null } }), ...(robot && { robot: { ...robot, copy: null } }) },
  };
}

async function takeFiles(to: string, home: Home): Promise<RunFiles> {
  const { folder, files, config } = home;
  const task = foundTask(config.task, home);
  const modelDir = task === null ? null : foundRobot(config.modelDir, home);
  const sameTask = task !== null && (await taskChanges(home, task)).length === 0;
  const sameRobot = task !== null && modelDir && (await robotChanges(home, { task, modelDir })).length === 0;
  const told = (own: OwnFiles) => {
    const source = own.source === null ? null : sourceOf(to, resolve(folder, own.source));
    return { ...own, source, copy: null };
  };
  return {
    ...(files.task && { task: told(files.task) }),
    ...(files.robot && { robot: told(files.robot) }),
    ...(sameTask && (await keepOwnFiles(to, { task, modelDir: sameRobot ? modelDir : "" }, home))),
  };
}
