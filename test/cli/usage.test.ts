import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trainFlags } from "../../src/config/config-flags.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli as run, TINY } from "./cli-process.ts";

describe("bad usage gets one line and exit code 2", () => {
  const cases: [string, string][] = [
    [
      "",
      "no command given, expected one of init, view, tasks, lesson-for, check, clips, train, eval, status, play, replay, why, studio, web, worker, verify, bench, export, doctor, identify, diagnose, sweep, reproduce, mcp",
    ],
    ["trian CheetahRun", "trian: unknown command; nearest: train"],
    ["help trian", "trian: unknown command; nearest: train"],
    ["train", "<task> is missing"],
    ["train CheetahRunn", 'there is no task "CheetahRunn"; nearest: CheetahRun'],
    ["train CheetahRun ReacherEasy", "too many arguments, expected 1 argument"],
    ["train CheetahRun --envz 3", "--envz: unknown flag; nearest: --envs"],
    ["train CheetahRun --learning-rate 1", "--learning-rate: unknown flag; nearest: --algorithm.learning-rate"],
    ["train CheetahRun --envs", "--envs: its value is missing"],
    ["train CheetahRun --stagger --steps 5", "--stagger: its value is missing"],
    ["eval zero --task --episodes=5", "--task: its value is missing"],
    ["diagnose modes --seed --json", "--seed: its value is missing"],
    ["train G1JoystickRoughTerrain --terrain-seed hilly", '--terrain-seed: got "hilly", expected a whole number'],
    ["train CheetahRun --terrain-seed 3", "--terrain-seed: the terrain of CheetahRun is not generated from a seed"],
    ["train CheetahRun --envs many", '--envs: got "many", expected a whole number'],
    ["train ReacherEasy --envs 102", "--shards: 8 does not divide --envs 102"],
    ["train CheetahRun --algorithm ppo3", '--algorithm: got "ppo3", expected fpo, fpo++, orw, ppo or denoising-mdp'],
    ["train CheetahRun --preset huge", '--preset: got "huge", expected laptop, paper or released'],
    ["train ReacherEasy --algorithm.trust-region clip", "--algorithm.trust-region: fpo has no such setting"],
    ["tasks Cartpole", "nearest: CartpoleBalance"],
    ["tasks --model-dir mine", "--model-dir: applies to one task, expected a task's name"],
    ["tasks --jsn", "--jsn: unknown flag; nearest: --json"],
    ["eval zero", "--task: is missing"],
    ["eval zero --task CheetahRun --checkpoint best", "--checkpoint: zero is not a run folder; omit this flag"],
    ["doctor HumanoidJoystick --checkpoint last", "--checkpoint: HumanoidJoystick is not a run folder"],
    ["eval no-such-run --checkpoint newest", '--checkpoint: got "newest", expected best, last or a number'],
    ["eval zero --task CheetahRun --episodes none", '--episodes: got "none", expected a whole number of at least 1'],
    [
      "eval zero --task CheetahRun --sampler rk4",
      '--sampler: got "rk4", expected euler, midpoint, heun, sde, noisy-euler',
    ],
    ["eval zero --task CheetahRun --flow-steps 0", '--flow-steps: got "0", expected a whole number from 1 to 1000'],
    ["eval zero --task CheetahRun --step-noise -1", '--step-noise: got "-1", expected a number from 0 to 100'],
    ["eval zero --task CheetahRun --sampler heun", "--sampler: zero has no flow; omit this flag"],
    ["eval zero --task CheetahRun --noise some", '--noise: got "some", expected random, zero'],
    ["eval zero --task CheetahRun --command 1,2", '--command: got "1,2", expected three numbers vx,vy,yaw'],
    ["eval zero --task CheetahRun --command 1,0,0", "--command: CheetahRun has no velocity command"],
    [
      "eval zero --task Go1JoystickRoughTerrain --terrain-seed hilly",
      '--terrain-seed: got "hilly", expected a whole number from 0 to 4294967295',
    ],
    [
      "eval zero --task CheetahRun --terrain-seed 3",
      "--terrain-seed: the terrain of CheetahRun is not generated from a seed",
    ],
    ["bench everything", 'bench: got "everything", expected physics, learner, collect'],
    [
      "export zero",
      "zero: is not a policy with a network, expected a run folder, a checkpoint (.safetensors) or a policy file (.onnx)",
    ],
    ["doctor zero", "zero: cannot be examined"],
    ["doctor zero --seconds none", '--seconds: got "none", expected a number from 0.1 to 3600'],
    ["diagnose", "no command given, expected one of modes"],
    ["diagnose mods", "mods: unknown command; nearest: modes"],
    ["diagnose modes", "<policy> is missing"],
    ["diagnose modes zero --drws 9", "--drws: unknown flag; nearest: --draws"],
    ["diagnose modes zero", "--task: is missing, expected the task of zero"],
    [
      "diagnose modes zero --task CheetahRun",
      "the task is CheetahRun, expected GridWorldTwoWalls or GridWorldFourGoals",
    ],
    ["diagnose modes zero --task GridWorldTwoWalls --state 3", '--state: got "3", expected a cell x,y'],
    ["diagnose modes zero --task GridWorldTwoWalls --state 3,25", "whole numbers from 0 to 24"],
    ["diagnose modes zero --task GridWorldTwoWalls --start 3,24", "--start: 3,24 is the goal north"],
    ["diagnose modes zero --task GridWorldTwoWalls --draws 5", '--draws: got "5", expected a whole number from 100'],
    ["studio --port 99999", '--port: got "99999", expected a whole number from 0 to 65535'],
  ];
  for (const [line, message] of cases) it(`flowgait ${line}`, () => expectRefusal(line, message, 2));
});

