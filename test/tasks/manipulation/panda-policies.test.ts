/** Policies made by other programs, which know a Panda's task by its published layout alone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH, constant, graphFunction, input, matmul, writeOnnx } from "../../../src/graph/index.ts";
import { callCli } from "../../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-panda-"));
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
    { task: "PandaPickCubeOrientation", obsSize: 66, actionSize: 8, counters: null },
    { task: "PandaOpenCabinet", obsSize: 55, actionSize: 8, counters: null },
    { task: "PandaPickCubeCartesian", obsSize: 70, actionSize: 3, counters: ["close"] },
    { task: "PandaRobotiqPushCube", obsSize: 48, actionSize: 7, counters: ["targets"] },
  ])("is evaluated in $task, with its success", async ({ task, obsSize, actionSize, counters }) => {
    const file = policyFile(task, obsSize, actionSize);
    const flags = ["--task", task, "--episodes", "1", "--workers", "1", "--json"];
    const { stdout, stderr, code } = await callCli("eval", file, ...flags);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect([0, 1]).toContain(result.successRate);
    expect(result.counters && Object.keys(result.counters)).toEqual(counters);
  });
});
