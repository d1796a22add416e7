/**
 * Keeps the user's files in the browser's storage (IndexedDB). Changes wait for half a second, or until somebody needs them stored, and go in
 * together: after a crash all of such a group is there or nothing, so a file that was renamed over another one is whole.
 */
import type { ChangeKeeper } from "./disk.ts";
import type { Entry, FileEntry } from "./entry.ts";
import { nodeError } from "./node-error.ts";

const NAMES = "names";
const CONTENT = "content";
const VERSION = 1;
const WAIT_MS = 500;
/** Files whose content is large, and is loaded when it is asked for. */
const ON_DEMAND = /\.(safetensors|onnx)$/;
/** What is kept; the rest is gone with the page. */
const KEPT = "/work/";

/** What the storage holds for a name. */
interface StoredName extends Omit<FileEntry, "bytes" | "kind"> {
  readonly kind: Entry["kind"];
  /** Pieces of its content. */
  readonly pieces: number;
}

/** What of a file is stored already. */
interface Stored {
  pieces: number;
  size: number;
}

/** The browser's storage as keeper of a disk. */
export class Journal implements ChangeKeeper {
  readonly #base: IDBDatabase;
  readonly #stored = new Map<number, Stored>();
  /** Names to be stored: in the order of their last change. */
  readonly #names = new Map<string, Entry | null>();
  /** Files whose content is to be stored, and from which byte on. */
  readonly #contents = new Map<FileEntry, number>();
  /** Which file a stored name stands for, and how many names a file has. */
  readonly #inoOf = new Map<string, number>();
  readonly #nameCount = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #storing: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  private constructor(base: IDBDatabase) {
    this.#base = base;
  }

  /** Opens the storage. Rejects where the browser refuses one. */
  static async open(name: string): Promise<Journal> {
    if (typeof indexedDB === "undefined") throw new Error("this browser has no IndexedDB");
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(NAMES);
      request.result.createObjectStore(CONTENT);
    };
    return new Journal(await answerOf(request));
  }

  /** What earlier visits stored: all names, and the content of small files. */
  async names(): Promise<(readonly [string, Entry])[]> {
    const reading = this.#base.transaction([NAMES], "readonly").objectStore(NAMES);
    const [paths, found] = await Promise.all([answerOf(reading.getAllKeys()), answerOf(reading.getAll())]);
    return Promise.all(
      (found as StoredName[]).map(async ({ pieces, ...known }, k) => {
        const path = String(paths[k]);
        this.#point(path, known.ino);
        if (known.kind === "folder") return [path, { ...known, kind: "folder", size: 0 }] as const;
        this.#stored.set(known.ino, { pieces, size: known.size });
        const entry: FileEntry = { ...known, kind: "file", bytes: null };
        if (!ON_DEMAND.test(path)) entry.bytes = await this.load(entry);
        return [path, entry] as const;
      }),
    );
  }

  named(path: string, entry: Entry | null): void {
    if (!path.startsWith(KEPT)) return;
    this.#names.delete(path);
    this.#names.set(path, entry);
    if (entry?.kind === "file" && !this.#stored.has(entry.ino) && !this.#contents.has(entry))
      this.#contents.set(entry, 0);
    this.#soon();
  }

  written(entry: FileEntry, from: number): void {
    if (!this.#nameCount.has(entry.ino) && ![...this.#names.values()].includes(entry)) return;
    this.#contents.set(entry, Math.min(from, this.#contents.get(entry) ?? from));
    this.#soon();
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  async sync(): Promise<void> {
    await this.#store();
    this.check();
  }

  async load({ ino, size }: FileEntry): Promise<Uint8Array<ArrayBuffer>> {
    const reading = this.#base.transaction([CONTENT], "readonly").objectStore(CONTENT);
    const pieces = (await answerOf(reading.getAll(piecesOf(ino)))) as Uint8Array[];
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      if (at + piece.length > size) break;
      bytes.set(piece, at);
      at += piece.length;
    }
    if (at !== size) throw nodeError("EIO", `the browser's storage holds ${at} of ${size} bytes of a file`);
    return bytes;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.#store(), WAIT_MS);
  }

  /** Stores what waits, after what is being stored. */
  #store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#storing = this.#storing.then(() => this.#write());
    return this.#storing;
  }

  async #write(): Promise<void> {
    const [names, contents] = [[...this.#names], [...this.#contents]];
    if (names.length + contents.length === 0) return;
    this.#names.clear();
    this.#contents.clear();
    try {
      const change = this.#base.transaction([NAMES, CONTENT], "readwrite", { durability: "strict" });
      const done = endOf(change);
      this.#fill(change.objectStore(NAMES), change.objectStore(CONTENT), names, contents);
      await done;
      this.#failure = null;
      for (const [path, entry] of names)
        if (entry?.kind === "file" && ON_DEMAND.test(path) && !this.#contents.has(entry)) entry.bytes = null;
    } catch (error) {
      this.#failure = storeError(error);
      // To be tried again: what was written since comes after it.
      const [newerNames, newerContents] = [[...this.#names], [...this.#contents]];
      this.#names.clear();
      for (const [path, entry] of [...names, ...newerNames]) this.#names.set(path, entry);
      for (const [file] of [...contents, ...newerContents]) {
        this.#stored.delete(file.ino);
        this.#contents.set(file, 0);
      }
    }
  }

  #fill(
    nameStore: IDBObjectStore,
    contentStore: IDBObjectStore,
    names: readonly (readonly [string, Entry | null])[],
    contents: readonly (readonly [FileEntry, number])[],
  ): void {
    for (const [path, entry] of names) this.#point(path, entry?.ino ?? null);
    for (const [ino, count] of this.#nameCount) {
      if (count > 0) continue;
      this.#nameCount.delete(ino);
      this.#stored.delete(ino);
      contentStore.delete(piecesOf(ino));
    }
    for (const [file, from] of contents) this.#writeContent(contentStore, file, from);
    const changed = new Map(names);
    const files = new Map(contents.map(([file]) => [file.ino, file]));
    for (const [path, ino] of this.#inoOf) if (files.has(ino)) changed.set(path, files.get(ino)!);
    for (const [path, entry] of changed) {
      if (entry === null) nameStore.delete(path);
      else nameStore.put(storedName(entry, this.#stored.get(entry.ino)?.pieces ?? 0), path);
    }
  }

  /** Appended content becomes one more piece; other changes replace all pieces. */
  #writeContent(store: IDBObjectStore, file: FileEntry, from: number): void {
    if (file.bytes === null || !this.#nameCount.has(file.ino)) return;
    const before = this.#stored.get(file.ino);
    const isAppended = before !== undefined && before.size > 0 && from >= before.size;
    if (!isAppended) store.delete(piecesOf(file.ino));
    const piece = isAppended ? before.pieces : 0;
    store.put(file.bytes.slice(isAppended ? before.size : 0, file.size), [file.ino, piece]);
    this.#stored.set(file.ino, { pieces: piece + 1, size: file.size });
  }

  /** Notes what a name stands for now. */
  #point(path: string, ino: number | null): void {
    const before = this.#inoOf.get(path);
    if (before !== undefined) this.#nameCount.set(before, this.#nameCount.get(before)! - 1);
    if (ino === null) {
      this.#inoOf.delete(path);
      return;
    }
    this.#inoOf.set(path, ino);
    this.#nameCount.set(ino, (this.#nameCount.get(ino) ?? 0) + 1);
  }
}

function storedName({ kind, ino, size, mtimeMs, birthtimeMs }: Entry, pieces: number): StoredName {
  return { kind, ino, size, mtimeMs, birthtimeMs, pieces };
}

function piecesOf(ino: number): IDBKeyRange {
  return IDBKeyRange.bound([ino, 0], [ino, Number.MAX_SAFE_INTEGER]);
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function endOf(change: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = () => reject(change.error ?? new Error("the browser's storage broke off"));
  });
}

function storeError(error: unknown): Error {
  const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
  return nodeError(isFull ? "ENOSPC" : "EIO", "the browser's storage", error);
}
