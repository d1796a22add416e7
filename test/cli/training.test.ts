import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { latestCheckpoint, listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli, jsonLines, runCli, startCli, TINY } from "./cli-process.ts";

const train = (...more: string[]) => ["train", "CartpoleBalance", "--algorithm", "fpo", ...TINY, ...more];
const everyIteration = ["--checkpoint.every-seconds", "0"];
const noEvaluation = ["--evaluation.every-steps", "0"];
const stepsIn = (run: string) =>
  jsonLines(readFileSync(join(run, "metrics.jsonl"), "utf8"))
    .filter(({ event }) => event === "iteration")
    .map(({ steps }) => steps);

describe("a run of flowgait train --json", () => {
  let cwd = "";
  let run = "";
  let lines: Record<string, unknown>[] = [];

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    run = join(cwd, "runs", "CartpoleBalance-fpo-s1-1");
    const { code, stdout, stderr } = await runCli(train("--steps", "1536", "--json", ...everyIteration), cwd);
    expect(stderr).toContain("done: 1,536 steps");
    expect(code).toBe(0);
    lines = jsonLines(stdout);
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it("reports exactly the documented fields to scripts", () => {
    const iteration = "event steps seconds stepsPerSecond returnMean episodeLengthMean clipFraction valueLoss".split(
      " ",
    );
    expect(lines.slice(0, 3).map((line) => Object.keys(line))).toEqual([iteration, iteration, iteration]);
    expect(Object.keys(lines[3]!)).toEqual("event steps returnMean returnStd episodeLengthMean".split(" "));
    expect(lines.slice(4)).toEqual([{ event: "done", run, steps: 1536, seconds: expect.any(Number) }]);
  });

  it("leaves configuration, metrics, checkpoints and controller", () => {
    const written = ["checkpoints", "config.json", "controller.onnx", "manifest.jsonl", "metrics.jsonl", "tensorboard"];
    expect(readdirSync(run).sort()).toEqual(written);
    expect(readdirSync(join(run, "checkpoints")).sort()).toEqual([
      "best.safetensors",
      "step-000000000512.safetensors",
      "step-000000001024.safetensors",
      "step-000000001536.safetensors",
    ]);
  });

  it("can be evaluated with the same result as at its end", async () => {
    const { stdout } = await callCli(
      "eval",
      run,
      "--checkpoint",
      "last",
      "--episodes",
      "2",
      "--workers",
      "1",
      "--json",
    );
    const result = JSON.parse(stdout);
    const fields =
      "task policy episodes returnMean returnStd episodeLengthMean fallRate linVelError yawRateError linVelErrorUnaveraged yawRateErrorUnaveraged " +
      "footClearance footClearanceStd swingSeconds swingSecondsStd swingAsymmetry targetRate jointAcceleration footSlip torqueShare costOfTransport " +
      "standingDrift successRate secondsToSuccess dropRate counters aliveShare bodyErrorMm globalErrorMm ambiguity terms nonFinite identified";
    expect(Object.keys(result)).toEqual(fields.split(" "));
    const { returnMean, returnStd } = lines[3]!;
    expect(result).toMatchObject({ task: "CartpoleBalance", policy: run, returnMean, returnStd, linVelError: null });
  });

  it("is evaluated at its best checkpoint, the last one, or one by its steps", async () => {
    const evaluated = async (reference: string, ...flags: string[]) => {
      const { stdout, stderr } = await callCli(
        "eval",
        reference,
        ...flags,
        "--episodes",
        "2",
        "--workers",
        "1",
        "--json",
      );
      return { return: stdout && JSON.parse(stdout).returnMean, stderr };
    };
    const [oldest, newest] = [(await listCheckpoints(run))[0]!, await latestCheckpoint(run)];
    const best = join(run, "checkpoints", "best.safetensors");
    const { envSteps } = (await loadCheckpoint(best)).metadata;
    const { return: ofBest, stderr } = await evaluated(run);
    expect(ofBest).toBe((await evaluated(best)).return);
    if (envSteps < 1024)
      expect(stderr).toContain(`using the best checkpoint by evaluation, at ${envSteps} steps; the newest is at `);
    expect(await evaluated(run, "--checkpoint", "last")).toEqual(await evaluated(newest));
    expect(await evaluated(run, "--checkpoint", "512")).toEqual(await evaluated(oldest));
    const { stderr: refusal } = await evaluated(run, "--checkpoint", "3");
    expect(refusal).toMatch(/^flowgait: .*: has no checkpoint at 3 steps; expected one of 512; /);
  });

  it("can be exported, and the file answers like the policy", async () => {
    const sizes = "--rows 50 --episodes 1 --calls 10 --flow-step-counts 1 --physics none".split(" ");
    const { stdout } = await callCli("export", run, "--out", join(cwd, "out"), ...sizes, "--json");
    const report = JSON.parse(stdout);
    expect(existsSync(report.path)).toBe(true);
    for (const { network } of report.formats) expect(network.maxDifference).toBeLessThan(1e-5);
  });

  it("starts a new run from one of its older checkpoints and stays as it is", async () => {
    const [oldest] = await listCheckpoints(run);
    const before = readdirSync(join(run, "checkpoints"));
    const { stderr } = await runCli(["train", "--resume", oldest!, "--steps", "1024"], cwd);
    expect(stderr).toContain("from 512 steps");
    expect(stepsIn(join(cwd, "runs", "CartpoleBalance-fpo-s1-2"))).toEqual([1024]);
    expect(readdirSync(join(run, "checkpoints"))).toEqual(before);
  });

  it("refuses to go on from a damaged checkpoint, in one line, and changes nothing", async () => {
    const copy = join(scratchFolder(), "run");
    cpSync(run, copy, { recursive: true });
    const path = await latestCheckpoint(copy);
    writeFileSync(path, readFileSync(path).subarray(0, 5000));
    const { code, stdout, stderr } = await callCli("train", "--resume", copy);
    expect(stderr).toMatch(/^flowgait: .*step-000000001536\.safetensors: truncated, .*\n$/);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stepsIn(copy)).toEqual([512, 1024, 1536]);
  });

  it("refuses to go on as another task", async () => {
    const { code, stderr } = await callCli("train", "CheetahRun", "--resume", run);
    expect(stderr).toBe(
      `flowgait: CheetahRun: ${run} is a run of CartpoleBalance; omit the task or name CartpoleBalance\n`,
    );
    expect(code).toBe(2);
  });

  it("begins again where it was killed before its first checkpoint, and reports each step once", async () => {
    const copy = join(scratchFolder(), "run");
    cpSync(run, copy, { recursive: true });
    rmSync(join(copy, "checkpoints"), { recursive: true });
    const { code } = await callCli("train", "--resume", copy, "--steps", "1024");
    expect(code).toBe(0);
    expect(stepsIn(copy)).toEqual([512, 1024]);
  });
});

