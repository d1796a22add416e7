/** The part of node:fs/promises that shared code uses, on the page's disk. */
import { dirname, join, resolve } from "path-browserify";
import { disk } from "../disk/disk.ts";
import { Stats } from "../disk/entry.ts";
import { bytesOf, content, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "./fs.ts";

/** A name in a folder. */
export class Dirent {
  readonly name: string;
  readonly parentPath: string;
  readonly #stats: Stats;

  constructor(folder: string, name: string) {
    this.name = name;
    this.parentPath = folder;
    this.#stats = new Stats(disk.entry(join(folder, name)));
  }

  isFile(): boolean {
    return this.#stats.isFile();
  }

  isDirectory(): boolean {
    return this.#stats.isDirectory();
  }
}

export async function mkdir(path: string, options?: { recursive?: boolean }): Promise<string | undefined> {
  return mkdirSync(path, options);
}

export async function mkdtemp(prefix: string): Promise<string> {
  return mkdtempSync(prefix);
}

export async function rm(path: string, options?: { force?: boolean; recursive?: boolean }): Promise<void> {
  rmSync(path, options);
}

export async function stat(path: string): Promise<Stats> {
  return new Stats(disk.entry(resolve(path)));
}

export async function readFile(path: string): Promise<Buffer>;
export async function readFile(path: string, encoding: "utf8"): Promise<string>;
export async function readFile(path: string, encoding?: "utf8"): Promise<Buffer | string> {
  return content(await disk.load(resolve(path)), encoding);
}

export async function writeFile(path: string, data: Uint8Array | string, options?: { flag?: string }): Promise<void> {
  writeFileSync(path, data, options);
}

interface ReadOptions {
  readonly recursive?: boolean;
  readonly withFileTypes?: boolean;
}

export async function readdir(path: string): Promise<string[]>;
export async function readdir(path: string, options: ReadOptions & { withFileTypes: true }): Promise<Dirent[]>;
export async function readdir(path: string, options: ReadOptions = {}): Promise<string[] | Dirent[]> {
  const full = resolve(path);
  const names = disk.list(full).flatMap((name) => (options.recursive ? below(full, name) : [name]));
  if (!options.withFileTypes) return names;
  return names.map((name) => new Dirent(dirname(join(full, name)), name.slice(name.lastIndexOf("/") + 1)));
}

/** A name and all that is below it, relative to the folder. */
function below(folder: string, name: string): string[] {
  const path = join(folder, name);
  if (disk.entry(path).kind === "file") return [name];
  return [name, ...disk.list(path).flatMap((inner) => below(folder, join(name, inner)))];
}

export async function rename(from: string, to: string): Promise<void> {
  disk.rename(resolve(from), resolve(to));
}

export async function link(from: string, to: string): Promise<void> {
  disk.link(resolve(from), resolve(to));
}

/** Copies a file or a folder. */
export async function cp(from: string, to: string): Promise<void> {
  if (disk.entry(resolve(from)).kind === "file") {
    await writeFile(to, await readFile(from));
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const name of disk.list(resolve(from))) await cp(join(from, name), join(to, name));
}

/** An open file or folder. */
export async function open(path: string, flags = "r") {
  const full = resolve(path);
  if (flags.startsWith("r")) disk.entry(full);
  const file = flags.startsWith("r") ? null : disk.create(full, { isNew: flags.includes("x") });
  return {
    writeFile: async (data: Uint8Array | string) => {
      if (file !== null) disk.write(file, bytesOf(data), 0);
    },
    stat: async () => new Stats(file ?? disk.entry(full)),
    /** Resolves when the browser has stored it. */
    sync: () => disk.keeper.sync(),
    close: async () => {},
  };
}

export async function access(path: string): Promise<void> {
  if (!existsSync(path)) disk.entry(resolve(path));
}
