/** Policies made by other programs, which know a task by its published layout alone: one observation in, one action out. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH, constant, graphFunction, input, matmul, writeOnnx } from "../../src/graph/index.ts";
import { callCli } from "../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-layouts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A linear policy without metadata. @param gain so small that a robot at home keeps standing, where it has to */
function policyFile(name: string, [obsSize, actionSize]: readonly number[], gain: number): string {
  const weights = Float32Array.from({ length: obsSize * actionSize }, (_, i) => gain * Math.sin(i));
  const action = matmul(input("observations", [BATCH, obsSize]), constant(weights, [obsSize, actionSize]));
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, writeOnnx(graphFunction("linear", { action })));
  return path;
}

/** What `eval` prints of an episode of such a policy. */
async function evaluated(task: string, sizes: readonly number[], gain: number) {
  const flags = ["--task", task, "--episodes", "1", "--workers", "1", "--json"];
  const { stdout, stderr, code } = await callCli("eval", policyFile(task, sizes, gain), ...flags);
  expect([stderr, code]).toEqual(["", 0]);
  return JSON.parse(stdout);
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
    const result = await evaluated(task, sizes, 0.002);
    expect(successes).toContain(result.successRate);
    expect(result.linVelError === null).toBe(!tracks);
  });

  it.each([
    { task: "LeapCubeRotateZAxis", sizes: [32, 16], counter: "turned" },
    { task: "LeapCubeReorient", sizes: [57, 16], counter: "goals" },
    { task: "AeroCubeRotateZAxis", sizes: [14, 7], counter: "turned" },
  ])("is evaluated in $task, with drops and $counter", async ({ task, sizes, counter }) => {
    const result = await evaluated(task, sizes, 0.02);
    expect(result.successRate).toBeNull();
    expect([0, 1]).toContain(result.dropRate);
    expect(Object.keys(result.counters)).toEqual([counter]);
    expect(JSON.stringify(result.counters)).not.toContain("null");
  });

  it.each([
    { task: "PandaPickCubeOrientation", sizes: [66, 8], counters: null },
    { task: "PandaOpenCabinet", sizes: [55, 8], counters: null },
    { task: "PandaPickCubeCartesian", sizes: [70, 3], counters: ["close"] },
    { task: "PandaRobotiqPushCube", sizes: [48, 7], counters: ["targets"] },
  ])("is evaluated in $task, with its success", async ({ task, sizes, counters }) => {
    const result = await evaluated(task, sizes, 0.02);
    expect([0, 1]).toContain(result.successRate);
    expect(result.counters && Object.keys(result.counters)).toEqual(counters);
  });

  it.each([
    { task: "AlohaHandOver", sizes: [83, 14], most: 250 },
    { task: "AlohaSinglePegInsertion", sizes: [82, 14], most: 500 },
  ])("is evaluated in $task, without success as long as it does nothing to that end", async ({ task, sizes, most }) => {
    const result = await evaluated(task, sizes, 0.02);
    expect(result).toMatchObject({ task, episodes: 1, successRate: 0, secondsToSuccess: null, linVelError: null });
    expect(result.episodeLengthMean).toBeGreaterThan(20);
    expect(result.episodeLengthMean).toBeLessThanOrEqual(most);
    expect(result.returnMean).not.toBe(0);
  });
});