/** A cart with the joints of the package's, and a pole that is half as long and five times as heavy. */
const STUMP = `<mujoco model="stump">
  <worldbody>
    <body name="wagon">
      <joint name="slider" type="slide" axis="1 0 0"/>
      <geom type="box" size="0.2 0.15 0.1" mass="1"/>
      <body name="stump">
        <joint name="hinge_1" axis="0 1 0"/>
        <geom type="capsule" size="0.045" fromto="0 0 0 0 0 0.5" mass="0.5"/>
      </body>
    </body>
  </worldbody>
</mujoco>`;

describe("a run with a robot description of the user's own", () => {
  it("trains and is measured with it, and says which joints do not match", async () => {
    const folder = scratchFolder();
    const run = join(folder, "run");
    writeFileSync(join(folder, "cartpole.xml"), STUMP);
    const settings = ["--model-dir", folder, "--steps", "512", "--run", run, ...noEvaluation];
    expect((await callCli(...train(...settings))).code).toBe(0);
    expect(JSON.parse(readFileSync(join(run, "config.json"), "utf8"))).toMatchObject({
      config: { modelDir: basename(folder) },
      robot: { source: "..", copy: "robot/cartpole.xml" },
    });
    const returnOf = async (...robot: string[]) => {
      const { stdout } = await callCli("eval", run, "--episodes", "2", "--workers", "1", "--json", ...robot);
      return JSON.parse(stdout).returnMean;
    };
    const own = await returnOf();
    expect(await returnOf("--model-dir", folder)).toBe(own);
    expect(await returnOf("--task", "CartpoleBalance")).not.toBe(own);

    writeFileSync(join(folder, "cartpole.xml"), STUMP.replace("hinge_1", "hinge"));
    const { code, stderr } = await callCli("eval", run, "--model-dir", folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /: differs from what .*run was trained on \(cartpole.xml\); the given version is used\nflowgait: task CartpoleBalance: robot description .*: joints do not match those of .*: missing hinge_1; extra hinge\n$/,
    );
    expect(await returnOf()).toBe(own);
  });
});

