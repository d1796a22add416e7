/**
 * Lends the disk to the module's file system while MuJoCo compiles a scene. MuJoCo applies its own rules to the names in MJCF and URDF
 * (include, meshdir, strippath, absolute paths) and requests the files that result; nothing but those is read.
 */
import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { isAbsolute, posix, sep } from "node:path";
import type { MujocoModule } from "./engine.ts";

const MODES = { dir: 0o040777, file: 0o100666, link: 0o120777 };
/** Emscripten's numbers of the disk's errors. */
const ERROR_NUMBERS: Readonly<Record<string, number>> = {
  EIO: 29,
  EACCES: 2,
  EPERM: 2,
  ENOENT: 44,
  ENOTDIR: 54,
  ELOOP: 32,
  ENAMETOOLONG: 37,
};
const MILLISECONDS = 1000;
let loans = 0;

/** What is lent, and what was taken. */
export interface Loan {
  /** Folders of the disk by the name, such as "/package", that they have in the module; all others keep their paths. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Files by path that come before the disk's. */
  readonly added?: ReadonlyMap<string, Uint8Array>;
  /** Gets each file that MuJoCo opens, by the path that it requests. */
  readonly opened?: Map<string, Uint8Array>;
  /** Gets each path that MuJoCo requests in vain. */
  readonly missed?: Set<string>;
}

/** The parts of Emscripten's file system that are set here. */
interface FileNode {
  mode: number;
  mtime: number;
  contents: Uint8Array | object;
}
interface FileSystem {
  open(path: string, flags: number, mode: number): { node: FileNode };
  stat(path: string, dontFollow: boolean): unknown;
}
interface FolderOperations {
  lookup(parent: unknown, name: string): FileNode;
}

interface DiskEntry {
  readonly kind: keyof typeof MODES;
  readonly contents?: Uint8Array;
  /** Where a symbolic link leads. */
  readonly link?: string;
}

/**
 * Runs `compile` while the module's file system finds on the disk what it does not hold itself.
 * `compile` must be synchronous: nothing of the loan is left when this function returns.
 */
export function withDisk<T>(module: MujocoModule, { folders = {}, added, opened, missed }: Loan, compile: () => T): T {
  const fileSystem = module.FS as FileSystem;
  const operations = module.MEMFS.ops_table.dir.node as FolderOperations;
  const { open, stat } = fileSystem;
  const { lookup } = operations;
  const nodes: FileNode[] = [];
  // MuJoCo keeps meshes and images by path and second of change. A new second for each loan makes it read changed files again.
  const mtime = ++loans * MILLISECONDS;
  operations.lookup = (parent, name) => {
    const asked = `${module.FS.getPath(parent)}/${name}`.replace(/^\/+/, "/");
    const contents = added?.get(asked);
    const entry = contents ? ({ kind: "file", contents } as const) : readEntry(module, diskPath(asked, folders));
    const node = diskNode(module, parent, name, entry);
    nodes.push(node);
    return Object.assign(node, { mtime });
  };
  fileSystem.open = (path, flags, mode) => {
    const stream = open(path, flags, mode);
    const { contents } = stream.node;
    if (contents instanceof Uint8Array) opened?.set(posix.normalize(path), contents);
    return stream;
  };
  // MuJoCo requests a file's state before it opens the file.
  fileSystem.stat = (path, dontFollow) => {
    missed?.add(posix.normalize(path));
    const state = stat(path, dontFollow);
    missed?.delete(posix.normalize(path));
    return state;
  };
  try {
    return compile();
  } finally {
    operations.lookup = lookup;
    Object.assign(fileSystem, { open, stat });
    for (const node of nodes) module.FS.destroyNode(node);
  }
}

/** A path of the disk as the module knows it. */
export function modulePath(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

/** Whether there is a file at a path of the disk. */
export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function diskPath(path: string, folders: Readonly<Record<string, string>>): string {
  const name = Object.keys(folders).find((folder) => path === folder || path.startsWith(`${folder}/`));
  const own = name === undefined ? path : `${folders[name]}${path.slice(name.length)}`;
  return sep === "\\" ? own.replace(/^\/([a-z]:)/i, "$1/") : own || "/";
}

function diskNode({ FS, MEMFS }: MujocoModule, parent: unknown, name: string, entry: DiskEntry): FileNode {
  const { kind, contents = {}, link } = entry;
  const { node: node_ops, stream: stream_ops } = MEMFS.ops_table[kind];
  const usedBytes = entry.contents?.length ?? 0;
  return Object.assign(FS.createNode(parent, name, MODES[kind], 0), {
    node_ops,
    stream_ops,
    contents,
    usedBytes,
    link,
  });
}

/** Throws Emscripten's error where there is nothing, or nothing that can be read. */
function readEntry({ FS }: MujocoModule, path: string): DiskEntry {
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return { kind: "link", link: linkTarget(path) };
    if (stats.isDirectory()) return { kind: "dir" };
    if (stats.isFile()) return { kind: "file", contents: readFileSync(path) };
  } catch (error) {
    throw new FS.ErrnoError(ERROR_NUMBERS[(error as { code?: string }).code ?? ""] ?? ERROR_NUMBERS.EIO);
  }
  throw new FS.ErrnoError(ERROR_NUMBERS.ENOENT);
}

function linkTarget(path: string): string {
  const target = readlinkSync(path);
  return isAbsolute(target) ? `/${modulePath(target).replace(/^\/+/, "")}` : modulePath(target);
}
