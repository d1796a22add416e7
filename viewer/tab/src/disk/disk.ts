/**
 * The page's disk: the package's files, which the site has, and the user's, which the browser keeps. In memory, with a journal that brings
 * changes into the browser's storage in their order. Paths are absolute, with slashes, without dots.
 */
import type { Entry, FileEntry, FolderEntry } from "./entry.ts";
import { nodeError } from "./node-error.ts";
import { PACKAGE, type PackageList, readPackageFile } from "./package-files.ts";

/** Who stores changes. */
export interface ChangeKeeper {
  /** A name now stands for this entry, or for none. */
  named(path: string, entry: Entry | null): void;
  /** A file's content has changed from this byte on. */
  written(entry: FileEntry, from: number): void;
  /** Throws where what was written before could not be stored. */
  check(): void;
  /** Resolves when everything so far is stored; rejects as `check` throws. */
  sync(): Promise<void>;
  /** Content of a file that is not in memory. */
  load(entry: FileEntry): Promise<Uint8Array<ArrayBuffer>>;
}

/** Keeps nothing: for threads, which read the package's files, and for browsers that give no storage. */
export const keepsNothing: ChangeKeeper = {
  named: () => {},
  written: () => {},
  check: () => {},
  sync: async () => {},
  load: async (entry) => entry.bytes ?? new Uint8Array(0),
};

/** One disk. */
export class Disk {
  readonly #entries = new Map<string, Entry>();
  readonly #children = new Map<string, Set<string>>();
  #keeper: ChangeKeeper = keepsNothing;
  #nextIno = 1;

  constructor() {
    for (const folder of ["/", "/work", "/tmp", PACKAGE]) this.#adopt(folder, this.#newFolder());
  }

