/** A declared task in one of its forms. */
import type { Task } from "../define-task.ts";
import { withLesson } from "../lesson.ts";
import { withSettings } from "../settings/task-settings.ts";
import type { TaskVariant } from "../task-variant.ts";
import { withTerrainSeed } from "../terrain.ts";

/** The task with the ground, lesson and settings of a variant. Throws UserError where it has no such lesson or setting, or its ground takes no seed. */
export function inForm(
  task: Task,
  { terrainSeed = 0, lesson = "", taskSettings }: Omit<TaskVariant, "modelDir">,
): Task {
  return withSettings(withLesson(withTerrainSeed(task, terrainSeed), lesson), taskSettings);
}