/** One line that says it on standard error, the exit code, and nothing else. */
async function expectRefusal(line: string, message: string, exitCode: number): Promise<void> {
  const { code, stdout, stderr } = await run(...line.split(" ").filter((word) => word !== ""));
  expect(stderr).toContain(message);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(stderr).toMatch(/^flowgait: /);
  expect([code, stdout]).toEqual([exitCode, ""]);
}

describe("a file that is not there is a failure, not wrong usage", () => {
  it.each([
    ["train ./no-such-task.ts", "no-such-task.ts does not exist"],
    ["train --resume no-such-run", "--resume: no-such-run does not exist, expected a run folder"],
    ["tasks T1JoystickFlatTerrain --model-dir mine", "mine does not exist, expected a folder with t1.xml"],
    ["train CheetahRun --model-dir mine", "mine does not exist, expected a folder with cheetah.xml"],
    ["eval zero --task CheetahRun --model-dir mine", "mine does not exist, expected a folder with cheetah.xml"],
    ["play zero --task CheetahRun --model-dir mine", "mine does not exist, expected a folder with cheetah.xml"],
    ["eval no-such-run", "no-such-run: does not exist, expected a run folder"],
    ["eval no-such-run --checkpoint best", "no-such-run: does not exist, expected a run folder"],
    ["doctor no-such-run", "no-such-run: does not exist, expected a run folder"],
  ])("flowgait %s", (line, message) => expectRefusal(line, message, 1));
});

describe("help", () => {
  it("lists the commands", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    for (const command of [
      "tasks",
      "train",
      "eval",
      "play",
      "replay",
      "studio",
      "bench",
      "export",
      "diagnose",
      "sweep",
      "reproduce",
    ])
      expect(stdout).toContain(command);
  });

  it.each(["train", "studio", "sweep", "reproduce"])(
    "of %s has the essential settings and says where the others are",
    async (name) => {
      const { code, stdout } = await run(name, "--help");
      expect(code).toBe(0);
      expect(stdout).toContain("\n  --seed <integer>  (default: 1)\n");
      expect(stdout).toMatch(/\n\d\d more settings are listed by --help-all: environments and machine;/);
      expect(stdout).not.toContain("--algorithm.pairs");
      expect(stdout.split("\n").length).toBeLessThan(75);
    },
  );

  it("of train lists every setting with kind, unit, default and description after --help-all", async () => {
    const { code, stdout } = await run("train", "--help-all");
    expect(code).toBe(0);
    for (const { name } of trainFlags) expect(stdout).toContain(`\n  --${name} <`);
    expect(stdout).toContain(
      "--horizon <integer>  control steps  (default: 480)\n      Control steps that each environment takes per iteration.",
    );
    expect(stdout).toContain("--algorithm.pairs <integer>  (default: 8 for fpo, orw; 16 for fpo++)");
    expect(stdout).toContain("--algorithm.trust-region <aspo|clip>  (default: aspo for fpo++)");
  });

  it("tells the version", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });
});