  /** Lists the package's files. */
  addPackage(list: PackageList): void {
    for (const [path, size] of Object.entries(list)) {
      const full = `${PACKAGE}/${path}`;
      for (const folder of foldersAbove(full)) if (!this.#entries.has(folder)) this.#adopt(folder, this.#newFolder());
      this.#adopt(full, { kind: "file", ino: this.#nextIno++, size, mtimeMs: 0, birthtimeMs: 0, bytes: null });
    }
  }

  /** Takes over what an earlier visit stored. */
  adopt(names: readonly (readonly [path: string, entry: Entry])[]): void {
    const byIno = new Map<number, Entry>();
    for (const [path, entry] of names) {
      const same = byIno.get(entry.ino) ?? entry;
      byIno.set(entry.ino, same);
      this.#adopt(path, same);
      this.#nextIno = Math.max(this.#nextIno, entry.ino + 1);
    }
  }

  /** Stores changes from now on. */
  keepIn(keeper: ChangeKeeper): void {
    this.#keeper = keeper;
  }

  get keeper(): ChangeKeeper {
    return this.#keeper;
  }

  find(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  /** Throws ENOENT where nothing is. */
  entry(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw nodeError("ENOENT", `no such file or folder '${path}'`);
    return entry;
  }

  file(path: string): FileEntry {
    const entry = this.entry(path);
    if (entry.kind === "folder") throw nodeError("EISDIR", `'${path}' is a folder`);
    return entry;
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    if (this.entry(path).kind === "file") throw nodeError("ENOTDIR", `'${path}' is a file`);
    return [...(this.#children.get(path) ?? [])].sort();
  }

  /** Content of a file that is at hand: small, new, or the package's. */
  read(path: string): Uint8Array<ArrayBuffer> {
    const file = this.file(path);
    if (file.bytes !== null) return file.bytes.subarray(0, file.size);
    if (path.startsWith(`${PACKAGE}/`)) return readPackageFile(path.slice(PACKAGE.length + 1));
    throw nodeError("EIO", `'${path}' is in the browser's storage, expected to be read asynchronously`);
  }

  async load(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.file(path);
    const isStored = file.bytes === null && !path.startsWith(`${PACKAGE}/`);
    return isStored ? this.#keeper.load(file) : this.read(path);
  }

  /** Opens a file to write to, which is made or emptied. @param isNew throws EEXIST where it is there */
  create(path: string, { isNew = false, keepsContent = false } = {}): FileEntry {
    const found = this.#entries.get(path);
    if (found !== undefined && isNew) throw nodeError("EEXIST", `'${path}' is there already`);
    if (found?.kind === "folder") throw nodeError("EISDIR", `'${path}' is a folder`);
    if (found !== undefined && keepsContent) return found;
    this.#checkParent(path);
    const now = Date.now();
    const file: FileEntry = {
      kind: "file",
      ino: this.#nextIno++,
      size: 0,
      mtimeMs: now,
      birthtimeMs: now,
      bytes: new Uint8Array(0),
    };
    this.#name(path, file);
    return file;
  }

  /** Writes at a place of a file that is in memory. */
  write(file: FileEntry, bytes: Uint8Array, at: number): void {
    this.#keeper.check();
    if (file.bytes === null)
      throw nodeError("EIO", "a file in the browser's storage must be loaded before it is written");
    const end = at + bytes.length;
    if (end > file.bytes.length) {
      const larger = new Uint8Array(at === 0 ? end : Math.max(end, 2 * file.bytes.length));
      larger.set(file.bytes.subarray(0, file.size));
      file.bytes = larger;
    }
    file.bytes.set(bytes, at);
    file.size = Math.max(file.size, end);
    file.mtimeMs = Date.now();
    this.#keeper.written(file, at);
  }

  /** Makes a folder. Throws EEXIST where something is. */
  makeFolder(path: string): void {
    if (this.#entries.has(path)) throw nodeError("EEXIST", `'${path}' is there already`);
    this.#checkParent(path);
    this.#name(path, this.#newFolder());
  }

  /** Gives a file a second name. */
  link(from: string, to: string): void {
    const file = this.file(from);
    if (this.#entries.has(to)) throw nodeError("EEXIST", `'${to}' is there already`);
    this.#checkParent(to);
    this.#name(to, file);
  }

  /** Also over a file that is there; folders take with them what they hold. */
  rename(from: string, to: string): void {
    const entry = this.entry(from);
    this.#checkParent(to);
    const below = this.#below(from);
    this.#forget(from);
    if (this.#entries.has(to)) this.#forget(to);
    this.#name(to, entry);
    for (const [path, inner] of below) {
      this.#forget(path);
      this.#name(to + path.slice(from.length), inner);
    }
  }

  /** Removes a file, or a folder with all that it holds. */
  remove(path: string): void {
    this.entry(path);
    for (const [inner] of this.#below(path).reverse()) this.#forget(inner);
    this.#forget(path);
  }

  #below(path: string): [string, Entry][] {
    return [...this.#entries].filter(([inner]) => inner.startsWith(`${path}/`)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #name(path: string, entry: Entry): void {
    this.#adopt(path, entry);
    this.#keeper.named(path, entry);
  }

  #forget(path: string): void {
    if (path.startsWith(`${PACKAGE}/`)) throw nodeError("EROFS", `'${path}' belongs to the site`);
    this.#entries.delete(path);
    this.#children.get(parentOf(path))?.delete(nameOf(path));
    this.#children.delete(path);
    this.#keeper.named(path, null);
  }

  #adopt(path: string, entry: Entry): void {
    this.#entries.set(path, entry);
    if (entry.kind === "folder" && !this.#children.has(path)) this.#children.set(path, new Set());
    if (path === "/") return;
    const parent = parentOf(path);
    if (!this.#children.has(parent)) this.#children.set(parent, new Set());
    this.#children.get(parent)!.add(nameOf(path));
  }

  #checkParent(path: string): void {
    if (path.startsWith(`${PACKAGE}/`)) throw nodeError("EROFS", `'${path}' belongs to the site`);
    const parent = this.#entries.get(parentOf(path));
    if (parent === undefined) throw nodeError("ENOENT", `no such folder '${parentOf(path)}'`);
    if (parent.kind === "file") throw nodeError("ENOTDIR", `'${parentOf(path)}' is a file`);
    parent.mtimeMs = Date.now();
  }

  #newFolder(): FolderEntry {
    const now = Date.now();
    return { kind: "folder", ino: this.#nextIno++, size: 0, mtimeMs: now, birthtimeMs: now };
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** From the outermost to the innermost. */
function foldersAbove(path: string): string[] {
  const found: string[] = [];
  for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) found.push(path.slice(0, at));
  return found;
}

/** The disk of this thread. */
export const disk = new Disk();
