/** ONNX files as policies on the command line: a run's own controller, files made elsewhere, and files that do not fit. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { policyHash } from "../../src/catalogue/replay-file.ts";
import { resampled } from "../../src/cli/flags/flow-flags.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import {
  BATCH,
  constant,
  createOrtEngine,
  type Engine,
  graphFunction,
  input,
  matmul,
  mul,
  writeOnnx,
} from "../../src/graph/index.ts";
import { ActorFactory } from "../../src/rollout/actor.ts";
import type { FilePolicy, PolicyData, StartNoise, TrainedPolicy } from "../../src/rollout/policy-data.ts";
import { describeTask, Environment, registry, type TaskDescription } from "../../src/tasks/index.ts";
import { callCli, TINY } from "../cli/cli-process.ts";
import { newerOpset } from "../export/newer-opset.ts";
import { policyFor } from "../export/sample-policy.ts";

const GO1 = "Go1JoystickFlatTerrain";
const GO1_LAYOUT = "linVel 3, gyro 3, gravity 3, jointPos 12, jointVel 12, lastAction 12, command 3";
const FEW = ["--episodes", "1", "--workers", "1", "--json"];
const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function evaluated(...args: string[]) {
  const { stdout, stderr, code } = await callCli("eval", ...args, ...FEW);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** A file of other hands: no metadata, constant weights, its own names. */
function foreignFile(
  name: string,
  obsSize: number,
  actionSize: number,
  rows: number = BATCH,
  metadata: Record<string, string> = {},
): string {
  const obs = input("observations", [rows, obsSize]);
  const weights = Float32Array.from({ length: obsSize * actionSize }, (_, i) => 0.02 * Math.sin(i));
  const path = join(folder, name);
  writeFileSync(
    path,
    writeOnnx(graphFunction("mlp", { action: matmul(obs, constant(weights, [obsSize, actionSize])) }), { metadata }),
  );
  return path;
}

/** A file of our own, of an untrained policy for CartpoleBalance. @param change what the contract says instead */
async function ownFile(name: string, change = (task: TaskDescription): TaskDescription => task): Promise<string> {
  const env = await Environment.create(registry.get("CartpoleBalance"));
  const origin = { packageVersion: "0", run: "run", envSteps: 1, algorithm: "fpo", seed: 1 };
  const path = join(folder, name);
  writeFileSync(path, controllerOnnx(policyFor(env), change(describeTask(env)), origin));
  env.delete();
  return path;
}

describe.each([{ task: "CartpoleBalance" }, { task: GO1 }])("the controller of a run of $task", ({ task }) => {
  let run = "";

  beforeAll(async () => {
    run = join(folder, task);
    // Small actions: those near where tanh ends cannot be told apart in a file that answers with the squashed ones.
    const small = "--algorithm fpo --algorithm.policy-output-scale 0.25 --algorithm.learning-rate 1e-4".split(" ");
    const settings = [...small, "--steps", "512", "--evaluation.every-steps", "0", "--run", run];
    expect((await callCli("train", task, ...settings, ...TINY)).code).toBe(0);
  });

  it("names its task and is evaluated like the checkpoint without noise", async () => {
    const checkpoint = await evaluated(run, "--noise", "zero");
    const controller = await evaluated(join(run, "controller.onnx"));
    expect(controller.task).toBe(task);
    expect(controller.episodeLengthMean).toBe(checkpoint.episodeLengthMean);
    expect(controller.returnMean / checkpoint.returnMean).toBeCloseTo(1, 3);
    for (const [term, value] of Object.entries(checkpoint.terms as Record<string, number>))
      expect(controller.terms[term], term).toBeCloseTo(value, 2);
  });

  it("draws as it was exported, and in other ways where that is asked for", async () => {
    const env = await Environment.create(registry.get(task));
    const engine = createOrtEngine();
    try {
      const checkpoint = (await (await findPolicy(run)).bind(env)) as TrainedPolicy;
      const found = await findPolicy(join(run, "controller.onnx"));
      expect(found.noise).toBe("zero");
      const file = await found.bind(env);
      for (const noise of ["zero", "random", { seed: 3 }] as const) {
        const expected = await actionsOf(engine, checkpoint, noise, env);
        const given = await actionsOf(engine, file, noise, env);
        expect(given).toEqual(expected.map((value) => expect.closeTo(value, 4)));
      }
      const { flow: _, draws: __, ...bare } = file as FilePolicy;
      expect(policyHash(file), "replays know a file by its bytes").toBe(policyHash(bare as FilePolicy));
      const flags = { sampler: undefined, flowSteps: 2, stepNoise: undefined };
      const [short, expected] = [file, checkpoint].map((policy) => resampled(policy, flags, run));
      expect(await actionsOf(engine, short!, "zero", env)).toEqual(await actionsOf(engine, expected!, "zero", env));
    } finally {
      await engine.dispose();
      env.delete();
    }
  });

  it("draws the checkpoint's own noise where it takes that from outside", async () => {
    const env = await Environment.create(registry.get(task));
    const engine = createOrtEngine();
    try {
      const checkpoint = (await (await findPolicy(run)).bind(env)) as TrainedPolicy;
      const file = await (await findPolicy(noisyController(checkpoint, env))).bind(env);
      for (const noise of ["random", "zero"] as const) {
        const expected = await actionsOf(engine, checkpoint, noise, env);
        const found = await actionsOf(engine, file, noise, env);
        expect(found).toEqual(expected.map((value) => expect.closeTo(value, 4)));
      }
    } finally {
      await engine.dispose();
      env.delete();
    }
  });
});

