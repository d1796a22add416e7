/** What a task is, as hashes: two machines whose hashes agree compute the same numbers from the same shard. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { TaskSettings } from "../config/task-setting-text.ts";
import { packageRoot } from "../files/package-root.ts";
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

/** Folders of the package that results depend on. */
const DECISIVE = ["scenes", "models"];

let known: Promise<string> | null = null;

/** One hash of this package's code, scenes and models. */
export function packageHash(): Promise<string> {
  known ??= computePackageHash();
  return known;
}

async function computePackageHash(): Promise<string> {
  const code = fileURLToPath(new URL("..", import.meta.url));
  const hash = createHash("sha256");
  for (const folder of [code, ...DECISIVE.map((name) => join(packageRoot, name))]) await addFolder(folder, hash);
  return hash.digest("hex");
}

async function addFolder(folder: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !/\.(d\.ts|map|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join("/"))
    .sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  names.forEach((name, index) => {
    hash.update(name).update("\0").update(String(contents[index]!.length)).update("\0").update(contents[index]!);
  });
}
