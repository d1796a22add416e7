/** Pairs that come in twos, from the updater's own preparation of a shard. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import type { PartialTrainConfig } from "../../src/config/config.ts";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { type IterationViews, iterationLayout } from "../../src/learner/iteration-layout.ts";
import { iterationSizes, updatePlan, updateSpec } from "../../src/learner/networks.ts";
import { keptLayout } from "../../src/learner/rows.ts";
import { Updater } from "../../src/learner/updater.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { TIME_SIZE } from "../../src/policy/flow-policy.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { startOfRun } from "../../src/policy/run-clock.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { byteLengthOf, sharedViews } from "../../src/threads/shared-layout.ts";

const PAIRS = 6;
const algorithm = {
  name: "fpo++",
  pairs: PAIRS,
  pairing: "antithetic",
  timeMargin: 0.005,
  minibatches: 1,
  policyHidden: [8],
  criticHidden: [8],
} satisfies PartialTrainConfig["algorithm"];
const config = resolveTrainConfig({
  task: "CheetahRun",
  algorithm: "fpo++",
  overrides: {
    envs: 4,
    shards: 1,
    horizon: 6,
    algorithm,
  },
});

let env: Environment;
let engine: Engine;
let views: IterationViews;
let points: Float32Array;
let velocityTarget: Float32Array;

beforeAll(async () => {
  env = await Environment.create(registry.get("CheetahRun"));
  engine = await createEngine("ort");
  const sizes = iterationSizes(config, env);
  views = sharedViews(iterationLayout(sizes), new SharedArrayBuffer(byteLengthOf(iterationLayout(sizes))));
  views.std.fill(1);
  new Rng().seek(2, 0).fillNormal(views.action);
  const plan = updatePlan(config);
  const noise = new NoiseSource(STREAM.policy, { period: constantly(1), envs: config.envs }, 0);
  const spec = updateSpec(config, env);
  const { places } = keptLayout(surrogateOf(spec.algorithm).kept, views.reward.length, 1);
  const kept = (name: string) => views.kept.subarray(places.find((place) => place.name === name)!.offset);
  [points, velocityTarget] = [kept("points"), kept("target")];
  const updater = await Updater.create({ engine, spec, plan, sizes, views, seed: config.seed, noise, mirror: null });
  await updater.prepare(0, startOfRun);
});
afterAll(async () => {
  await engine.dispose();
  env.delete();
});

/** sin t of a pair: of the frequency 1, so that it tells the time. */
function sineOfTime(pair: number): number {
  const width = env.actionSize + TIME_SIZE;
  return points[pair * width + env.actionSize + TIME_SIZE / 2];
}

describe("antithetic pairs", () => {
  it("have opposite noises in twos", () => {
    const { actionSize } = env;
    for (let row = 0; row < views.reward.length; row++) {
      for (let k = 0; k < PAIRS; k += 2) {
        const one = (row * PAIRS + k) * actionSize;
        for (let i = 0; i < actionSize; i++) {
          // u = ε − a, so opposite noises leave −2a.
          const sum = velocityTarget[one + i] + velocityTarget[one + actionSize + i];
          expect(sum).toBeCloseTo(-2 * views.action[row * actionSize + i], 4);
        }
      }
    }
  });

  it("share a time in twos, and there is one time in every part of the interval", () => {
    const twins = PAIRS / 2;
    for (let row = 0; row < views.reward.length; row++) {
      const parts: number[] = [];
      for (let k = 0; k < PAIRS; k += 2) {
        const time = Math.asin(sineOfTime(row * PAIRS + k));
        expect(sineOfTime(row * PAIRS + k + 1)).toBe(sineOfTime(row * PAIRS + k));
        const { timeMargin } = algorithm;
        parts.push(Math.floor(((time - timeMargin) / (1 - 2 * timeMargin)) * twins + 1e-5));
      }
      expect(parts).toEqual([0, 1, 2]);
    }
  });

  it("need an even number", () => {
    expect(() =>
      resolveTrainConfig({
        task: "CheetahRun",
        algorithm: "fpo++",
        overrides: { algorithm: { pairs: 3, pairing: "antithetic" } },
      }),
    ).toThrow("--algorithm.pairs: got 3, expected an even number with --algorithm.pairing antithetic");
  });
});