/** A controller that takes the noise of its flow from outside. */
function noisyController(policy: TrainedPolicy, env: Environment): string {
  const origin = { packageVersion: "0", run: "run", envSteps: 512, algorithm: "fpo", seed: 1 };
  const path = join(folder, `noisy-${env.task.name}.onnx`);
  writeFileSync(path, controllerOnnx(policy, describeTask(env), origin, { noise: "input" }));
  return path;
}

/** Of three observations. */
async function actionsOf(engine: Engine, policy: PolicyData, noise: StartNoise, env: Environment): Promise<number[]> {
  const rows = 3;
  const actor = await new ActorFactory(engine).create(policy, noise, { seed: 4, firstRow: 2, rows });
  const obs = Float32Array.from({ length: rows * env.obsSize }, (_, i) => 0.3 * Math.sin(i));
  const action = new Float32Array(rows * env.actionSize);
  await actor.act(obs, 5, action);
  return [...action];
}

describe("a policy file made elsewhere", () => {
  it("runs in the task that is named, with a command, alone or in batches", async () => {
    const [many, one] = [foreignFile("many.onnx", 48, 12), foreignFile("one.onnx", 48, 12, 1)];
    const flags = ["--task", GO1, "--command", "0.5,0,0"];
    const result = await evaluated(many, ...flags);
    expect(result).toMatchObject({ task: GO1, policy: many, episodes: 1 });
    expect(result.linVelError).not.toBeNull();
    expect(result.terms).toEqual((await evaluated(one, ...flags)).terms);
    expect(result.terms.actionRate).toBeLessThan(0);
  });

  it("is told where it contradicts the robot that it runs on", async () => {
    const scaled = foreignFile("scaled.onnx", 5, 1, BATCH, { action_scale: "7" });
    const { stderr, code } = await callCli("eval", scaled, "--task", "CartpoleBalance", ...FEW);
    expect(code).toBe(0);
    expect(stderr).toBe(
      `${scaled}: differs from CartpoleBalance in action scale and mapping: slide: 7 per unit of action, the robot's is 1; the values of CartpoleBalance are used, see flowgait doctor\n`,
    );
    const own = await ownFile("slower.onnx", (task) => ({ ...task, controlHz: 50, physicsHz: 50 * task.decimation }));
    expect((await callCli("eval", own, ...FEW)).stderr).toMatch(
      /^[^\n]*slower\.onnx: differs from CartpoleBalance in control rate: 50 Hz, the robot's task runs at 100 Hz; /,
    );
  });

  it("hears once what was taken of a command outside the trained range", async () => {
    const { stderr, stdout } = await callCli("eval", "zero", "--task", GO1, "--command", "2,0,-9", ...FEW);
    expect(stderr).toBe(
      "--command: lin_vel_x 2 is outside -1.5 to 1.5 m/s, set to 1.5; ang_vel_z -9 is outside -1.2 to 1.2 rad/s, set to -1.2\n",
    );
    // the robot stands, so that its error is the command
    expect(JSON.parse(stdout).linVelError).toBeGreaterThan(1.4);
    expect(JSON.parse(stdout).linVelError).toBeLessThan(1.6);
  });

  it("is measured on how high feet swing and how still it stands, with disturbances and without", async () => {
    const flags = ["zero", "--task", GO1, "--command", "0,0,0"];
    const calm = await evaluated(...flags, "--no-disturbances");
    expect(calm.standingDrift).toBeLessThan(0.1);
    expect(calm.fallRate).toBe(0);
    expect(calm.footClearance === null || calm.footClearance < 0.05).toBe(true);
    expect((await evaluated(...flags)).standingDrift).not.toBe(calm.standingDrift);
  });

  it("needs a task", async () => {
    const path = foreignFile("no-task.onnx", 48, 12);
    const { stderr, code } = await callCli("eval", path);
    expect(stderr).toBe(`flowgait: --task: is missing, expected the task of ${path}\n`);
    expect(code).toBe(2);
  });
});

