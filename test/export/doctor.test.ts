import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NO_CHECKSUM, sealed } from "../../src/export/contract/checksum.ts";
import type { Contract } from "../../src/export/contract/contract-schema.ts";
import { contractChecks } from "../../src/export/doctor/contract-checks.ts";
import { doctorPage } from "../../src/export/doctor/doctor-page.ts";
import { examine } from "../../src/export/doctor/examine.ts";
import {
  type ForeignController,
  foreignChecks,
  foreignNormaliser,
} from "../../src/export/doctor/foreign-controller.ts";
import { controllerOnnx, deployerMetadata } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import {
  BATCH,
  constant,
  graphFunction,
  input,
  inputPrologue,
  matmul,
  readOnnx,
  sub,
  writeOnnx,
} from "../../src/graph/index.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import {
  describeTask,
  Environment,
  registry,
  resolveTask,
  type Task,
  type TaskDescription,
} from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

const brief = { episodes: 1, seconds: 0.3, seed: 1, table: false };

/** A policy whose normaliser is what the robot really shows, about. */
function plainPolicy(task: TaskDescription): TrainedPolicy {
  const policy = policyFor(task);
  return { ...policy, mean: policy.mean.map(() => 0.001), std: policy.std.map(() => 1.5) };
}

/** The file with another contract, told consistently in all its keys. */
function withContract(bytes: Uint8Array, change: (contract: Contract) => Contract): Uint8Array {
  const { function: fn, metadata } = readOnnx(bytes);
  const contract = change(JSON.parse(metadata.flowgait!));
  const keys = deployerMetadata(contract.task, contract.training);
  const flowgait = JSON.stringify({ ...contract, fileSha256: NO_CHECKSUM });
  return sealed(writeOnnx(fn, { metadata: { ...keys, flowgait }, producerVersion: "0.1.0" }));
}

const inTask = (change: (task: Contract["task"]) => Partial<Contract["task"]>) => (contract: Contract) => ({
  ...contract,
  task: { ...contract.task, ...change(contract.task) },
});
const inAction = (change: (action: Contract["task"]["action"]) => Partial<Contract["task"]["action"]>) =>
  inTask(({ action }) => ({ action: { ...action, ...change(action) } }));

/** What needs no simulation. */
function verdictsOf(bytes: Uint8Array, robot: TaskDescription) {
  return contractChecks(readController(bytes, "a.onnx").contract, robot);
}

