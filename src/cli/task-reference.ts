/** Names of tasks that mean the same in any folder and on any thread. */
import { resolve } from "node:path";
import { isTaskFile } from "../tasks/index.ts";

/** A user's task file by its absolute path; a registered task by its name. */
export function storedReference(task: string): string {
  return isTaskFile(task) ? resolve(task) : task;
}
