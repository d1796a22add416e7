/** A run by a lesson: trained on the lesson's rewards, measured on the task, exported with the lesson's action mapping. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { readController } from "../../src/export/read-controller.ts";
import { callCli, jsonLines } from "./cli-process.ts";
import { tinyRun } from "./tiny-run.ts";

const FEW = ["--episodes", "2", "--workers", "1", "--json"];

describe("a run by a lesson", () => {
  const run = tinyRun("Go1JoystickFlatTerrain", "--lesson", "trot", "--mirror", "true", "--episode-steps", "25");

  it("learns from the lesson's rewards and is judged by the task's", async () => {
    const lines = jsonLines(readFileSync(join(run(), "metrics.jsonl"), "utf8")) as Record<string, unknown>[];
    const learned = lines.filter(({ event }) => event === "iteration").at(-1)!;
    const judged = lines.find(({ event }) => event === "evaluation")!;
    expect(Object.keys(learned.terms as object)).toContain("contactRhythm");
    expect(Object.keys(judged.terms as object)).toContain("footClearance");
    expect(Object.keys(judged.terms as object)).not.toContain("contactRhythm");
  });

  it("gives a controller that says so and acts as the checkpoint does", async () => {
    const path = join(run(), "controller.onnx");
    const { contract } = readController(readFileSync(path), path);
    expect(contract.task.lesson).toMatchObject({ name: "trot", terminations: ["fell"] });
    expect(contract.rules.lastAction).toContain("(target − offset)/shown");
    expect((await findPolicy(path)).variant.lesson).toBe("trot");
    const [checkpoint, controller] = [await evaluated(run(), "--noise", "zero"), await evaluated(path)];
    expect(controller.episodeLengthMean).toBe(checkpoint.episodeLengthMean);
    expect(controller.returnMean).toBeCloseTo(checkpoint.returnMean, 3);
  });

  it("gives a controller that another robot's task refuses by the lesson's name", async () => {
    const { code, stderr } = await callCli("eval", "Go1JoystickFlatTerrain", "--task", "G1JoystickFlatTerrain");
    expect(code).toBe(2);
    expect(stderr).toContain(
      'uses the action mapping of lesson "trot" of Go1JoystickFlatTerrain, which G1JoystickFlatTerrain does not',
    );
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("is refused by a task without it, before anything is made", async () => {
    const { code, stderr } = await callCli("train", "CheetahRun", "--lesson", "trot");
    expect(code).toBe(2);
    expect(stderr).toContain('--lesson: CheetahRun has no lesson "trot"');
  });
});

async function evaluated(...args: string[]) {
  const { stdout, code } = await callCli("eval", ...args, ...FEW);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}
