/** In place of tasks/own/user-task.ts, which compiles files: a page has the tasks that it was built with. */
import { UserError } from "../../../../src/math/user-error.ts";
import type { Task } from "../../../../src/tasks/define-task.ts";
import { inForm } from "../../../../src/tasks/own/task-form.ts";
import { get } from "../../../../src/tasks/registry.ts";
import type { TaskVariant } from "../../../../src/tasks/task-variant.ts";

/** A run of a user's own task names its file. */
export function isTaskFile(reference: string): boolean {
  return /\.m?[jt]s$|[\\/]/.test(reference);
}

/** The registered task of that name. Throws as the original does. */
export async function resolveTask(reference: string, variant: TaskVariant = {}): Promise<Task> {
  if (isTaskFile(reference)) throw notHere(reference);
  if (variant.modelDir) throw notHere(variant.modelDir);
  return inForm(get(reference), variant);
}

function notHere(name: string): UserError {
  return new UserError(
    `${name}: a page cannot open files of your own, expected a task by its name; try: flowgait studio`,
  );
}

async function refuse(name: string): Promise<never> {
  throw notHere(name);
}

export { refuse as loadUserTask, refuse as openUserTask, refuse as pageScript };
