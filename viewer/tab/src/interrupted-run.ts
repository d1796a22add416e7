/** The run that was being trained when the page was closed or reloaded. */
import { join } from "node:path";
import { RUNS_FOLDER } from "../../../src/runs/run-folder.ts";
import { isLockName } from "../../../src/runs/run-lock.ts";
import { existsSync, readdirSync, statSync } from "./node/fs.ts";

/** A training that ends takes its lock away, so a lock that is there at the start was left behind. @returns null where there is none */
export function interruptedRun(): string | null {
  if (!existsSync(RUNS_FOLDER)) return null;
  const left = readdirSync(RUNS_FOLDER).flatMap((name) => {
    const run = join(RUNS_FOLDER, name);
    const lock = readdirSync(run).find(isLockName);
    return lock === undefined ? [] : [{ run, at: statSync(join(run, lock)).mtimeMs }];
  });
  return left.sort((a, b) => a.at - b.at).at(-1)?.run ?? null;
}
