/** Names of tasks that mean the same in any folder and on any thread, and what to say where a policy's task is not what it was. */
import { existsSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { shellPath, shownPath } from "../files/shown-path.ts";
import { UserError } from "../math/user-error.ts";
import { findOwnFiles, type OwnFiles } from "../runs/own-files.ts";
import { foundTask, type Home, robotChanges, taskChanges, type Whereabouts } from "../runs/run-places.ts";
import { isTaskFile } from "../tasks/index.ts";

/** A user's task file by its absolute path; a registered task by its name. */
export function storedReference(task: string): string {
  return isTaskFile(task) ? resolve(task) : task;
}

/** Says that a task's file is found nowhere, and what to do. @param of the policy or run, as the user called it */
export function missingTask(stored: string, of: string): UserError {
  const found = isAbsolute(stored) ? `${stored} does not exist` : `${stored} is not kept with it`;
  return new UserError(`${of}: its task ${found}, expected its present path, given as --task <file>`, { exitCode: 2 });
}

/** Says that a robot's description is found nowhere, and what to do. */
export function missingRobot(stored: string, of: string): UserError {
  const found = isAbsolute(stored) ? `${stored} does not exist` : `${basename(stored)} is not kept with it`;
  return new UserError(
    `${of}: its robot description ${found}, expected its present path, given as --model-dir <folder>`,
    { exitCode: 2 },
  );
}

/**
 * One line for each of the user's own files that is not what a policy was trained on: as the user names it, or else where it was when the run
 * began.
 * @param of the policy or run, as the user called it
 */
export async function changeNotes(
  home: Home | null,
  of: string,
  { task: given, modelDir }: Whereabouts,
): Promise<string[]> {
  if (home === null || (given !== undefined && !isTaskFile(given))) return [];
  const { task, robot } = home.files;
  const place = given ?? foundTask(home.config.task, home);
  const notes = [];
  if (task) notes.push(await changeNote(home, of, task, given, "--task", (path) => taskChanges(home, path)));
  if (robot && place !== null) {
    const changes = (path: string) => robotChanges(home, { task: place, modelDir: path });
    notes.push(await changeNote(home, of, robot, modelDir, "--model-dir", changes));
  }
  return notes.filter((note) => note !== null);
}

/** @param changes names of files that differ, for a path */
async function changeNote(
  { folder }: Home,
  of: string,
  own: OwnFiles,
  given: string | undefined,
  flag: string,
  changes: (path: string) => Promise<readonly string[]>,
): Promise<string | null> {
  const source = own.source === null ? null : resolve(folder, own.source);
  const path = given ?? source;
  if (path === null || !existsSync(path)) return null;
  const changed = await changes(path);
  if (changed.length === 0) return null;
  const files = changed.join(", ");
  if (given !== undefined)
    return `${given}: differs from what ${of} was trained on (${files}); the given version is used`;
  const found = `${shownPath(path)}: changed since ${of} began (${files})`;
  if (findOwnFiles(folder, own)?.isCopy !== true) return `${found}; the present version is used`;
  return `${found}; the stored version is used; try: ${flag} ${shellPath(path)} for the present one`;
}
