/** Policies made by other programs, which know a hand task by its published layout alone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH, constant, graphFunction, input, matmul, writeOnnx } from "../../../src/graph/index.ts";
import { callCli } from "../../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-hands-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A linear policy without metadata. */
function policyFile(name: string, obsSize: number, actionSize: number): string {
  const weights = Float32Array.from({ length: obsSize * actionSize }, (_, i) => 0.02 * Math.sin(i));
  const obs = input("observations", [BATCH, obsSize]);
  const path = join(folder, `${name}.onnx`);
  writeFileSync(
    path,
    writeOnnx(graphFunction("linear", { action: matmul(obs, constant(weights, [obsSize, actionSize])) })),
  );
  return path;
}

describe("a file with the published layout", () => {
  it.each([
    { task: "LeapCubeRotateZAxis", obsSize: 32, actionSize: 16, counter: "turned" },
    { task: "LeapCubeReorient", obsSize: 57, actionSize: 16, counter: "goals" },
    { task: "AeroCubeRotateZAxis", obsSize: 14, actionSize: 7, counter: "turned" },
  ])("is evaluated in $task, with drops and $counter", async ({ task, obsSize, actionSize, counter }) => {
    const file = policyFile(task, obsSize, actionSize);
    const flags = ["--task", task, "--episodes", "1", "--workers", "1", "--json"];
    const { stdout, stderr, code } = await callCli("eval", file, ...flags);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.successRate).toBeNull();
    expect([0, 1]).toContain(result.dropRate);
    expect(Object.keys(result.counters)).toEqual([counter]);
    expect(JSON.stringify(result.counters)).not.toContain("null");
  });
});
