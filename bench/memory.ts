/** Memory of whole training processes, at their largest: loading, two iterations, an evaluation and a checkpoint. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "../src/files/atomic-file.ts";

/** Memory of one process. */
export interface MemorySizes {
  /** Largest resident size in GiB of a process that trains 512 environments; asked: at most 2 */
  readonly gibibytes: number;
  readonly envs: number;
  readonly workers: number;
}

/** Measures the laptop preset of one task by name, with 512 environments and as many threads as there are cores. */
export async function benchMemory(task: string): Promise<MemorySizes> {
  const script = fileURLToPath(new URL("./memory-process.js", import.meta.url));
  const folder = await temporaryFolder("flowgait-bench");
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, task, folder]);
    return JSON.parse(stdout) as MemorySizes;
  } finally {
    await rm(folder, { recursive: true });
  }
}
