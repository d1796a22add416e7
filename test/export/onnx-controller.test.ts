import { describe, expect, it } from "vitest";
import { isIntact } from "../../src/export/contract/checksum.ts";
import { type ControllerOptions, controllerFunction, seededNoise } from "../../src/export/controller-function.ts";
import type { NoiseKind } from "../../src/export/export-choices.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { expectedOutputs, networkParity, rowDifferences } from "../../src/export/report/parity.ts";
import { runOnnx } from "../../src/export/running-controller.ts";
import { createOrtEngine, createReferenceEngine, readOnnx } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { parameterViews } from "../../src/policy/parameters.ts";
import { noiseSize, policyLayout } from "../../src/policy/policy.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import type { TaskDescription } from "../../src/tasks/index.ts";
import { describedTask, kinds, origin, policyFor, symmetricPolicyFor } from "./sample-policy.ts";

/** The file against the policy over random observations. */
async function parityOf(
  bytes: Uint8Array,
  policy: TrainedPolicy,
  task: TaskDescription,
  options: ControllerOptions = {},
) {
  const rows = 64;
  const obs = new Float32Array(rows * task.obsSize);
  new Rng().seek(2, 1).fillNormal(obs);
  const noise = options.noise === "input" ? new Float32Array(rows * noiseSize(policy.spec)).fill(0.7) : null;
  const recording = { rows, obs, noise };
  const running = await runOnnx(bytes, options.outputName ?? "actions");
  const expected = await expectedOutputs(policy, task, options, recording);
  const parity = networkParity(await rowDifferences(running, recording, expected));
  await running.close();
  return parity;
}

