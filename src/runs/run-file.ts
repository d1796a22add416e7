/**
 * A run as one file: to take out of a browser, or into one. Its configuration, curves, controller and the checkpoints to continue from, as
 * arrays of bytes in a safetensors file, which notices when it was cut short or changed.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { makeFolder, readError, writeError } from "../files/atomic-file.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../files/safetensors.ts";
import { UserError } from "../math/user-error.ts";
import { everyCheckpoint, latestCheckpoint } from "./checkpoint.ts";
import { COPIES } from "./own-files.ts";
import { RUNS_FOLDER, readRun, runPaths } from "./run-folder.ts";

/** How names of such files end. */
export const RUN_FILE_ENDING = ".flowgait";

const FORMAT = "flowgait-run";
/** Raised when older programs could no longer read the file. */
const VERSION = "1";
/** What a run file may hold: nothing that leaves the folder, and nothing that a run has not. */
const HELD =
  /^(config\.json|metrics\.jsonl|manifest\.jsonl|controller\.onnx|(checkpoints|tensorboard|task|robot)\/[^\\]+)$/;

/** Whether a path names such a file. */
export function isRunFile(path: string): boolean {
  return path.toLowerCase().endsWith(RUN_FILE_ENDING);
}

/**
 * The bytes of a run's file: all of it but older checkpoints.
 * @throws UserError where the folder is no run, or has no checkpoint yet
 */
export async function packRun(folder: string): Promise<Uint8Array> {
  await readRun(folder);
  const newest = await latestCheckpoint(folder);
  const best = (await everyCheckpoint(folder)).at(-1)!;
  const { config, metrics, manifest, controller } = runPaths(folder);
  const more = await Promise.all(["tensorboard", ...COPIES].map((name) => filesBelow(join(folder, name))));
  const tensors: Record<string, StoredTensor> = {};
  for (const path of new Set([config, metrics, manifest, controller, newest, best, ...more.flat()])) {
    const data = await contentOf(path);
    if (data === null) continue;
    tensors[
      path
        .slice(folder.length + 1)
        .split(sep)
        .join("/")
    ] = { data, shape: [data.length] };
  }
  return encodeSafetensors({ tensors, metadata: { format: FORMAT, formatVersion: VERSION, run: basename(folder) } });
}

/**
 * Makes a run's folder from its file, whole or not at all.
 * @param source what messages call the file
 * @param root where runs are
 * @returns the folder, which is named as the run was, with a number behind where that name is taken
 * @throws UserError in one line: truncated, damaged, another format or another version, or the folder cannot be written
 */
export async function unpackRun(bytes: Uint8Array, source: string, root: string = RUNS_FOLDER): Promise<string> {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  if (metadata.format !== FORMAT)
    throw new UserError(`${source}: format is ${metadata.format ?? "not named"}, expected ${FORMAT}`);
  if (metadata.formatVersion !== VERSION)
    throw new UserError(
      `${source}: run file version ${metadata.formatVersion}, this flowgait reads version ${VERSION}`,
    );
  const names = Object.keys(tensors);
  const strange = names.find((name) => !HELD.test(name) || name.split("/").includes(".."));
  if (strange !== undefined || !names.includes("config.json"))
    throw new UserError(`${source}: holds ${strange ?? "no config.json"}, expected the files of a run`);
  await makeFolder(root);
  const name = nameIn(metadata.run ?? "run", await readdir(root));
  const temporary = join(root, `.${name}.${process.pid}.tmp`);
  try {
    for (const [path, { data }] of Object.entries(tensors)) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), data as Uint8Array);
    }
    await readRun(temporary);
    await rename(temporary, join(root, name));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw writeError(join(root, name), error);
  }
  return resolve(root, name);
}

/** The same from the disk. Throws UserError as `unpackRun` does, and where the file cannot be read. */
export async function openRunFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error, "a run's file");
  });
  return unpackRun(bytes, path);
}

function nameIn(run: string, taken: readonly string[]): string {
  const plain = basename(run).replace(/^\.+/, "") || "run";
  if (!taken.includes(plain)) return plain;
  let n = 2;
  while (taken.includes(`${plain}-${n}`)) n++;
  return `${plain}-${n}`;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** null where there is no such file. */
async function contentOf(path: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw readError(path, error, "a file of the run");
  });
  return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
