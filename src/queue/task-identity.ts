/** What a task is, as hashes: two machines whose hashes agree compute the same numbers from the same shard. */
import type { TaskSettings } from "../config/task-setting-text.ts";
import { type OwnFiles, type Places, type RunFiles, robotHashes, storedHashes } from "../runs/own-files.ts";
import { isTaskFile, type TaskVariant } from "../tasks/index.ts";
import { type FileHashes, taskHashes } from "../tasks/own/portable-task.ts";

/** The task of a run. */
export interface TaskIdentity {
  /** A registered name; of a user's own, the name of its file */
  readonly task: string;
  readonly terrainSeed: number;
  readonly lesson: string;
  readonly taskSettings?: TaskSettings;
  /** Hashes of the user's own task and robot, one for each form in which the run has them; none for what the package has */
  readonly ownTask: readonly FileHashes[];
  readonly ownRobot: readonly FileHashes[];
}

/** @param files what the run keeps of the user's own: also the originals of its copies are the same task */
export async function taskIdentity(
  places: Places & TaskVariant,
  files: RunFiles,
  shown: Places = places,
): Promise<TaskIdentity> {
  const { task, modelDir, terrainSeed = 0, lesson = "", taskSettings } = places;
  const original = (own: OwnFiles | undefined, main: (own: OwnFiles) => string) =>
    own === undefined ? [] : [storedHashes(own, main(own))];
  return {
    task: shown.task,
    terrainSeed,
    lesson,
    ...(taskSettings && { taskSettings }),
    ownTask: isTaskFile(task) ? [...original(files.task, (own) => own.file), (await taskHashes(task)).hashes] : [],
    ownRobot: modelDir === "" ? [] : [...original(files.robot, (own) => own.name), await robotHashes(places)],
  };
}
