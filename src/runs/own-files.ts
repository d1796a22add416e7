/**
 * The user's own files that a run depends on: the file of its task and what that names, or its description of the robot. A run keeps a copy
 * of them, so that it is complete wherever it is moved; how config.json records them, and where they are found again.
 */

import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import type { TrainConfig } from "../config/config.ts";
import { writeError } from "../files/atomic-file.ts";
import { commonFolder } from "../physics/common-folder.ts";
import { descriptionFile } from "../physics/looks/robot-description.ts";
import { readNamedFiles } from "../physics/scene-files.ts";
import { Environment, isTaskFile, resolveTask, scenePath } from "../tasks/index.ts";
import { type FileHashes, hashesOf, type PortableFiles, portableTask, taskHashes } from "../tasks/own/portable-task.ts";
import { slashed } from "../tasks/own/user-bundle.ts";

/** Folders of a run that hold its copies. */
export const COPIES = ["task", "robot"] as const;

/** Bytes of files that a run copies; more are left where they are. */
const LARGEST_COPY = 256 * 2 ** 20;

/** What config.json records of such files. */
export const ownFilesSchema = z.object({
  /** Of the task, or of the robot's file. */
  name: z.string(),
  /** What the user named: a file, or the robot's folder. */
  file: z.string(),
  /** Where they were when the run began, from its folder; null where nothing but the root holds both. */
  source: z.string().nullable(),
  /** The file to open in the run's folder; null where there is no copy. */
  copy: z.string().nullable(),
  /** By path relative to the main file. */
  sha256: z.record(z.string(), z.string()),
});

/** As config.json records them. */
export type OwnFiles = z.infer<typeof ownFilesSchema>;

/** A run's own files; absent for what this package has. */
export interface RunFiles {
  readonly task?: OwnFiles;
  readonly robot?: OwnFiles;
}

/** Where the task and the robot's description of a configuration are. */
export type Places = Pick<TrainConfig, "task" | "modelDir">;

/** The configuration without places of this machine: files by their names. */
export function portableConfig<Config extends Places>(config: Config): Config {
  const { task, modelDir } = config;
  return { ...config, task: isTaskFile(task) ? basename(task) : task, modelDir: basename(modelDir) };
}

/**
 * Copies into a run's folder what its configuration names of the user's own.
 * @param earlier a run that has some of them already, copies included
 * @throws UserError when a copy cannot be written
 */
export async function keepOwnFiles(
  folder: string,
  config: Places,
  earlier?: { folder: string; files: RunFiles },
): Promise<RunFiles> {
  const taken = (own: OwnFiles | undefined, path: string) => {
    return own && earlier && own.copy !== null && resolve(earlier.folder, own.copy) === path ? own : null;
  };
  const { task, modelDir } = config;
  const oldTask = taken(earlier?.files.task, task);
  const oldRobot = taken(earlier?.files.robot, modelDir);
  return {
    ...(isTaskFile(task) && {
      task: oldTask ? await takeOver(folder, earlier!.folder, oldTask) : await keepTask(folder, resolve(task)),
    }),
    ...(modelDir !== "" && {
      robot: oldRobot ? await takeOver(folder, earlier!.folder, oldRobot) : await keepRobot(folder, config),
    }),
  };
}

/** The copies of a run that are there. */
export function keptPlaces(folder: string, { task, robot }: RunFiles): Partial<Places> {
  const kept = (own: OwnFiles | undefined) => {
    const found = own && findOwnFiles(folder, own);
    return found?.isCopy ? found.path : undefined;
  };
  const [taskPath, robotPath] = [kept(task), kept(robot)];
  return { ...(taskPath && { task: taskPath }), ...(robotPath && { modelDir: robotPath }) };
}

/** Where they are: in the run's copy, else where they were when it began; null where they are in neither. */
export function findOwnFiles(folder: string, { copy, source }: OwnFiles): { path: string; isCopy: boolean } | null {
  for (const [place, isCopy] of [
    [copy, true],
    [source, false],
  ] as const) {
    const path = place === null ? null : resolve(folder, place);
    if (path !== null && existsSync(path)) return { path, isCopy };
  }
  return null;
}

