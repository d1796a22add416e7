/** A run of a few control steps for tests of the commands that take a policy. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { callCli, TINY } from "./cli-process.ts";

/** Call inside a describe block. @returns gives the run's folder once the tests run; it is removed after them */
export function tinyRun(task: string, ...more: string[]): () => string {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    const settings = [...TINY, "--steps", "512", "--evaluation.every-steps", "0", ...more];
    const { code, stderr } = await callCli("train", task, ...settings, "--run", join(folder, "run"));
    expect(code, stderr).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, "run");
}
