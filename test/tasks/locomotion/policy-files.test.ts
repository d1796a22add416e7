/** Policies made by other programs, which know a legged robot's task by its published layout alone. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH, constant, graphFunction, input, matmul, writeOnnx } from "../../../src/graph/index.ts";
import { callCli } from "../../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-legs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A linear policy without metadata, whose actions are so small that a robot at home keeps standing. */
function policyFile(name: string, obsSize: number, actionSize: number): string {
  const weights = Float32Array.from({ length: obsSize * actionSize }, (_, i) => 0.002 * Math.sin(i));
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
    { task: "H1InplaceGaitTracking", sizes: [186, 19], tracks: false, successes: [null] },
    { task: "H1JoystickGaitTracking", sizes: [113, 19], tracks: true, successes: [null] },
    { task: "SpotFlatTerrainJoystick", sizes: [81, 12], tracks: true, successes: [null] },
    { task: "SpotJoystickGaitTracking", sizes: [69, 12], tracks: true, successes: [null] },
    { task: "SpotGetup", sizes: [30, 12], tracks: false, successes: [0, 1] },
    { task: "Op3Joystick", sizes: [147, 20], tracks: true, successes: [null] },
    { task: "ApolloJoystickFlatTerrain", sizes: [112, 32], tracks: true, successes: [null] },
    { task: "BarkourJoystick", sizes: [465, 12], tracks: true, successes: [null] },
  ])("is evaluated in $task, with its tracking errors or its success", async ({ task, sizes, tracks, successes }) => {
    const file = policyFile(task, sizes[0], sizes[1]);
    const flags = ["--task", task, "--episodes", "1", "--workers", "1", "--json"];
    const { stdout, stderr, code } = await callCli("eval", file, ...flags);
    expect([stderr, code]).toEqual(["", 0]);
    const result = JSON.parse(stdout);
    expect(successes).toContain(result.successRate);
    expect(result.linVelError === null).toBe(!tracks);
  });
});