async function verdicts(bytes: Uint8Array, task: Task) {
  const { checks } = await examine(readController(bytes, "a.onnx"), task, brief, () => {});
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

const swapped = <T>([first, second, ...rest]: T[]): T[] => [second!, first!, ...rest];

describe("the doctor", async () => {
  const task = registry.get("HumanoidJoystick");
  const humanoid = await describedTask("HumanoidJoystick");
  const healthy = controllerOnnx(plainPolicy(humanoid), humanoid, origin);

  it("has nothing to say against a controller as it was exported", async () => {
    const checks = Object.values(await verdicts(healthy, task));
    expect(checks.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(checks).toHaveLength(19);
    expect((await verdicts(healthy, task))["stays up"]).toMatchObject({ verdict: "pass" });
  });

  const faults: [string, string, (contract: Contract) => Contract, RegExp][] = [
    [
      "swapped joints",
      "joint order",
      inAction(({ names, offset, scale, stiffness, damping }) => ({
        names: swapped(names),
        offset: swapped(offset),
        scale: swapped(scale),
        stiffness: swapped(stiffness),
        damping: swapped(damping),
      })),
      /^action 0 is \w+, the robot's is \w+$/,
    ],
    [
      "a wrong default pose",
      "default pose",
      inAction(({ offset }) => ({ offset: offset.with(3, offset[3]! + 0.2) })),
      /^\w+: [\d.e-]+ rad, the robot's is [\d.e-]+$/,
    ],
    [
      "wrong gains",
      "gains",
      inAction(({ damping }) => ({ damping: damping.with(0, 9) })),
      /: 9 N·m·s\/rad, the robot's is/,
    ],
    [
      "a wrong scale",
      "action scale and mapping",
      inAction(({ scale }) => ({ scale: scale.map((s) => 2 * s) })),
      /and 20 more$/,
    ],
    [
      "a wrong rate",
      "control rate",
      (contract) => ({ ...inTask(() => ({ controlHz: 100, physicsHz: 400 }))(contract), controlPeriod: 0.01 }),
      /^100 Hz, the robot's task runs at 50 Hz$/,
    ],
    [
      "a decimation that does not fit",
      "control rate",
      inTask(() => ({ decimation: 10 })),
      /^10 physics steps of 200 Hz do not make 50 Hz$/,
    ],
    [
      "another observation scale",
      "observation layout",
      inTask(({ observation }) => ({ observation: observation.map((term) => ({ ...term, scale: 0.05 })) })),
      /^term 0 \(linVel\): scale is 0.05, the robot's is 1$/,
    ],
    [
      "an xyzw quaternion",
      "quaternion convention",
      (contract) => ({ ...contract, quaternions: "x-y-z-w" }),
      /^x-y-z-w, the robot gives w-x-y-z$/,
    ],
  ];
  it.each(faults)("catches %s", (_fault, name, change, found) => {
    const checks = verdictsOf(withContract(healthy, change), humanoid);
    const failed = checks.filter(({ verdict }) => verdict === "fail");
    expect(failed.map((check) => check.name)).toEqual([name]);
    expect(failed[0]!.found).toMatch(found);
    expect(failed[0]!.fix).not.toBe("");
  });

  it("catches a missing normaliser, and warns of one that is of something else", async () => {
    const policy = plainPolicy(humanoid);
    const none = { ...policy, mean: policy.mean.map(() => 0), std: policy.std.map(() => 1) };
    const missing = await verdicts(controllerOnnx(none, humanoid, origin), task);
    expect(missing.normaliser).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("missing: the network gets raw observations"),
    });
    const stale = { ...policy, mean: policy.mean.with(8, 40) };
    const other = await verdicts(controllerOnnx(stale, humanoid, origin), task);
    expect(other.normaliser).toMatchObject({
      verdict: "warn",
      found: expect.stringMatching(/^gravity\[2\] is on average 27/),
    });
  });

  it("catches a stale history order", async () => {
    const file = join(scratchFolder(), "remembering.ts");
    writeFileSync(file, REMEMBERING);
    const remembering = await resolveTask(file);
    const env = await Environment.create(remembering);
    const description = describeTask(env);
    env.delete();
    const bytes = controllerOnnx(plainPolicy(description), description, origin);
    const said = (file: Uint8Array) => verdictsOf(file, description).find(({ name }) => name === "observation history");
    expect(said(bytes)).toMatchObject({ verdict: "pass", found: "angle: oldest first, term by term" });
    const stale = withContract(bytes, (contract) => ({ ...contract, historyOrder: "newest-first" }));
    expect(said(stale)).toMatchObject({ verdict: "fail", found: expect.stringContaining("newest-first") });
    const short = inTask(({ observation }) => ({ observation: observation.map((term) => ({ ...term, history: 2 })) }));
    expect(said(withContract(bytes, short))!.found).toMatch(/^angle keeps 2 values/);
  });

  it("warns of readings that no robot has a sensor for", async () => {
    const go1 = await describedTask("Go1JoystickFlatTerrain");
    const checks = verdictsOf(controllerOnnx(plainPolicy(go1), go1, origin), go1);
    expect(checks.find(({ name }) => name === "measurable observations")).toMatchObject({
      verdict: "warn",
      found: "the policy reads linVel, for which a robot has no sensor",
    });
  });

  it("runs nothing where policy and robot have other sizes, and says why", async () => {
    const { checks, nominal } = await examine(
      readController(healthy, "a.onnx"),
      registry.get("CheetahRun"),
      brief,
      () => {},
    );
    expect(nominal).toBeNull();
    expect(checks.at(-1)).toMatchObject({ verdict: "fail", found: expect.stringContaining("CheetahRun has 17 and 6") });
  });

  it("fills a table of worlds, in which pushes and slippery floors cost something, and shows it as a heat map", async () => {
    const sizes = { ...brief, episodes: 3, seconds: 1.5, table: true };
    const examination = await examine(readController(healthy, "a.onnx"), task, sizes, () => {});
    expect(examination.worlds).toHaveLength(81);
    const returnIn = (push: number, mass: number) =>
      examination.worlds.find(
        ({ world }) => world.push === push && world.mass === mass && world.friction === 1 && world.latency === 0,
      )!.returnMean;
    expect(returnIn(0, 1)).toBe(examination.nominal!.returnMean);
    expect(returnIn(1, 1)).not.toBe(returnIn(0, 1));
    expect(returnIn(0, 0.8)).not.toBe(returnIn(0, 1));
    const page = doctorPage(examination, "runs/<a>");
    expect(page.match(/<td style="background:/g)).toHaveLength(81);
    expect(page).toContain("runs/&lt;a&gt;");
  });
});

describe("the doctor and a policy made elsewhere", async () => {
  const task = registry.get("Go1JoystickFlatTerrain");
  const env = await Environment.create(task);
  const robot = describeTask(env);
  const [joints, obsSize] = [env.actionSize, env.obsSize];
  const { action } = robot;
  env.delete();
  const keys = {
    joint_names: action.names.join(","),
    joint_stiffness: action.stiffness.join(","),
    joint_damping: action.damping.join(","),
    default_joint_pos: action.offset.join(","),
    action_scale: action.scale.join(","),
  };

  /** A small linear policy under names of its own. */
  function foreign(metadata: Record<string, string>, isNormalised = true): ForeignController {
    const obs = input("observation", [BATCH, obsSize]);
    const seen = isNormalised ? sub(obs, constant(new Float32Array(obsSize).fill(0.1), [obsSize])) : obs;
    const weights = Float32Array.from({ length: obsSize * joints }, (_, i) => 0.01 * Math.sin(i));
    const bytes = writeOnnx(graphFunction("mlp", { continuous: matmul(seen, constant(weights, [obsSize, joints])) }), {
      metadata,
    });
    const names = { input: "observation", output: "continuous", noise: null, batch: null };
    const policy = {
      kind: "file",
      source: "a.onnx",
      bytes,
      digest: "",
      obsSize,
      actionSize: joints,
      ...names,
    } as const;
    return {
      policy: { ...policy, squash: action.squash, targets: null, draws: null, flow: null },
      metadata: readOnnx(bytes).metadata,
      prologue: inputPrologue(bytes, "observation", "a.onnx"),
    };
  }
  const found = (subject: ForeignController, name: string) =>
    foreignChecks(subject, robot).find((check) => check.name === name);

  it("says of each check whether the file tells enough for it, and runs the others", async () => {
    const { checks, nominal } = await examine(foreign({}), task, brief, () => {});
    expect(checks).toHaveLength(19);
    const skipped = checks.filter(({ verdict }) => verdict === "skip");
    expect(skipped.map(({ name }) => name)).toEqual([
      "joint order",
      "default pose",
      "gains",
      "action scale and mapping",
      "control rate",
      "observation layout",
      "quaternion convention",
      "command range",
    ]);
    for (const check of skipped)
      expect(check.found).toMatch(/^not checkable: the file (has no|has neither|does not say)/);
    expect(nominal!.returnMean).toBeGreaterThan(0);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["latency", "mass", "friction", "sensor noise"]),
    );
    expect(doctorPage(await examine(foreign({}), task, brief, () => {}), "a")).toContain(
      '<span class="skip">skip</span>',
    );
  });

  it("checks what the deployers' keys tell", () => {
    const verdictsOf = (metadata: Record<string, string>) =>
      foreignChecks(foreign(metadata), robot).flatMap(({ name, verdict }) => (verdict === "fail" ? [name] : []));
    expect(verdictsOf(keys)).toEqual([]);
    expect(found(foreign(keys), "gains")).toMatchObject({ verdict: "pass" });
    expect(verdictsOf({ ...keys, action_scale: "0.5" })).toEqual(
      action.scale[0] === 0.5 ? [] : ["action scale and mapping"],
    );
    expect(verdictsOf({ ...keys, action_scale: "[7.5]" })).toEqual(["action scale and mapping"]);
    const swap = (text: string) => swapped(text.split(",")).join(",");
    expect(verdictsOf({ ...keys, joint_names: swap(keys.joint_names) })).toContain("joint order");
    expect(verdictsOf({ ...keys, default_joint_pos: keys.default_joint_pos.replace(/^[^,]+/, "3") })).toEqual([
      "default pose",
    ]);
    const terms = robot.observation.map(({ name }) => name);
    expect(verdictsOf({ observation_names: swapped(terms).join(",") })).toEqual(["observation layout"]);
    expect(verdictsOf({ observation_names: "obs" })).toEqual(["observation layout"]);
  });

  it("refuses keys that contradict each other in one line", () => {
    expect(() => foreignChecks(foreign({ ...keys, joint_damping: "1,2" }), robot)).toThrow(
      /^a\.onnx: metadata joint_damping has 2 values, expected one for each of 12 joints$/,
    );
    expect(() => foreignChecks(foreign({ ...keys, action_scale: "much" }), robot)).toThrow(
      /^a\.onnx: metadata action_scale has "much" at 0, expected numbers$/,
    );
  });

  it("sees whether the observation is normalised before the first layer", () => {
    expect(foreignNormaliser(foreign({}))).toMatchObject({ verdict: "pass", found: expect.stringContaining("Sub") });
    expect(foreignNormaliser(foreign({}, false))).toMatchObject({ verdict: "warn" });
  });
});

const REMEMBERING = `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "Remembering",
  scene: "scenes/pendulum.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 1 },
  action: direct(),
  observe: { angle: { of: (s) => s.sim.qpos[0], history: 3 } },
  reward: { none: { weight: 1, of: () => 1 } },
});
`;
