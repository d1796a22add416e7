/** One iteration of every algorithm through the training's own threads: collect, prepare, gradient. */
import { describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import type { Network } from "../../src/rollout/jobs.ts";
import { keptLayout } from "../../src/rollout/kept-rows.ts";
import { type Assembly, assemble, disassemble } from "../../src/train/assembly.ts";
import type { PartialTrainConfig, TrainConfig } from "../../src/train/config.ts";
import { updatePlan, updateSpec } from "../../src/train/networks.ts";
import { resolveTrainConfig } from "../../src/train/presets.ts";

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

/** Collects and prepares `iterations` times. */
async function prepared(config: TrainConfig, iterations: number): Promise<Assembly> {
  const assembly = await assemble(config, () => {});
  const { pool, parts } = assembly;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const generation = (iteration % 2) as 0 | 1;
    const shards = Array.from({ length: parts.sizes.shards }, (_, shard) => shard);
    await pool.run<"collect">(shards.map((shard) => ({ kind: "collect", shard, generation, actionNoise: 0 })));
    await parts.learner.prepare(iteration);
    if (iteration + 1 < iterations) parts.learner.publishNormaliser();
  }
  return assembly;
}

/** Measures of the first minibatch, all rows in order. */
async function firstMeasures({ env, pool, parts }: Assembly, config: TrainConfig): Promise<Record<string, number>> {
  const { views } = parts;
  for (let i = 0; i < views.order.length; i++) views.order[i] = i;
  const { parts: count } = updatePlan(config);
  const all = { kind: "gradient", iteration: 0, minibatch: 0, firstPart: 0, parts: count } as const;
  if (config.algorithm.advantages === "minibatch") await pool.run<"gradient">([{ ...all, network: "critic" }]);
  await pool.run<"gradient">([{ ...all, network: "actor" }]);
  const names = surrogateOf(updateSpec(config, env).algorithm).measures;
  const sums = names.map((_, k) => views.actorMeasures.filter((_value, i) => i % names.length === k));
  return Object.fromEntries(names.map((name, k) => [name, sums[k].reduce((sum, value) => sum + value, 0)]));
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
  it("is the same whether a job carries all its parts or one", async () => {
    const config = configOf(algorithms[0], { normaliserUpdate: "after" });
    const assembly = await prepared(config, 1);
    try {
      const { pool, parts } = assembly;
      const { views } = parts;
      for (let i = 0; i < views.order.length; i++) views.order[i] = i;
      const { parts: count } = updatePlan(config);
      const gradient = async (network: Network, each: number) => {
        const job = { kind: "gradient", network, iteration: 0, minibatch: 0, parts: each } as const;
        const jobs = Array.from({ length: count / each }, (_, i) => ({ ...job, firstPart: i * each }));
        const out = network === "actor" ? views.actorGradient : views.criticGradient;
        out.fill(0);
        await pool.run<"gradient">(jobs);
        return [...out];
      };
      expect(count).toBe(4);
      for (const network of ["critic", "actor"] as const) {
        const whole = await gradient(network, count);
        expect(whole.some((value) => value !== 0)).toBe(true);
        expect(await gradient(network, 2)).toEqual(whole);
        expect(await gradient(network, 1)).toEqual(whole);
      }
    } finally {
      await disassemble(assembly);
    }
  });
});

describe("preparation", () => {
  it("walks the denoising path again to the action that was recorded", async () => {
    const config = configOf(algorithms[3], { normaliserUpdate: "after" });
    const assembly = await prepared(config, 2);
    try {
      const { views, sizes } = assembly.parts;
      const rows = config.envs * config.horizon;
      const { kept } = surrogateOf(updateSpec(config, assembly.env).algorithm);
      const places = keptLayout(kept, rows, 1).places;
      const [points, move] = ["points", "move"].map((name) => places.find((place) => place.name === name)!);
      for (let row = 0; row < rows; row++) {
        let x = views.kept[points.offset + row * points.size]; // one action value: the first number is x at t = 1
        for (let step = 0; step < 3; step++) x += views.kept[move.offset + row * move.size + step];
        expect(x).toBeCloseTo(views.action[row * sizes.actionSize], 5);
      }
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
    await assembly.parts.learner.descend(2);
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
});
