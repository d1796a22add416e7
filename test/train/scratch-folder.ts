/** A folder of its own for each test that writes files; removed when the test is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Call inside a test. Returns the absolute path of a new, empty folder. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