/** Hashes of a robot's description. Throws UserError if there is none for the task. */
export async function robotHashes({ task, modelDir }: Places): Promise<FileHashes> {
  const file = await descriptionOf({ task, modelDir });
  return hashesOf(await readNamedFiles(file), file);
}

async function descriptionOf({ task, modelDir }: Places): Promise<string> {
  return descriptionFile(scenePath(await resolveTask(task)), resolve(modelDir));
}

async function keepTask(folder: string, path: string): Promise<OwnFiles> {
  const { name, hashes } = await taskHashes(path);
  const copy = await keepCopy(folder, "task", await portableTask(path), opensAsTask);
  return { name, file: basename(path), source: sourceOf(folder, path), copy, sha256: withName(hashes, basename(path)) };
}

async function keepRobot(folder: string, places: Places): Promise<OwnFiles> {
  const file = await descriptionOf(places);
  const named = await readNamedFiles(file);
  const files = named.relative;
  const root = named.absolute.size > 0 ? null : commonFolder([...files.keys()]);
  const below = (path: string) => slashed(relative(root!, path));
  const portable =
    root === null
      ? null
      : { entry: below(file), files: new Map([...files].map(([path, bytes]) => [below(path), bytes])) };
  const copy = await keepCopy(folder, "robot", portable, async (entry, at) => isWhole(entry, at, files.size));
  const source = sourceOf(folder, resolve(places.modelDir));
  const sha256 = withName(hashesOf(named, file), basename(file));
  return { name: basename(file), file: basename(places.modelDir), source, copy, sha256 };
}

/** The main file under its name. */
function withName({ "": main, ...others }: FileHashes, name: string): FileHashes {
  return main === undefined ? others : { [name]: main, ...others };
}

/** The files of a run as `taskHashes` and `robotHashes` give them: the main one under no name, as that may change. */
export function storedHashes(own: OwnFiles, main: string): FileHashes {
  const { [main]: hash, ...others } = own.sha256;
  return hash === undefined ? others : { "": hash, ...others };
}

/** Writes the files, and takes them away again where they do not work by themselves, such as those that name others by absolute paths. */
async function keepCopy(
  folder: string,
  name: (typeof COPIES)[number],
  portable: PortableFiles | null,
  works: (entry: string, folder: string, files: number) => Promise<boolean>,
): Promise<string | null> {
  if (portable === null || sizeOf(portable) > LARGEST_COPY) return null;
  const at = join(folder, name);
  for (const [path, content] of portable.files) await write(join(at, path), content);
  if (await works(join(at, portable.entry), at, portable.files.size)) return `${name}/${portable.entry}`;
  await rm(at, { recursive: true, force: true });
  return null;
}

async function takeOver(folder: string, from: string, own: OwnFiles): Promise<OwnFiles> {
  const name = own.copy!.split("/")[0]!;
  await cp(join(from, name), join(folder, name), { recursive: true }).catch((error: unknown) => {
    throw writeError(join(folder, name), error);
  });
  const source = own.source === null ? null : sourceOf(folder, resolve(from, own.source));
  return { ...own, source };
}

/** A path from the run's folder; null where only the root of the file system holds both, so that the path would reveal the machine. */
export function sourceOf(folder: string, path: string): string | null {
  const way = relative(folder, path);
  return commonFolder([join(folder, "x"), path]) === null || isAbsolute(way) ? null : slashed(way);
}

async function opensAsTask(entry: string, folder: string, files: number): Promise<boolean> {
  try {
    const task = await resolveTask(entry);
    if (isAbsolute(task.scene) && !(await isWhole(task.scene, folder, files - 1))) return false;
    (await Environment.create(task)).delete();
    return true;
  } catch {
    return false;
  }
}

/** Whether a scene finds all its files in the folder. */
async function isWhole(scene: string, folder: string, count: number): Promise<boolean> {
  const { relative: found, absolute } = await readNamedFiles(scene);
  return (
    absolute.size === 0 &&
    found.size === count &&
    [...found.keys()].every((path) => !relative(folder, path).startsWith(".."))
  );
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  } catch (error) {
    throw writeError(path, error);
  }
}

function sizeOf({ files }: PortableFiles): number {
  return [...files.values()].reduce((sum, content) => sum + content.length, 0);
}
