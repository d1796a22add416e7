/** What a run takes over from the checkpoint that it begins from, and what it does not. */
import { describe, expect, it } from "vitest";
import { changeConfig } from "../../src/config/presets.ts";
import { scheduleOf } from "../../src/config/schedule-field.ts";
import type { TensorData } from "../../src/files/safetensors.ts";
import { valueAt } from "../../src/math/schedule.ts";
import { advanced } from "../../src/policy/run-clock.ts";
import type { Checkpoint } from "../../src/runs/checkpoint.ts";
import { parseTrainConfig } from "../../src/runs/run-folder.ts";
import { storedPolicy } from "../../src/runs/stored-policy.ts";
import { changeForFork } from "../../src/studio/prepared-run.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { assemble, disassemble } from "../../src/train/assembly.ts";
import { collectIteration } from "../../src/train/collection.ts";
import { checkpointOf, restore } from "../../src/train/training-state.ts";

const algorithm = {
  minibatches: 1,
  epochs: 1,
  policyHidden: [8],
  criticHidden: [8],
  clipTarget: 0,
  learningRate: "0.001..0 over 1000",
};
const config = resolveTrainConfig({
  task: "CartpoleBalance",
  algorithm: "ppo",
  overrides: { envs: 4, shards: 2, horizon: 8, workers: 1, algorithm: { name: "ppo", ...algorithm } },
});

/** A run of three iterations whose best evaluation was 7. */
async function parent(): Promise<Checkpoint> {
  const { pool, parts, ...rest } = await assemble(config, () => {});
  for (let k = 0; k < 3; k++) {
    await collectIteration(pool, config, parts);
    await parts.learner.update(parts.loop);
    parts.loop.iteration++;
    parts.loop.clock = advanced(parts.loop.clock, config.horizon, config.envs);
  }
  parts.loop.bestReturn = 7;
  const checkpoint = checkpointOf(parts, config);
  await disassemble({ pool, parts, ...rest });
  return checkpoint;
}

describe("a run that begins from a checkpoint", async () => {
  const checkpoint = await parent();

  it("gives its policy also to a task that lacks what a lesson's critic saw", () => {
    const metadata = { ...checkpoint.metadata, config: JSON.stringify(config) };
    const wider = ({ data }: { readonly data: TensorData }) => Float64Array.of(...data, 3, 4);
    const tensors = { ...checkpoint.tensors };
    for (const name of ["normaliser/mean", "normaliser/squares"])
      tensors[name] = { ...tensors[name], shape: [7], data: wider(tensors[name]) };
    const sizes = { obsSize: 5, privilegedSize: 0, actionSize: 1 };
    const expected = storedPolicy({ ...checkpoint, metadata }, sizes, "test");
    expect(storedPolicy({ metadata, tensors }, sizes, "test")).toEqual(expected);
    expect(() => storedPolicy({ ...checkpoint, metadata }, { ...sizes, obsSize: 6 }, "test")).toThrow(
      /values, expected/,
    );
  });
  it("has its best evaluation still before it where it is another run, and keeps it where it resumes", async () => {
    const assembly = await assemble(config, () => {});
    restore(assembly.parts, checkpoint, "test");
    expect(assembly.parts.loop.bestReturn).toBe(7);
    restore(assembly.parts, checkpoint, "test", { newRun: true });
    expect(assembly.parts.loop.bestReturn).toBeNull();
    await disassemble(assembly);
  });

  it("continues schedules at the steps that were trained, with twice the environments too", async () => {
    const fork = changeConfig(config, { envs: 8 });
    const assembly = await assemble(fork, () => {});
    const { pool, parts } = assembly;
    restore(parts, checkpoint, "test", { newRun: true, newEpisodes: true });
    expect(parts.loop.clock).toMatchObject({ envSteps: 96, ticks: 24, origin: { envSteps: 96, ticks: 24 } });
    await collectIteration(pool, fork, parts);
    const { learningRate } = await parts.learner.update(parts.loop);
    expect(learningRate).toBe(valueAt(scheduleOf(config.algorithm.learningRate), 96));
    await disassemble(assembly);
  });

  it("may be of an earlier version, whose shards hold the ticks", async () => {
    const { shards } = checkpoint.tensors;
    const { clock: _, ...state } = JSON.parse(checkpoint.metadata.state);
    const stride = shards.data.length / config.shards;
    const data = Array.from(shards.data).flatMap((value, i) => (i % stride === 0 ? [value, 24] : [value]));
    const older: Checkpoint = {
      metadata: { ...checkpoint.metadata, state: JSON.stringify(state) },
      tensors: { ...checkpoint.tensors, shards: { data: Float64Array.from(data), shape: [2, stride + 1] } },
    };
    const assembly = await assemble(config, () => {});
    restore(assembly.parts, older, "test");
    expect(checkpointOf(assembly.parts, config).tensors.shards!.data).toEqual(shards.data);
    expect(assembly.parts.loop.clock).toEqual({ envSteps: 96, ticks: 24, origin: { envSteps: 0, ticks: 0 } });
    await disassemble(assembly);
  });
});

it.each([
  ["critic", "hl-gauss", "--algorithm.critic: got hl-gauss, expected the checkpoint's squared"],
  ["criticSupport", 100, "--algorithm.critic-support: got 100, expected the checkpoint's 10000"],
  ["symmetricPolicy", true, "--algorithm.symmetric-policy: got true, expected the checkpoint's false"],
  ["criticNorm", "rms", "--algorithm.critic-norm: got rms, expected the checkpoint's none"],
])("a run that begins from a checkpoint keeps its %s", (name, value, message) => {
  expect(() => changeForFork(config, { algorithm: { name: "ppo", [name]: value } }, 0)).toThrow(message);
});

it("settings of earlier versions that said how others fall become schedules", () => {
  const { noisePeriod: _, ...rest } = resolveTrainConfig({ task: "PointMass", algorithm: "fpo" });
  const today = { ...rest.algorithm, normalPull: 0.05, actionNoise: 0.1, clipTarget: 0.15, learningRate: 7e-4 };
  const older = {
    ...rest,
    noisePeriod: 8,
    noisePeriodFallSteps: 600_000,
    algorithm: {
      ...today,
      ...{ normalPullEnd: 0.005, normalPullFallSteps: 600_000, actionNoiseEnd: 0, actionNoiseFallSteps: 0 },
      ...{ clipTargetEnd: 0.15, clipTargetFallSteps: 5, learningRateDecaySteps: 2_000_000 },
    },
  };
  expect(parseTrainConfig(older, "config.json")).toEqual({
    ...rest,
    noisePeriod: "8..1 over 600k",
    algorithm: { ...today, normalPull: "0.05..0.005 over 600k", learningRate: "0.0007..0 over 2M" },
  });
});