describe("a run on rough ground", () => {
  it("knows the seed of its ground, and can be measured on other ground and on none", async () => {
    const run = join(scratchFolder(), "run");
    const task = "Go1JoystickRoughTerrain";
    const settings = ["--terrain-seed", "7", "--steps", "512", "--run", run, ...noEvaluation, ...TINY];
    expect((await callCli("train", task, ...settings)).code).toBe(0);
    expect(JSON.parse(readFileSync(join(run, "config.json"), "utf8"))).toMatchObject({
      config: { task, terrainSeed: 7 },
    });
    const returnOn = async (...ground: string[]) => {
      const { stdout } = await callCli("eval", run, "--episodes", "2", "--workers", "1", "--json", ...ground);
      return JSON.parse(stdout).returnMean;
    };
    const own = await returnOn();
    expect(await returnOn("--terrain-seed", "7")).toBe(own);
    expect(await returnOn("--terrain-seed", "8")).not.toBe(own);
    expect(await returnOn("--task", task)).not.toBe(own);
    expect(await returnOn("--task", "Go1JoystickFlatTerrain")).not.toBe(own);
    const { stderr } = await callCli("eval", run, "--task", "G1JoystickFlatTerrain");
    expect(stderr).toMatch(/safetensors: task is Go1JoystickRoughTerrain, expected G1JoystickFlatTerrain\n$/);
  });
});

