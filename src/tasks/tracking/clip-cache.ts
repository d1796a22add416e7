/** Clips that were made before, as files: a clip takes a second to make and a moment to read. The page of an export has none. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { CLIP_HZ } from "./clip.ts";
import { controllerFile } from "./clip-file.ts";
import type { ClipProgram } from "./clip-programs.ts";

/** Changes when the same programs give other motions. */
const EDITION = 3;

/** Folder of the clips: FLOWGAIT_CACHE, else the user's cache. */
export function clipFolder(): string {
  const own = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(process.env.FLOWGAIT_CACHE ?? join(own, "flowgait"), "clips");
}

let controllerDigest: string | undefined;

/** Name of a program's file; what makes another motion has another name. */
function fileName({ name, ...program }: ClipProgram): string {
  controllerDigest ??= digest(readFileSync(controllerFile()));
  return `${name}-${digest(JSON.stringify([EDITION, CLIP_HZ, controllerDigest, program])).slice(0, 16)}.f32`;
}

/** So many values as they were kept, in float32; null where there are none, or others. */
export function cachedFrames(program: ClipProgram, values: number): Float64Array | null {
  for (const folder of [clipFolder(), fallback()]) {
    const bytes = readIfThere(join(folder, fileName(program)));
    if (bytes?.length === 4 * values) return Float64Array.from(new Float32Array(new Uint8Array(bytes).buffer));
  }
  return null;
}

/** Keeps the frames of a program, where a folder can be written. */
export function cacheFrames(program: ClipProgram, values: Float64Array): void {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  for (const folder of [clipFolder(), fallback()]) if (write(folder, fileName(program), bytes)) return;
}

function fallback(): string {
  return join(tmpdir(), "flowgait-clips");
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function write(folder: string, name: string, bytes: Uint8Array): boolean {
  const temporary = join(folder, `.${name}.${process.pid}.${Math.round(performance.now() * 1000)}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, bytes);
    renameSync(temporary, join(folder, name));
    return true;
  } catch {
    return false;
  }
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
