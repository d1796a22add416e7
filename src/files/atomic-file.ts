/**
 * Files that are either whole or absent: temporary name, fsync, rename, fsync of the folder. Also the one place that turns the operating system's
 * refusals into a line for people. It knows nothing of what is written.
 */
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { UserError } from "../math/user-error.ts";

/** What each refusal means and what would help. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full, expected free space",
  EDQUOT: "the disk quota is used up, expected free space",
  EACCES: "permission denied, expected a writable folder",
  EPERM: "not permitted, expected a writable folder",
  EROFS: "the file system is read-only, expected a writable folder",
  ENOTDIR: "a part of its path is a file, expected a folder",
  ENOENT: "its folder does not exist, expected a writable folder",
  EFBIG: "the limit on file sizes is reached, expected a higher limit",
  EISDIR: "it is a folder, expected a file",
  ENAMETOOLONG: "the name is too long, expected a shorter one",
  EMFILE: "too many open files, expected a free file handle",
  EIO: "the device reported an input/output error, expected a working disk",
};

/** Wraps an operating system error of writing `path`; anything else is returned as it is. */
export function writeError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== "string") return error;
  return new UserError(`${path}: cannot be written: ${refusals[code] ?? `${code}, expected a writable file`}`, {
    cause: error,
  });
}

/** Wraps an operating system error of reading `path`; anything else is returned as it is. */
export function readError(path: string, error: unknown, expected: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== "string") return error;
  const found = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
  return new UserError(`${path}: ${found}, expected ${expected}`, { cause: error });
}

/**
 * Replaces or creates `path` in one step: a reader, or a crash at any moment, meets the old file or the new one.
 * @throws UserError naming the file when the disk is full or the folder cannot be written; the old file is untouched then
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** Creates a folder and its parents. Throws UserError when that is not possible. @returns the topmost of those that were not there, null where all were */
export async function makeFolder(path: string): Promise<string | null> {
  try {
    return (await mkdir(path, { recursive: true })) ?? null;
  } catch (error) {
    throw writeError(path, (error as NodeJS.ErrnoException).code === "EEXIST" ? { code: "ENOTDIR" } : error);
  }
}

/** Makes an empty folder for temporary files; the caller removes it. Throws UserError when that is not possible. */
export async function temporaryFolder(name: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), `${name}-`));
  } catch (error) {
    throw writeError(`temporary folder ${tmpdir()} (TMPDIR)`, error);
  }
}

/** Removes what writers that were killed left in a folder. No other process may be writing there. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) if (/\.\d+\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
}

/** Makes a rename durable. Windows and some network folders cannot open folders; there the rename itself has to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  if (handle === null) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
