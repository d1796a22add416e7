/** A user's own task as files that can be moved: its code as one script, its scene with all referenced files, and hashes that distinguish two versions. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, relative } from "node:path";
import { commonFolder } from "../../physics/common-folder.ts";
import { type NamedFiles, readNamedFiles } from "../../physics/scene-files.ts";
import { portableBundle, slashed } from "./user-bundle.ts";
import { type OpenedTask, openUserTask } from "./user-task.ts";

/**
 * SHA-256 of each file, by its path relative to the task's file. That file itself has the empty path: its name may change. Files that are named
 * by absolute paths have their names after "…/", so that nothing reveals the machine.
 */
export type FileHashes = Readonly<Record<string, string>>;

/** Files that can be written below any folder. */
export interface PortableFiles {
  /** Which of them is opened. */
  readonly entry: string;
  /** Contents by relative path. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
}

/**
 * What a user's task is made of: its file, what that imports, its scene and what that names. Files of this package are omitted.
 * @throws UserError when the task does not load
 */
export async function taskHashes(path: string): Promise<{ name: string; hashes: FileHashes }> {
  const opened = await openUserTask(path);
  const { relative: scene, absolute } = await sceneFiles(opened);
  const files = new Map(scene);
  for (const input of opened.inputs) files.set(input, await readFile(input));
  return { name: opened.task.name, hashes: hashesOf({ relative: files, absolute }, opened.file) };
}

/** Hashes of files, by their paths relative to one of them. */
export function hashesOf(files: NamedFiles, entry: string): FileHashes {
  const contents = new Map<string, Uint8Array[]>();
  for (const [path, bytes] of files.relative)
    contents.set(path === entry ? "" : slashed(relative(dirname(entry), path)), [bytes]);
  for (const [path, bytes] of [...files.absolute].sort(byName)) {
    const name = `…/${basename(path)}`;
    contents.set(name, [...(contents.get(name) ?? []), bytes]);
  }
  return Object.fromEntries([...contents].sort(byName).map(([name, parts]) => [name, hashOf(parts)]));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Names of files that are not the same in both, or only in one. @param entry what the file with the empty path is called */
export function changedFiles(before: FileHashes, now: FileHashes, entry: string): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => before[name] !== now[name]).map((name) => name || entry);
}

/**
 * The task as files that work wherever they lie together; null where they share no folder, or the scene names some by absolute paths, as then
 * they cannot keep their places.
 * @throws UserError when the task does not load
 */
export async function portableTask(path: string): Promise<PortableFiles | null> {
  const opened = await openUserTask(path);
  const { file, exportName, task } = opened;
  const { relative: scene, absolute } = await sceneFiles(opened);
  const root = commonFolder([...opened.inputs, ...scene.keys()]);
  if (root === null || absolute.size > 0) return null;
  const below = (of: string) => slashed(relative(root, of));
  const place = isAbsolute(task.scene) ? `./${below(task.scene)}` : task.scene;
  const ending = `export default { ...exported[${JSON.stringify(exportName)}], scene: ${JSON.stringify(place)} };`;
  const { code } = await portableBundle(file, path, root, ending);
  const entry = `${basename(file, extname(file))}.mjs`;
  const files = [...scene].map(([of, bytes]) => [below(of), bytes] as const);
  return { entry, files: new Map<string, Uint8Array | string>([[entry, code], ...files]) };
}

/** Those of a scene of the user's own; empty for one of this package. */
async function sceneFiles({ task }: OpenedTask): Promise<NamedFiles> {
  return isAbsolute(task.scene) ? readNamedFiles(task.scene) : { relative: new Map(), absolute: new Map() };
}
