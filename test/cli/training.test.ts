import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { latestCheckpoint, listCheckpoints, loadCheckpoint } from "../../src/train/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { jsonLines, runCli, startCli, TINY } from "./cli-process.ts";

const train = (...more: string[]) => ["train", "CartpoleBalance", ...TINY, ...more];
const everyIteration = ["--checkpoint.every-seconds", "0"];
const stepsIn = (run: string) =>
  jsonLines(readFileSync(join(run, "metrics.jsonl"), "utf8"))
    .filter(({ event }) => event === "iteration")
    .map(({ steps }) => steps);

describe("flowgait train", () => {
  it("reports to scripts, writes the run folder, and what it trained can be measured and exported", async () => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await runCli(train("--steps", "2048", "--json"), cwd);
    expect(stderr).toContain("done: 2,048 steps");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    const iteration = "event steps seconds stepsPerSecond returnMean episodeLengthMean clipFraction valueLoss".split(
      " ",
    );
    expect(lines.slice(0, -2).map((line) => Object.keys(line))).toEqual([iteration, iteration, iteration, iteration]);
    expect(Object.keys(lines.at(-2)!)).toEqual("event steps returnMean returnStd episodeLengthMean".split(" "));
    const run = join(cwd, "runs", "CartpoleBalance-fpo-s1-1");
    expect(lines.at(-1)).toEqual({ event: "done", run, steps: 2048, seconds: expect.any(Number) });
    expect(readdirSync(run).sort()).toEqual([
      "checkpoints",
      "config.json",
      "controller.onnx",
      "metrics.jsonl",
      "tensorboard",
    ]);

    const evaluated = await runCli(["eval", run, "--episodes", "2", "--workers", "1", "--json"], cwd);
    const result = JSON.parse(evaluated.stdout);
    expect(Object.keys(result)).toEqual(
      "task policy episodes returnMean returnStd episodeLengthMean fallRate linVelError yawRateError terms".split(" "),
    );
    // The same seed and episodes as the training's own last evaluation.
    expect(result).toMatchObject({ task: "CartpoleBalance", returnMean: lines.at(-2)!.returnMean, linVelError: null });

    const exported = await runCli(["export", run, "--out", join(cwd, "out"), "--json"], cwd);
    const report = JSON.parse(exported.stdout);
    expect(existsSync(report.path)).toBe(true);
    expect(report.worstDifference).toBeLessThan(1e-5);
  });

  it("stops at Ctrl-C with a checkpoint, and goes on from there in the same folder", async () => {
    const cwd = scratchFolder();
    const first = startCli(train("--steps", "1000000"), cwd);
    await first.until("stderr", /512 of 1\.00M steps/);
    first.child.kill("SIGINT");
    const stopped = await first.finished;
    expect(stopped.code).toBe(0);
    expect(stopped.stderr).toContain("go on with: flowgait train --resume runs/CartpoleBalance-fpo-s1-1");
    const run = join(cwd, "runs", "CartpoleBalance-fpo-s1-1");
    const { envSteps } = (await loadCheckpoint(await latestCheckpoint(run))).metadata;
    expect(envSteps).toBe(stepsIn(run).at(-1));

    const resumed = await runCli(["train", "--resume", run, "--steps", String(envSteps + 1024)], cwd);
    expect(resumed.code).toBe(0);
    expect(stepsIn(run).at(-1)).toBe(envSteps + 1024);
    expect(readdirSync(join(run, "tensorboard"))).toHaveLength(2);
    expect(readdirSync(join(cwd, "runs"))).toHaveLength(1);
  });

  it("starts a new run from an older checkpoint and keeps the old run", async () => {
    const cwd = scratchFolder();
    const run = join(cwd, "run");
    expect((await runCli(train("--steps", "1536", "--run", run, ...everyIteration), cwd)).code).toBe(0);
    const [oldest] = await listCheckpoints(run);
    const before = readdirSync(join(run, "checkpoints"));
    const forked = await runCli(["train", "--resume", oldest!, "--steps", "1024"], cwd);
    expect(forked.stderr).toContain("from 512 steps");
    expect(stepsIn(join(cwd, "runs", "CartpoleBalance-fpo-s1-1"))).toEqual([1024]);
    expect(readdirSync(join(run, "checkpoints"))).toEqual(before);
  });

  it("refuses a damaged checkpoint in one line and changes nothing", async () => {
    const cwd = scratchFolder();
    const run = join(cwd, "run");
    expect((await runCli(train("--steps", "512", "--run", run), cwd)).code).toBe(0);
    const path = await latestCheckpoint(run);
    writeFileSync(path, readFileSync(path).subarray(0, 5000));
    const refused = await runCli(["train", "--resume", run], cwd);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toBe(`flowgait: ${path}: truncated, ${refused.stderr.split("truncated, ")[1]}`);
    expect(stepsIn(run)).toEqual([512]);
    // Killed before its first checkpoint, it would begin again, and each step would be reported once.
    rmSync(path);
    expect((await runCli(["train", "--resume", run, "--steps", "1024"], cwd)).code).toBe(0);
    expect(stepsIn(run)).toEqual([512, 1024]);
  });

  it.skipIf(process.platform === "win32")("keeps the last good checkpoint when the disk takes no more", async () => {
    const cwd = scratchFolder();
    const run = join(cwd, "run");
    // Files of this process may have 32 blocks of 512 bytes: metrics.jsonl outgrows that after a while, checkpoints do not.
    const limited = startCli(train("--steps", "1000000", "--run", run, ...everyIteration), cwd, "ulimit -f 32;");
    const { code, stderr } = await limited.finished;
    expect(stderr).toMatch(
      /flowgait: .*: cannot be written: the limit on file sizes is reached, expected a higher one/,
    );
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
    expect((await loadCheckpoint(await latestCheckpoint(run))).metadata.envSteps).toBeGreaterThan(0);
  });

  it("trains a task of the user's own and leaves no run behind when its scene is wrong", async () => {
    const cwd = scratchFolder();
    mkdirSync(join(cwd, "robot"));
    writeFileSync(join(cwd, "robot", "scene.xml"), "<mujoco><worldbody><body></mujoco>");
    const task = join(cwd, "my-task.ts");
    writeFileSync(
      task,
      `import { defineTask, direct } from "flowgait";
export const task = defineTask({
  name: "Broken",
  scene: "robot/scene.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
  action: direct(),
  observe: { one: { of: () => 1 } },
  reward: { none: { weight: 1, of: () => 0 } },
});
`,
    );
    const { code, stderr } = await runCli(["train", task, ...TINY], cwd);
    expect(stderr).toMatch(/scene\.xml/);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
    expect(readdirSync(join(cwd, "runs"))).toEqual([]);
  });
});