describe("flowgait train", () => {
  it("stops at Ctrl-C with a checkpoint, and goes on from there in the same folder", async () => {
    const cwd = scratchFolder();
    const first = startCli(train("--steps", "1000000", ...noEvaluation), cwd);
    await first.until("stderr", /512 of 1\.00M steps/);
    first.child.kill("SIGINT");
    const stopped = await first.finished;
    expect(stopped.code).toBe(0);
    expect(stopped.stderr).toContain("resume with: flowgait train --resume runs/CartpoleBalance-fpo-s1-1");
    const run = join(cwd, "runs", "CartpoleBalance-fpo-s1-1");
    const { envSteps } = (await loadCheckpoint(await latestCheckpoint(run))).metadata;
    expect(envSteps).toBe(stepsIn(run).at(-1));

    const resumed = await callCli("train", "--resume", run, "--steps", String(envSteps + 1024));
    expect(resumed.code).toBe(0);
    expect(stepsIn(run).at(-1)).toBe(envSteps + 1024);
    expect(readdirSync(join(run, "tensorboard"))).toHaveLength(2);
    expect(readdirSync(join(cwd, "runs"))).toHaveLength(1);
  });

  it.skipIf(process.platform === "win32")("keeps the last good checkpoint when the disk takes no more", async () => {
    const cwd = scratchFolder();
    const run = join(cwd, "run");
    // Files of this process may have 32 blocks of 512 bytes: metrics.jsonl outgrows that after a while, checkpoints do not.
    const argv = train("--steps", "1000000", "--run", run, ...everyIteration, ...noEvaluation);
    const { code, stderr } = await startCli(argv, cwd, "ulimit -f 32;").finished;
    expect(stderr).toMatch(
      /flowgait: .*: cannot be written: the limit on file sizes is reached, expected a higher limit/,
    );
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
    expect((await loadCheckpoint(await latestCheckpoint(run))).metadata.envSteps).toBeGreaterThan(0);
  });

  it("takes a task with a slash in its name, whose files have a dash there", async () => {
    const cwd = scratchFolder();
    const file = join(cwd, "task.ts");
    const declaration = (name: string) => `import { defineTask, direct } from "flowgait";
export const task = defineTask({
  name: ${JSON.stringify(name)},
  scene: "scene.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
  robot: { bind: (sim) => ({ speed: () => sim.qvel[0] }) },
  action: direct(),
  observe: { speed: { of: (s) => s.robot.speed() } },
  reward: { speed: { weight: 1, of: (s) => s.robot.speed() } },
});
`;
    writeFileSync(
      join(cwd, "scene.xml"),
      `<mujoco><worldbody><body><joint name="j" type="slide" damping="1"/><geom size="0.1"/></body></worldbody>
<actuator><motor joint="j" ctrlrange="-1 1"/></actuator></mujoco>`,
    );
    writeFileSync(file, declaration("dm_control/Slide"));
    const { code, stderr } = await runCli(["train", file, ...TINY, "--steps", "512", ...noEvaluation], cwd);
    expect(code, stderr).toBe(0);
    const [run] = readdirSync(join(cwd, "runs"));
    expect(run).toMatch(/^dm_control-Slide-fpo\+*-s1-1$/);

    const sizes = "--rows 50 --episodes 1 --calls 10 --flow-step-counts 1 --workers 1 --physics none".split(" ");
    const exported = await runCli(["export", join("runs", run!), "--format", "onnx,c", ...sizes], cwd);
    expect(exported.code, exported.stderr).toBe(0);
    const out = join(cwd, "exports", "dm_control-Slide");
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(["dm_control-Slide.onnx", "dm_control_slide.c", "dm_control_slide.h"]),
    );
    const nameless = await callCli("eval", join(out, "dm_control-Slide.onnx"));
    expect(nameless.stderr).toContain(
      "its task dm_control/Slide is not kept with it, expected its present path, given as --task <file>",
    );

    writeFileSync(file, declaration("../x"));
    const refused = await runCli(["train", file, ...TINY], cwd);
    expect(refused.stderr).toMatch(/^flowgait: task: .*defineTask: name: got "\.\.\/x", expected no dot.*\n$/);
    expect([refused.code, readdirSync(cwd).sort()]).toEqual([1, ["exports", "runs", "scene.xml", "task.ts"]]);
  });

  it("names what is wrong with the scene of a user's task, and leaves no run behind", async () => {
    const cwd = scratchFolder();
    mkdirSync(join(cwd, "robot"));
    writeFileSync(join(cwd, "robot", "scene.xml"), "<mujoco><worldbody><body></mujoco>");
    writeFileSync(
      join(cwd, "my-task.ts"),
      `import { defineTask, direct } from "flowgait";
export const task = defineTask({
  name: "Broken",
  scene: "robot/scene.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
  robot: () => ({}),
  action: direct(),
  observe: { one: { of: () => 1 } },
  reward: { none: { weight: 1, of: () => 0 } },
});
`,
    );
    const { code, stderr } = await runCli(["train", "./my-task.ts", ...TINY], cwd);
    expect(stderr).toMatch(/^flowgait: .*scene\.xml.*$/m);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(1);
    const runs = join(cwd, "runs");
    expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
  });
});
