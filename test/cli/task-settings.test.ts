/** A run with weights of its own: what it stores, what judges it, and what may change when it continues. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { readController } from "../../src/export/read-controller.ts";
import { readRunConfig } from "../../src/runs/run-folder.ts";
import { callCli } from "./cli-process.ts";
import { tinyRun } from "./tiny-run.ts";

const FEW = ["--episodes", "2", "--workers", "1", "--json"];

describe("a run with settings of the task's own", () => {
  const run = tinyRun("CartpoleBalance", "--reward.balance", "3");
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("stores them by their flags, and nothing without them", async () => {
    expect((await readRunConfig(run())).taskSettings).toEqual({ "reward.balance": 3 });
    const { stdout } = await callCli("train", "CartpoleBalance", "--print-config");
    expect(Object.keys(JSON.parse(stdout))).not.toContain("taskSettings");
  });

  it("is judged by its own weights, and by the published ones where the task is named", async () => {
    const [own, published] = [await evaluated(run()), await evaluated(run(), "--task", "CartpoleBalance")];
    expect(own.returnMean).toBeGreaterThan(0);
    expect(own.returnMean).toBeCloseTo(3 * published.returnMean, 4);
  });

  it("gives a controller that says so and is judged alike", async () => {
    const path = join(run(), "controller.onnx");
    const { contract } = readController(readFileSync(path), path);
    expect(contract.task.settings).toEqual({ "reward.balance": 3 });
    expect(contract.task.reward).toEqual([{ name: "balance", weight: 3 }]);
    expect((await findPolicy(path)).variant.taskSettings).toEqual({ "reward.balance": 3 });
  });

  it("keeps them in a fork, which may change them, and refuses others when it resumes", async () => {
    const kept = join(folder, "kept");
    const changed = join(folder, "changed");
    const fork = ["--fork", run(), "--steps", "1024", "--run"];
    expect((await callCli("train", ...fork, kept)).code).toBe(0);
    expect((await callCli("train", ...fork, changed, "--reward.balance", "0.5")).code).toBe(0);
    expect((await readRunConfig(kept)).taskSettings).toEqual({ "reward.balance": 3 });
    expect((await readRunConfig(changed)).taskSettings).toEqual({ "reward.balance": 0.5 });
    const refused = await callCli("train", "--resume", run(), "--reward.balance", "1");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--reward.balance: cannot be changed when resuming");
    expect((await callCli("train", "--resume", run(), "--steps", "1024")).code).toBe(0);
    expect((await readRunConfig(run())).taskSettings).toEqual({ "reward.balance": 3 });
  });

  it.each([
    ["--reward.blance", "--reward.blance: unknown flag; nearest: --reward.balance"],
    ["--rewards.balance", "--rewards.balance: unknown flag; nearest: --reward.balance"],
    ["--command.vx", "--command.vx: unknown flag; CartpoleBalance has no --command settings"],
  ])("%s is refused in one line before anything is made", async (flag, line) => {
    const { code, stderr } = await callCli("train", "CartpoleBalance", flag, "2", "--run", join(folder, "none"));
    expect(code).toBe(2);
    expect(stderr).toBe(`flowgait: ${line}\n`);
  });

  it("help lists the settings of the task that is named, with its lesson's rewards", async () => {
    const { code, stdout } = await callCli("train", "Go1JoystickFlatTerrain", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("Settings of Go1JoystickFlatTerrain with lesson trot, rewards:\n");
    expect(stdout).toMatch(/ {2}--reward\.contactRhythm <number> {2}\(default: [\d.]+\)/);
    expect((await callCli("train", "--help")).stdout).toContain("flowgait train <task> --help lists those of a task.");
  });
});

async function evaluated(...args: string[]): Promise<{ returnMean: number }> {
  const { stdout, stderr, code } = await callCli("eval", ...args, ...FEW);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}