describe("tasks", () => {
  it("prints exactly the documented fields as JSON", async () => {
    const { code, stdout } = await run("tasks", "--json");
    expect(code).toBe(0);
    const tasks = JSON.parse(stdout) as Record<string, unknown>[];
    const fields = "name family obsSize actionSize privilegedSize controlHz decimation episodeSteps".split(" ");
    for (const task of tasks) expect(Object.keys(task)).toEqual(fields);
    expect(tasks).toContainEqual({
      name: "CheetahRun",
      family: "suite",
      obsSize: 17,
      actionSize: 6,
      privilegedSize: 0,
      controlHz: 100,
      decimation: 1,
      episodeSteps: 1000,
    });
  });

  it("prints an aligned table for people", async () => {
    const { stdout } = await run("tasks");
    const [heading, ...rows] = stdout.split("\n\n")[0]!.split("\n");
    expect(heading).toMatch(/^task +family +observation +action/);
    expect(new Set([heading, ...rows].map((line) => line!.length)).size).toBe(1);
  });

  it("describes one task: observation layout, action mapping, reward terms, timing", async () => {
    const { code, stdout } = await run("tasks", "HumanoidJoystick");
    expect(code).toBe(0);
    expect(stdout).toContain("control 50 Hz, 4 physics steps of 5 ms each; episodes of 1000 steps (20 s)");
    for (const part of ["gyro", "lin_vel_x", "trackLinVel", "left_knee", "joint position target =", "terminations"])
      expect(stdout).toContain(part);
  });
});

describe("eval", () => {
  it("names one episode in the singular, and several in the plural", async () => {
    for (const [count, words] of [
      ["1", "1 episode"],
      ["2", "2 episodes"],
    ] as const) {
      const { stdout } = await run("eval", "zero", "--task", "CartpoleBalance", "--workers", "1", "--episodes", count);
      expect(stdout.split("\n")[0]).toBe(`CartpoleBalance, zero, ${words}`);
    }
  });
});

describe("train", () => {
  it("prints the configuration that a run would use", async () => {
    const argv = ["train", "ReacherEasy", "--print-config", "--seed", "7", "--algorithm.clip", "0.1"];
    const { code, stdout } = await run(...argv);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ task: "ReacherEasy", seed: 7, algorithm: { name: "fpo", clip: 0.1 } });
  });

  it("refuses a run folder that cannot be made, or that holds something", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "file"), "");
    const below = await run("train", "CartpoleBalance", "--run", join(folder, "file", "run"));
    expect(below).toMatchObject({ code: 1, stderr: expect.stringContaining("a part of its path is a file") });
    const full = await run("train", "CartpoleBalance", "--run", folder);
    expect(full).toMatchObject({ code: 2, stderr: expect.stringContaining("is not empty, expected a new folder") });
  });

  it("names what is wrong with a user's task, and leaves no run behind", async () => {
    const folder = scratchFolder();
    const file = join(folder, "my-task.ts");
    writeFileSync(file, "export default 3;\n");
    expect(await run("train", file)).toMatchObject({ code: 1, stderr: expect.stringContaining("exports no task") });
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  it("refuses what its task cannot be trained with, and leaves no run behind", async () => {
    const folder = scratchFolder();
    const place = ["--run", join(folder, "run")];
    expect(await run("train", "CheetahRun", "--mirror", "true", ...TINY, ...place)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/\nflowgait: task CheetahRun: --mirror needs .* joint targets, found controls\n$/),
    });
    const symmetric = ["--algorithm.symmetric-policy", "true"];
    expect(await run("train", "CheetahRun", ...symmetric, ...TINY, ...place)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^flowgait: task CheetahRun: --algorithm.symmetric-policy needs .* joint targets, found controls\n$/,
      ),
    });
    writeFileSync(
      join(folder, "ball.xml"),
      '<mujoco><worldbody><body name="ball"><freejoint/><geom size="0.1"/></body></worldbody></mujoco>',
    );
    writeFileSync(
      join(folder, "ball.ts"),
      `import { defineTask, direct, readings } from "flowgait";
export default defineTask({
  name: "Ball",
  scene: "./ball.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
  robot: readings((sim) => ({ height: () => sim.qpos[2] })),
  action: direct({}),
  observe: { height: { of: (s) => s.robot.height() } },
  reward: { up: { weight: 1, of: (s) => s.robot.height() } },
});
`,
    );
    expect(await run("train", join(folder, "ball.ts"), ...TINY, ...place)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\nflowgait: Ball: has no actions, expected at least one\n$/),
    });
    expect(existsSync(join(folder, "run"))).toBe(false);
  });

  it("refuses to go on with what is no run", async () => {
    const folder = scratchFolder();
    expect(await run("train", "--resume", folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("config.json: does not exist, expected the config.json of a run folder"),
    });
    mkdirSync(join(folder, "checkpoints"));
    const older = join(folder, "checkpoints", "step-000000000001.safetensors");
    for (const path of [older, older.replace("1.", "2.")]) writeFileSync(path, "not a checkpoint");
    expect(await run("train", "--resume", older)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${older}: not a safetensors`),
    });
  });

  it("refuses to change what a run computes when it goes on", async () => {
    const folder = scratchFolder();
    const settings = TINY.slice(0, 2);
    expect(await run("train", "--resume", folder, ...settings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--envs: cannot be changed when resuming"),
    });
  });
});
