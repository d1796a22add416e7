/** The folder that an export goes to: refused before any work where something is in the way, written file by file, each whole or not at all. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, readError, writeError, writeFileAtomically } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";

/** Files by name. */
export type ExportedFiles = ReadonlyMap<string, Uint8Array | string>;

/** @throws UserError when the folder holds something and `force` is not set (exit code 2), or cannot be written; afterwards all is as before */
export async function checkOutputFolder(folder: string, force: boolean): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error.code === "ENOTDIR"
      ? new UserError(`--out: ${folder} is a file, expected a folder`, { exitCode: 2 })
      : readError(folder, error, "a folder");
  });
  if (found.length === 0 || force) return tryToWrite(folder);
  throw new UserError(`--out: ${folder} is not empty, expected a new or empty folder, or --force to write into it`, {
    exitCode: 2,
  });
}

/** Makes the folder and something in it, and takes both away again. */
async function tryToWrite(folder: string): Promise<void> {
  const made = await makeFolder(folder);
  const probe = await mkdtemp(join(folder, ".flowgait-")).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  await rm(made ?? probe, { recursive: true });
}

/** Writes all files; other files of the folder stay. @returns their paths, in the order of the files */
export async function writeExport(folder: string, files: ExportedFiles): Promise<string[]> {
  await makeFolder(folder);
  for (const [name, content] of files) await writeFileAtomically(join(folder, name), content);
  return [...files.keys()].map((name) => join(folder, name));
}
