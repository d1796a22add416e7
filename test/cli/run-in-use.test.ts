import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkpointSteps, latestCheckpoint, listCheckpoints } from "../../src/runs/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli, jsonLines, type Running, startCli, TINY } from "./cli-process.ts";

const ENDLESS = ["--algorithm", "fpo", ...TINY, "--evaluation.every-steps", "0"];
ENDLESS.push("--steps", "100000000", "--checkpoint.every-seconds", "0");

const reportsIn = (run: string) => jsonLines(readFileSync(join(run, "metrics.jsonl"), "utf8"));
const isLock = (name: string) => name.endsWith(".lock");

/** A training that has left its first checkpoint. */
async function startTraining(cwd: string, run: string, shellPrefix = "", task = "CartpoleBalance"): Promise<Running> {
  const running = startCli(["train", task, ...ENDLESS, "--run", run], cwd, shellPrefix);
  await running.until("stderr", /512 of 100\.00M steps/);
  while ((await listCheckpoints(join(cwd, run))).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return running;
}

/** Everything that a run needs, at one and the same step, and that it can be gone on from. */
async function expectWhole(run: string, own: readonly string[] = []): Promise<void> {
  const kept = ["checkpoints", "config.json", "controller.onnx", "manifest.jsonl", "metrics.jsonl", "tensorboard"];
  expect(readdirSync(run).sort()).toEqual([...kept, ...own].sort());
  const steps = checkpointSteps(await latestCheckpoint(run));
  const reports = reportsIn(run).map((report) => report.steps);
  expect(reports).toEqual(Array.from({ length: steps / 512 }, (_, k) => 512 * (k + 1)));
  const found = await callCli("verify", run, "--sample", "0", "--workers", "1");
  expect(found.code, found.stdout + found.stderr).toBe(0);
  const { code, stderr } = await callCli("train", "--resume", run, "--steps", String(steps + 512));
  expect(code, stderr).toBe(0);
  expect(
    reportsIn(run)
      .filter(({ event }) => event === "iteration")
      .at(-1)!.steps,
  ).toBe(steps + 512);
}

/** Deletes a folder at once: what is written into it meanwhile would keep it from being emptied file by file. */
function takeAway(folder: string): void {
  renameSync(folder, `${folder}-gone`);
  rmSync(`${folder}-gone`, { recursive: true, force: true, maxRetries: 5 });
}

describe("a run folder that is trained in", () => {
  it("is refused to a second training, may be read, and is free once the first was killed", async () => {
    const cwd = scratchFolder();
    const run = join(cwd, "run");
    const first = await startTraining(cwd, "run");
    const refused = await callCli("train", "--resume", run);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^flowgait: .*run: process \d+ on .* \(since 20.*Z\) is training here, expected it to end first\n$/,
    );
    expect(refused.stderr).toContain(`process ${first.child.pid} on ${hostname()}`);
    const evaluated = await callCli("eval", run, "--episodes", "1", "--workers", "1");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    first.child.kill("SIGKILL");
    await first.finished;
    expect(readdirSync(run).filter(isLock)).toEqual(["training-1.lock"]);
    const steps = checkpointSteps(await latestCheckpoint(run)) + 512;
    const resumed = await callCli("train", "--resume", run, "--steps", String(steps));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(readdirSync(run).filter(isLock)).toEqual([]);
    const reported = reportsIn(run).map((report) => report.steps);
    expect(new Set(reported.slice(0, -1)).size).toBe(reported.length - 1);
  });
});

describe.skipIf(process.platform === "win32")("a training whose run folder is taken away", () => {
  const lost = (words: string, place: string) =>
    new RegExp(
      `^flowgait: .*run: ${words}; the training is saved at [\\d,]+ steps in ${place}; try: flowgait train --resume ${place}$`,
      "m",
    );

  it("ends in words when the folder was deleted, and is saved whole beside it", async () => {
    const cwd = scratchFolder();
    const { finished } = await startTraining(cwd, "run");
    takeAway(join(cwd, "run"));
    const { code, stderr } = await finished;
    expect(stderr).toMatch(lost("was deleted or moved during the training", "run-rescued-1"));
    expect([code, readdirSync(cwd)]).toEqual([1, ["run-rescued-1"]]);
    await expectWhole(join(cwd, "run-rescued-1"));
  });

  it("takes a user's own task with it, though the copy is gone", async () => {
    const cwd = scratchFolder();
    const task = join(cwd, "own.mjs");
    writeFileSync(task, 'import { registry } from "flowgait";\nexport default registry.get("CartpoleBalance");\n');
    const { finished } = await startTraining(cwd, "run", "", task);
    expect(readdirSync(join(cwd, "run"))).toContain("task");
    takeAway(join(cwd, "run"));
    expect((await finished).code).toBe(1);
    rmSync(task);
    await expectWhole(join(cwd, "run-rescued-1"), ["task"]);
  });

  it("leaves a folder that was moved as it is, and does not make the old one again", async () => {
    const cwd = scratchFolder();
    const { finished } = await startTraining(cwd, "run");
    renameSync(join(cwd, "run"), join(cwd, "kept"));
    const { code } = await finished;
    expect([code, readdirSync(cwd).sort()]).toEqual([1, ["kept", "run-rescued-1"]]);
    await expectWhole(join(cwd, "run-rescued-1"));
    const kept = await callCli("train", "--resume", join(cwd, "kept"), "--steps", "512");
    expect(kept.code, kept.stderr).toBe(0);
  });

  it("goes to the temporary folder where nothing can be written beside it", async () => {
    const [cwd, temporary] = [scratchFolder(), scratchFolder()];
    mkdirSync(join(cwd, "lab"));
    const { finished } = await startTraining(cwd, "lab/run", `export TMPDIR="${temporary}";`);
    takeAway(join(cwd, "lab"));
    const { code, stderr } = await finished;
    expect(stderr).toMatch(lost("was deleted or moved during the training", `${temporary}/flowgait-rescued-\\w+`));
    expect([code, readdirSync(cwd)]).toEqual([1, []]);
    await expectWhole(/--resume (.*)/.exec(stderr)![1]!);
  });

  it("is saved elsewhere too where its checkpoints cannot be written any more", async () => {
    const cwd = scratchFolder();
    const { child, finished } = await startTraining(cwd, "run");
    child.kill("SIGSTOP");
    const checkpoints = join(cwd, "run", "checkpoints");
    takeAway(checkpoints);
    writeFileSync(checkpoints, "a file");
    child.kill("SIGCONT");
    const { code, stderr } = await finished;
    expect(stderr).toMatch(
      /^flowgait: .*step-\d+\.safetensors: cannot be written: .*; the training is saved at [\d,]+ steps in run-rescued-1; try:/m,
    );
    expect(code).toBe(1);
    expect(existsSync(join(cwd, "run", "config.json"))).toBe(true);
    await expectWhole(join(cwd, "run-rescued-1"));
  });
});
