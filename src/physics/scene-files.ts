/**
 * Copies a scene and every file it names (includes, attached models, meshes, textures, height fields) into the module's own file system,
 * under the same absolute path below a folder of its own, so that MuJoCo resolves relative paths as it would on disk and loads do not
 * take each other's files away.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../math/user-error.ts";
import type { MujocoModule } from "./engine.ts";

const MOUNT = "/host";
const MOUNTED = /\/host\d+(?=\/)/g;
let mounts = 0;
const COMMENT = /<!--[\s\S]*?-->/g;
const FILE_ATTRIBUTE = /\bfile[a-z]*\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const FOLDER_ATTRIBUTE = /\b(?:meshdir|texturedir|assetdir)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** A scene in the module's file system. */
export interface MountedScene {
  /** Path to compile. */
  readonly path: string;
  /** Removes the copies. */
  unmount(): void;
}

/**
 * Copies the scene at the absolute path `scenePath` with all it names.
 * Files that are named but do not exist are left to MuJoCo, whose message says which element wants them.
 * @throws UserError when the scene itself does not exist
 */
export function mountScene(module: MujocoModule, scenePath: string): MountedScene {
  const root = `${MOUNT}${mounts++}`;
  for (const [file, bytes] of readScene(scenePath)) {
    const path = mountedPath(root, file);
    module.FS.mkdirTree(dirname(path), 0o777);
    module.FS.writeFile(path, bytes);
  }
  return {
    path: mountedPath(root, scenePath),
    unmount: () => removeFolder(module, root),
  };
}

/**
 * The scene and every existing file that it names, by absolute path; the scene comes first.
 * @throws UserError when the scene itself does not exist
 */
export function readScene(scenePath: string): Map<string, Uint8Array> {
  if (!isFile(scenePath)) throw new UserError(`scene: ${scenePath} does not exist`);
  const files = new Map<string, Uint8Array>();
  const pending = [scenePath];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    const bytes = readFileSync(file);
    files.set(file, bytes);
    if (/\.(xml|mjcf|urdf)$/i.test(file)) pending.push(...namedFiles(new TextDecoder().decode(bytes), file, scenePath));
  }
  return files;
}

/** Turns paths of the module's file system in a message back into those of the disk. */
export function withDiskPaths(message: string): string {
  return message.replaceAll(MOUNTED, "");
}

/** Every existing file that the XML could mean: names are relative to this file or to the scene, and may stand below an asset folder. */
function namedFiles(xml: string, file: string, scenePath: string): string[] {
  const text = xml.replace(COMMENT, "");
  const folders = ["", ...[...text.matchAll(FOLDER_ATTRIBUTE)].map((match) => match[1] ?? match[2] ?? "")];
  const found = new Set<string>();
  for (const match of text.matchAll(FILE_ATTRIBUTE)) {
    const name = match[1] ?? match[2] ?? "";
    for (const base of [dirname(file), dirname(scenePath)]) {
      for (const folder of folders) {
        const candidate = resolve(base, folder, name);
        if (isFile(candidate)) found.add(candidate);
      }
    }
  }
  return [...found];
}

function removeFolder(module: MujocoModule, folder: string): void {
  for (const name of module.FS.readdir(folder) as string[]) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    if (module.FS.isDir(module.FS.stat(path, false).mode)) removeFolder(module, path);
    else module.FS.unlink(path);
  }
  module.FS.rmdir(folder);
}

function mountedPath(root: string, file: string): string {
  return `${root}/${file.replaceAll("\\", "/").replace(/^\//, "")}`;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
