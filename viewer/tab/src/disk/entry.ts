/** What the page's disk knows of a file or a folder. */

/** Content is loaded when it is asked for, and large content is let go of once it is stored. */
export interface FileEntry {
  readonly kind: "file";
  /** Names of the same file have the same number. */
  readonly ino: number;
  size: number;
  mtimeMs: number;
  readonly birthtimeMs: number;
  /** null while it is in the browser's storage only. Longer than `size` while the file grows. */
  bytes: Uint8Array<ArrayBuffer> | null;
}

/** A folder of the page's disk. */
export interface FolderEntry {
  readonly kind: "folder";
  readonly ino: number;
  readonly size: 0;
  mtimeMs: number;
  readonly birthtimeMs: number;
}

/** What a path of the page's disk leads to. */
export type Entry = FileEntry | FolderEntry;

/** As node:fs reports them. */
export class Stats {
  readonly dev = 1;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly birthtimeMs: number;
  readonly #kind: Entry["kind"];

  constructor({ kind, ino, size, mtimeMs, birthtimeMs }: Entry) {
    this.#kind = kind;
    this.ino = ino;
    this.size = size;
    this.mtimeMs = mtimeMs;
    this.birthtimeMs = birthtimeMs;
  }

  isFile(): boolean {
    return this.#kind === "file";
  }

  isDirectory(): boolean {
    return this.#kind === "folder";
  }

  /** The page's disk has none. */
  isSymbolicLink(): boolean {
    return false;
  }
}