describe("an exported controller", async () => {
  const [cheetah, humanoid] = [await describedTask("CheetahRun"), await describedTask("HumanoidJoystick")];

  it("has the deployers' eight keys and the whole contract in its metadata", () => {
    const { metadata } = readOnnx(controllerOnnx(policyFor(humanoid), humanoid, origin));
    expect(Object.keys(metadata)).toEqual(
      "run_path joint_names joint_stiffness joint_damping default_joint_pos command_names observation_names action_scale flowgait flowgait_flow".split(
        " ",
      ),
    );
    expect(metadata.run_path).toBe("runs/a-run");
    expect(metadata.joint_names!.split(",")).toEqual(humanoid.action.names);
    expect(metadata.command_names).toBe("lin_vel_x,lin_vel_y,ang_vel_z");
    for (const key of ["joint_stiffness", "joint_damping", "default_joint_pos", "action_scale"])
      expect(metadata[key]!.split(",").map(Number), key).toHaveLength(humanoid.actionSize);
    const contract = JSON.parse(metadata.flowgait!);
    expect(contract).toMatchObject({
      controlPeriod: 0.02,
      training: origin,
      policy: { sampler: "heun", flowSteps: 4 },
    });
    expect(contract.task).toEqual(JSON.parse(JSON.stringify(humanoid)));
  });

  it("is the same file for the same policy", () => {
    const policy = policyFor(cheetah);
    expect(controllerOnnx(policy, cheetah, origin)).toEqual(controllerOnnx(policy, cheetah, origin));
  });

  it("gives the squashed action of the policy's own sampler from zero noise", async () => {
    const policy = policyFor(cheetah);
    const { function: file } = readOnnx(controllerOnnx(policy, cheetah, origin));
    const rows = 3;
    const obs = Float32Array.from({ length: rows * cheetah.obsSize }, (_, i) => Math.sin(i));
    const controller = await createOrtEngine().compile(file);
    const { actions } = await controller.run({ obs });
    const sampler = await createReferenceEngine().compile(samplerFunction(policy.spec, rows));
    const weights = parameterViews(policyLayout(policy.spec), policy.weights);
    const noise = new Float32Array(rows * cheetah.actionSize);
    const { action } = await sampler.run({ ...weights, obs, noise, mean: policy.mean, std: policy.std });
    expect(actions).toHaveLength(rows * cheetah.actionSize);
    expect(cheetah.action.squash).toBe("tanh");
    action!.forEach((value, i) => {
      expect(actions![i]).toBeCloseTo(Math.tanh(value), 5);
    });
  });

  it("takes noise as a second input, and another output name, when asked", async () => {
    const policy = policyFor(humanoid);
    const options = { noise: "input", outputName: "continuous_actions" } as const;
    const bytes = controllerOnnx(policy, humanoid, origin, options);
    const { function: file } = readOnnx(bytes);
    expect(Object.keys(file.outputs)).toEqual(["continuous_actions"]);
    const controller = await createOrtEngine().compile(file);
    const obs = new Float32Array(humanoid.obsSize);
    const from = async (value: number) => {
      const noise = new Float32Array(humanoid.actionSize).fill(value);
      return (await controller.run({ obs, noise })).continuous_actions!;
    };
    expect(await from(0)).not.toEqual(await from(1));
    const report = await parityOf(bytes, policy, humanoid, options);
    expect(report.maxDifference).toBeLessThan(1e-5);
  });

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])("of kind %s answers like its policy", async (kind) => {
    const policy = policyFor(cheetah, kind);
    for (const noise of ["zero", "input"] as const) {
      const bytes = controllerOnnx(policy, cheetah, origin, { noise });
      const report = await parityOf(bytes, policy, cheetah, { noise });
      expect(report.maxDifference, noise).toBeLessThan(1e-5);
    }
  });

  it.each(["flow", "gaussian"] as const)("of a symmetric policy (%s) answers like it", async (kind) => {
    const policy = symmetricPolicyFor(cheetah, kind);
    for (const noise of ["zero", "input"] as const) {
      const bytes = controllerOnnx(policy, cheetah, origin, { noise });
      const report = await parityOf(bytes, policy, cheetah, { noise });
      expect(report.maxDifference, noise).toBeLessThan(1e-5);
    }
    const plain = { ...policy, spec: policyFor(cheetah, kind).spec };
    const report = await parityOf(controllerOnnx(policy, cheetah, origin), plain, cheetah);
    expect(report.maxDifference).toBeGreaterThan(1e-2);
  });

  it("without noise is a Gaussian's mean, and a flow without noise on its way", async () => {
    const answer = async (
      policy: TrainedPolicy,
      options: ControllerOptions,
      noise: Record<string, Float32Array> = {},
    ) => {
      const controller = await createReferenceEngine().compile(controllerFunction(policy, cheetah, options));
      return (await controller.run({ obs: new Float32Array(cheetah.obsSize).fill(0.5), ...noise })).actions!;
    };
    for (const kind of ["gaussian", "noisy-euler"] as const) {
      const policy = policyFor(cheetah, kind);
      const noise = new Float32Array(noiseSize(policy.spec));
      expect(await answer(policy, {})).toEqual(await answer(policy, { noise: "input" }, { noise }));
    }
    const stochastic = policyFor(cheetah, "sde");
    const plain = { ...stochastic, spec: { ...stochastic.spec, sampler: "euler" } } as TrainedPolicy;
    expect(await answer(stochastic, {})).toEqual(await answer(plain, {}));
  });

  it("of one draw acts as with that draw as its input", async () => {
    for (const kind of ["flow", "sde", "gaussian"] as const) {
      const policy = policyFor(cheetah, kind);
      const run = async (options: ControllerOptions, feeds: Record<string, Float32Array> = {}) => {
        const controller = await createOrtEngine().compile(controllerFunction(policy, cheetah, options));
        return (await controller.run({ obs: new Float32Array(cheetah.obsSize).fill(0.5), ...feeds })).actions!;
      };
      const once = await run({ noise: "seed", noiseSeed: 7 });
      expect(once).toEqual(await run({ noise: "input" }, { noise: seededNoise(policy, 7) }));
      expect(once).not.toEqual(await run({ noise: "seed", noiseSeed: 8 }));
    }
  });

  it("carries a checksum that any change to the file breaks", () => {
    const bytes = controllerOnnx(policyFor(cheetah), cheetah, origin);
    const { fileSha256 } = JSON.parse(readOnnx(bytes).metadata.flowgait!);
    expect(isIntact(bytes, fileSha256)).toBe(true);
    for (const at of [100, bytes.length >> 1, bytes.length - 10]) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      expect(isIntact(changed, fileSha256), String(at)).toBe(false);
    }
    expect(isIntact(bytes.subarray(0, bytes.length - 1), fileSha256)).toBe(false);
  });

  it("says how its actions are made", () => {
    const said = (kind: keyof typeof kinds, noise: NoiseKind) => {
      const { metadata } = readOnnx(controllerOnnx(policyFor(cheetah, kind), cheetah, origin, { noise }));
      return JSON.parse(metadata.flowgait!).policy;
    };
    expect(said("gaussian", "zero")).toEqual({ kind: "gaussian", noise: "zero" });
    expect(said("gaussian", "input")).toEqual({ kind: "gaussian", noise: "input", noiseSize: 6 });
    expect(said("sde", "zero")).toEqual({ kind: "flow", sampler: "euler", flowSteps: 4, noise: "zero" });
    expect(said("flow", "seed")).toMatchObject({ noise: "seed", noiseSeed: 1 });
    const walk = { kind: "flow", sampler: "noisy-euler", flowSteps: 4, stepNoise: 0.05 };
    expect(said("noisy-euler", "input")).toEqual({ ...walk, noise: "input", noiseSize: 6 * 5 });
  });

  it("that differs from its policy is noticed", async () => {
    const policy = policyFor(cheetah);
    const bytes = controllerOnnx(policy, cheetah, origin);
    const other = { ...policy, weights: policy.weights.map((weight) => weight * 1.01) };
    expect((await parityOf(bytes, other, cheetah)).maxDifference).toBeGreaterThan(1e-4);
    const broken = { ...policy, mean: policy.mean.map(() => Number.NaN) };
    expect((await parityOf(bytes, broken, cheetah)).maxDifference).toBeNaN();
  });
});
