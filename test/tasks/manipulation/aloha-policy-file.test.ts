/** Third-party policies of the ALOHA tasks: one observation in the catalogue's layout in, one action out. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { BATCH, constant, graphFunction, input, matmul, writeOnnx } from "../../../src/graph/index.ts";
import { callCli } from "../../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-aloha-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  { task: "AlohaHandOver", size: 83, most: 250 },
  { task: "AlohaSinglePegInsertion", size: 82, most: 500 },
])("a policy file of another program runs in $task", async ({ task, size, most }) => {
  const weights = Float32Array.from({ length: size * 14 }, (_, i) => 0.02 * Math.sin(i));
  const file = join(folder, `${task}.onnx`);
  const action = matmul(input("obs", [BATCH, size]), constant(weights, [size, 14]));
  writeFileSync(file, writeOnnx(graphFunction("policy", { action })));
  const { stdout, stderr, code } = await callCli(
    "eval",
    file,
    "--task",
    task,
    "--episodes",
    "2",
    "--workers",
    "1",
    "--json",
  );
  expect([stderr, code]).toEqual(["", 0]);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ task, episodes: 2, successRate: 0, secondsToSuccess: null, linVelError: null });
  expect(result.episodeLengthMean).toBeGreaterThan(20);
  expect(result.episodeLengthMean).toBeLessThanOrEqual(most);
  expect(result.returnMean).not.toBe(0);
});