describe("a policy file that does not fit gets one line", () => {
  const refusal = async (path: string, task = GO1) => {
    const { stderr, stdout, code } = await callCli("eval", path, "--task", task);
    expect([stdout, code]).toEqual(["", 1]);
    return stderr;
  };

  it("with sizes found and expected, and the layout of the observation or the names of the actions", async () => {
    const narrow = foreignFile("narrow.onnx", 45, 12);
    expect(await refusal(narrow)).toBe(
      `flowgait: ${narrow}: input "observations" is [any, 45], expected the 48 values of ${GO1}: ${GO1_LAYOUT}\n`,
    );
    const short = foreignFile("short.onnx", 48, 10);
    expect(await refusal(short)).toMatch(
      /short\.onnx: output "action" is \[any, 10\], expected the 12 actions of Go1JoystickFlatTerrain: FR_hip_joint, .*RL_calf_joint\n$/,
    );
  });

  it("where it takes several inputs or no rows", async () => {
    const [a, b] = [input("obs", [BATCH, 48]), input("mask", [BATCH, 48])];
    const two = join(folder, "two.onnx");
    writeFileSync(two, writeOnnx(graphFunction("two", { action: mul(a, b) })));
    expect(await refusal(two)).toBe(`flowgait: ${two}: has 2 inputs, obs, mask; expected one, the observation\n`);
    const flat = join(folder, "flat.onnx");
    writeFileSync(flat, writeOnnx(graphFunction("flat", { action: mul(input("obs", [48]), 2) })));
    expect(await refusal(flat)).toBe(
      `flowgait: ${flat}: input "obs" is float32 [48]; expected float32 [batch, size]\n`,
    );
  });

  it("where it was changed after flowgait exported it", async () => {
    const path = await ownFile("changed.onnx");
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(path, bytes);
    const { stderr, code } = await callCli("eval", path);
    expect(stderr).toMatch(/^flowgait: [^\n]*changed\.onnx: its checksum does not match[^\n]*\n$/);
    expect(code).toBe(1);
  });

  it("where its opset is newer than ONNX Runtime, before a simulation starts", async () => {
    const path = join(folder, "newer.onnx");
    writeFileSync(path, newerOpset(readFileSync(foreignFile("older.onnx", 48, 12))));
    const line = /^flowgait: [^\n]*newer\.onnx: ONNX Runtime cannot run it: its opset is 99, expected at most \d+\n$/;
    expect(await refusal(path)).toMatch(line);
    for (const command of ["play", "doctor"])
      expect(await callCli(command, path, "--task", GO1)).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(line),
      });
  });

  it("where its robot is not known here", async () => {
    const path = await ownFile("unknown.onnx", (task) => ({ ...task, name: "CartpoleBalence" }));
    for (const command of ["eval", "play", "doctor"])
      expect(await callCli(command, path)).toMatchObject({
        code: 2,
        stdout: "",
        stderr: `flowgait: --task: is missing, and ${path} names the unknown task "CartpoleBalence"; nearest: CartpoleBalance, CartpoleBalanceSparse, CartpoleSwingup\n`,
      });
  });

  it("where its keys contradict each other", async () => {
    const path = foreignFile("keys.onnx", 48, 12, BATCH, { joint_names: "a,b,c", action_scale: "1,2" });
    expect(await refusal(path)).toBe(
      `flowgait: ${path}: metadata action_scale has 2 values, expected one for each of 3 joints\n`,
    );
  });

  it("where it is truncated, or is no such file", async () => {
    const whole = foreignFile("whole.onnx", 48, 12);
    const cut = join(folder, "cut.onnx");
    writeFileSync(cut, readFileSync(whole).subarray(0, 500));
    expect(await refusal(cut)).toBe(
      `flowgait: ${cut}: 500 bytes must be a whole ONNX file, got a broken or truncated one\n`,
    );
    const { stderr, code } = await callCli("eval", "missing.onnx", "--task", GO1);
    expect(stderr).toMatch(/^flowgait: missing\.onnx: does not exist, expected a run folder, .*\n$/);
    expect(code).toBe(1);
  });
});
