/** One iteration of every algorithm through the training's own threads: collect, prepare, gradient. */
import { describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import type { PartialTrainConfig, TrainConfig } from "../../src/config/config.ts";
import { DescentBoard } from "../../src/learner/descent-board.ts";
import { updatePlan, updateSpec } from "../../src/learner/networks.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { advanced, type RunClock, startOfRun } from "../../src/policy/run-clock.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type Assembly, assemble, disassemble } from "../../src/train/assembly.ts";

const small = { minibatches: 1, unroll: 4, policyHidden: [8, 8], criticHidden: [8] };
const run: PartialTrainConfig = { envs: 4, shards: 2, horizon: 8, workers: 1 };
const algorithms: readonly NonNullable<PartialTrainConfig["algorithm"]>[] = [
  { name: "fpo", pairs: 2, ...small },
  { name: "fpo++", pairs: 2, flowSteps: 3, sampler: "sde", ...small },
  { name: "ppo", ...small },
  { name: "denoising-mdp", flowSteps: 3, ...small },
];

function configOf(algorithm: (typeof algorithms)[number], more: PartialTrainConfig): TrainConfig {
  return resolveTrainConfig({
    task: "CartpoleBalance",
    algorithm: algorithm.name,
    overrides: { ...run, ...more, algorithm },
  });
}

/** Of the start of an iteration. */
function clockOf({ horizon, envs }: TrainConfig, iteration: number): RunClock {
  return advanced(startOfRun, iteration * horizon, envs);
}

/** Collects and prepares `iterations` times. */
async function prepared(config: TrainConfig, iterations: number): Promise<Assembly> {
  const assembly = await assemble(config, () => {});
  const { pool, parts } = assembly;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const generation = (iteration % 2) as 0 | 1;
    const shards = Array.from({ length: parts.sizes.shards }, (_, shard) => shard);
    const clock = clockOf(config, iteration);
    await pool.run<"collect">(shards.map((shard) => ({ kind: "collect", shard, clock, generation, actionNoise: 0 })));
    await parts.learner.prepare(clock);
    if (iteration + 1 < iterations) parts.learner.publishNormaliser();
  }
  return assembly;
}

/** Learns from the first minibatch, all rows in order, without moving any weight. @param each gradient parts that are taken at once */
async function firstMinibatch({ pool, parts }: Assembly, each: number): Promise<void> {
  const { views } = parts;
  for (let i = 0; i < views.order.length; i++) views.order[i] = i % parts.sizes.units;
  new DescentBoard(views.board).begin(0);
  const range = { iteration: 0, firstMinibatch: 0, endMinibatch: 1, parts: each };
  await pool.run<"descend">([{ kind: "descend", ...range, rates: { actor: 0, critic: 0 }, returnLevel: 1 }]);
}

async function firstMeasures(assembly: Assembly, config: TrainConfig): Promise<Record<string, number>> {
  await firstMinibatch(assembly, updatePlan(config).parts);
  const names = surrogateOf(updateSpec(config, assembly.env).algorithm).measures;
  const [, ...measures] = assembly.parts.views.actorStepMeasures;
  return Object.fromEntries(names.map((name, k) => [name, measures[k]]));
}

describe("the first minibatch", () => {
  it.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))(
    "%s: has ratio 1 where observations enter the normaliser after the update",
    async (_name, algorithm) => {
      const config = configOf(algorithm, { normaliserUpdate: "after" });
      const assembly = await prepared(config, 2);
      try {
        const { ratioMean, ratioSquareMean, clipFraction } = await firstMeasures(assembly, config);
        expect(ratioMean).toBeCloseTo(1, 4);
        expect(ratioSquareMean).toBeCloseTo(1, 4);
        expect(clipFraction).toBe(0);
      } finally {
        await disassemble(assembly);
      }
    },
  );

  it("has another ratio where they enter it before", async () => {
    const config = configOf(algorithms[2], { normaliserUpdate: "before" });
    const assembly = await prepared(config, 1);
    try {
      const { ratioSquareMean } = await firstMeasures(assembly, config);
      expect(Math.abs(ratioSquareMean - 1)).toBeGreaterThan(1e-3);
    } finally {
      await disassemble(assembly);
    }
  });
});

describe("a gradient", () => {
  it("is the same whether a thread takes all its parts at once or one by one", async () => {
    const config = configOf(algorithms[0], { normaliserUpdate: "after" });
    const assembly = await prepared(config, 1);
    try {
      const { actorGradient, criticGradient } = assembly.parts.views;
      const { parts: count } = updatePlan(config);
      const gradients = async (each: number) => {
        for (const out of [actorGradient, criticGradient]) out.fill(0);
        await firstMinibatch(assembly, each);
        return [[...actorGradient], [...criticGradient]];
      };
      expect(count).toBe(8);
      const whole = await gradients(count);
      for (const one of whole) expect(one.some((value) => value !== 0)).toBe(true);
      expect(await gradients(2)).toEqual(whole);
      expect(await gradients(1)).toEqual(whole);
    } finally {
      await disassemble(assembly);
    }
  });
});

describe("the learner", () => {
  it.each([
    ["anew every epoch", "epoch", 5],
    ["once per iteration", "iteration", 4],
  ] as const)("deals rows into minibatches %s", async (_when, shuffle, draw) => {
    const config = configOf({ ...algorithms[1], epochs: 2, shuffle }, {});
    const assembly = await prepared(config, 1);
    await assembly.parts.learner.descend({ iteration: 2, clock: clockOf(config, 2) });
    const { order: both } = assembly.parts.views;
    const order = [...both.subarray(both.length / 2)];
    await disassemble(assembly);
    // Epochs are counted from the run's beginning: iteration 2 has the epochs 4 and 5; the order holds both.
    const expected = order.map((_, i) => i);
    new Rng().seek(config.seed, STREAM.shuffle, draw).shuffle(expected);
    expect(order).toEqual(expected);
  });

  it("says how much memory an iteration asks for where there is not as much", async () => {
    const config = configOf({ ...algorithms[1], pairs: 4096 }, { envs: 1_000_000, horizon: 100_000 });
    await expect(assemble(config, () => {})).rejects.toThrow(
      /^--envs: an iteration of 100,000,000,000 rows needs [\d.]+ GiB, /,
    );
  });

  it("closes the normaliser after so many observations", async () => {
    const assembly = await prepared(configOf(algorithms[2], { normaliserSamples: 40 }), 3);
    expect(assembly.parts.learner.stats.count).toBe(64); // two iterations of 32 rows; the third comes too late
    await disassemble(assembly);
  });

  it("takes larger steps below its clip target, and smaller ones when the target has fallen", async () => {
    const steering = { clipTarget: "0.9..0.0001 over 32", clip: 0.05, learningRate: 0.02 };
    const config = configOf({ ...algorithms[0]!, ...steering, epochs: 4 }, {});
    const assembly = await prepared(config, 1);
    const { learner } = assembly.parts;
    await learner.update({ iteration: 0, clock: startOfRun });
    const first = learner.rateFactor;
    await learner.update({ iteration: 1, clock: clockOf(config, 1) }); // the same batch again, 32 rows later
    await disassemble(assembly);
    expect(first).toBeGreaterThan(1);
    expect(learner.rateFactor).toBeLessThan(first);
  });
});
