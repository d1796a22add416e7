/** When the first episodes of environments that only a time limit ends are over. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { parameterViews } from "../../src/policy/parameters.ts";
import { noiseSize, type PolicySpec, policyLayout } from "../../src/policy/policy.ts";
import { startOfRun } from "../../src/policy/run-clock.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";
import { type ActingPolicy, Collector, type Trajectory } from "../../src/rollout/collect.ts";
import { Environment, registry } from "../../src/tasks/index.ts";

const ENVS = 8;
const LIMIT = 24;
const NOISE = { period: constantly(1), envs: ENVS };

let env: Environment;
let engine: Engine;
beforeAll(async () => {
  env = await Environment.create({ ...registry.get("PointMass"), episodeSteps: LIMIT });
  engine = await createEngine("ort");
});
afterAll(async () => {
  await engine.dispose();
  env.delete();
});

async function untrained(): Promise<ActingPolicy> {
  const { obsSize, actionSize } = env;
  const spec: PolicySpec = { kind: "gaussian", obsSize, actionSize, hidden: [4], activation: "silu" };
  const weights = new Float32Array(policyLayout(spec).size);
  return {
    sampler: await engine.compile(samplerFunction(spec, ENVS)),
    noise: new NoiseSource(STREAM.policy, NOISE, noiseSize(spec)),
    weights,
    feeds: {
      ...parameterViews(policyLayout(spec), weights),
      mean: new Float32Array(obsSize),
      std: new Float32Array(obsSize).fill(1),
    },
    actionNoise: 0,
  };
}

function emptyTrajectory(): Trajectory {
  const rows = LIMIT * ENVS;
  return {
    obs: new Float32Array((rows + ENVS) * env.obsSize),
    privileged: new Float32Array((rows + ENVS) * env.privilegedSize),
    action: new Float32Array(rows * env.actionSize),
    reward: new Float32Array(rows),
    terminated: new Uint8Array(rows),
    truncated: new Uint8Array(rows),
    finalCount: new Int32Array(1),
    finalRow: new Int32Array(rows),
    finalObs: new Float32Array(rows * env.obsSize),
    finalPrivileged: new Float32Array(rows * env.privilegedSize),
  };
}

/** The step at which each environment's first episode is cut, in the order of environments. */
async function firstCuts(staggered: boolean): Promise<number[]> {
  const collector = new Collector(env, {
    seed: 1,
    envs: ENVS,
    steps: LIMIT,
    noise: NOISE,
    staggered,
  });
  const out = emptyTrajectory();
  const state = () => new Float64Array(collector.layout.size);
  await collector.collect({ firstEnv: 0, clock: startOfRun }, await untrained(), state(), state(), out);
  const steps = Array.from({ length: LIMIT }, (_, t) => t);
  return Array.from({ length: ENVS }, (_, n) => steps.findIndex((t) => out.truncated[t * ENVS + n] === 1));
}

it("environments that start together are cut together", async () => {
  expect(new Set(await firstCuts(false))).toEqual(new Set([LIMIT - 1]));
});

it("staggered environments are cut one after another, spread over the time limit", async () => {
  const cuts = (await firstCuts(true)).sort((a, b) => a - b);
  expect(cuts).not.toContain(-1);
  const gaps = cuts.slice(1).map((cut, k) => cut - cuts[k]);
  expect(Math.min(...gaps)).toBeGreaterThan(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(LIMIT / 4);
});
