/** The part of node:fs that shared code uses, on the page's disk. */
import { resolve } from "path-browserify";
import { disk } from "../disk/disk.ts";
import { type FileEntry, Stats } from "../disk/entry.ts";
import { nodeError } from "../disk/node-error.ts";

type Text = "utf8" | "latin1" | { readonly encoding: "utf8" };

const opened = new Map<number, { readonly file: FileEntry; readonly appends: boolean; at: number }>();
let nextDescriptor = 3;

export function existsSync(path: string): boolean {
  return disk.find(resolve(path)) !== undefined;
}

export function statSync(path: string): Stats;
export function statSync(path: string, options: { throwIfNoEntry: false }): Stats | undefined;
export function statSync(path: string, { throwIfNoEntry = true } = {}): Stats | undefined {
  const entry = disk.find(resolve(path));
  if (entry === undefined && !throwIfNoEntry) return undefined;
  return new Stats(disk.entry(resolve(path)));
}

export { statSync as lstatSync };

/** The page's disk has no symbolic links. */
export function readlinkSync(path: string): string {
  disk.entry(resolve(path));
  throw nodeError("EINVAL", `'${path}' is no link`);
}

export function realpathSync(path: string): string {
  disk.entry(resolve(path));
  return resolve(path);
}

export function readFileSync(path: string): Buffer;
export function readFileSync(path: string, encoding: Text): string;
export function readFileSync(path: string, encoding?: Text): Buffer | string {
  return content(disk.read(resolve(path)), encoding);
}

/** A copy: a file's memory changes with it. */
export function content(bytes: Uint8Array, encoding?: Text): Buffer | string {
  if (encoding === undefined) return Buffer.from(bytes);
  return encoding === "latin1" ? Buffer.from(bytes).toString("latin1") : new TextDecoder().decode(bytes);
}

export function readdirSync(path: string): string[] {
  return disk.list(resolve(path));
}

export function mkdirSync(path: string, { recursive = false } = {}): string | undefined {
  const full = resolve(path);
  if (!recursive) {
    disk.makeFolder(full);
    return undefined;
  }
  let first: string | undefined;
  for (let at = 0; at !== -1; ) {
    at = full.indexOf("/", at + 1);
    const folder = at === -1 ? full : full.slice(0, at);
    const found = disk.find(folder);
    if (found?.kind === "file") throw nodeError("ENOTDIR", `'${folder}' is a file`);
    if (found !== undefined) continue;
    disk.makeFolder(folder);
    first ??= folder;
  }
  return first;
}

export function mkdtempSync(prefix: string): string {
  const path = `${resolve(prefix.replace(/\/?$/, ""))}${Math.random().toString(36).slice(2, 8)}`;
  mkdirSync(path, { recursive: true });
  return path;
}

export function rmSync(path: string, { force = false } = {}): void {
  if (force && !existsSync(path)) return;
  disk.remove(resolve(path));
}

export { rmSync as unlinkSync };

export function writeFileSync(path: string, data: Uint8Array | string, { flag = "w" } = {}): void {
  disk.write(disk.create(resolve(path), { isNew: flag === "wx" }), bytesOf(data), 0);
}

/** @param flags "r", "r+", "w", "wx", "a" or "a+" */
export function openSync(path: string, flags = "r"): number {
  const full = resolve(path);
  const file = flags.startsWith("r")
    ? disk.file(full)
    : disk.create(full, { isNew: flags.includes("x"), keepsContent: flags.startsWith("a") });
  opened.set(nextDescriptor, { file, appends: flags.startsWith("a"), at: 0 });
  return nextDescriptor++;
}

export function closeSync(descriptor: number): void {
  handle(descriptor);
  opened.delete(descriptor);
}

/** The file is stored soon; here nothing can wait for it. */
export function fsyncSync(descriptor: number): void {
  handle(descriptor);
  void disk.keeper.sync().catch(() => undefined);
  disk.keeper.check();
}

/** Writes bytes from `offset` on, or text; where the file stands, or at its end where it was opened to append. */
export function writeSync(descriptor: number, data: Uint8Array | string, offset = 0): number {
  const at = handle(descriptor);
  const bytes = typeof data === "string" ? bytesOf(data) : data.subarray(offset);
  disk.write(at.file, bytes, at.appends ? at.file.size : at.at);
  at.at += bytes.length;
  return bytes.length;
}

export function readSync(descriptor: number, into: Uint8Array, offset: number, length: number, from: number): number {
  const { file } = handle(descriptor);
  if (file.bytes === null)
    throw nodeError("EIO", "the file is in the browser's storage, expected to be read asynchronously");
  const bytes = file.bytes.subarray(from, Math.min(from + length, file.size));
  into.set(bytes, offset);
  return bytes.length;
}

function handle(descriptor: number) {
  const found = opened.get(descriptor);
  if (found === undefined) throw nodeError("EBADF", `file ${descriptor} is not open`);
  return found;
}

/** Bytes of what is written. */
export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
