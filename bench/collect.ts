/** Collection with policy, noise and storage in the loop, against the environment steps of physics.ts, in turns within one run. */

import { createOrtEngine } from "../src/graph/index.ts";
import { actionNoise, policySpec } from "../src/learner/networks.ts";
import { median } from "../src/math/median.ts";
import { Rng, STREAM } from "../src/math/rng.ts";
import { constantly } from "../src/math/schedule.ts";
import { NoiseSource } from "../src/policy/noise-source.ts";
import { initialise, parameterViews } from "../src/policy/parameters.ts";
import { noiseSize, policyLayout } from "../src/policy/policy.ts";
import { startOfRun } from "../src/policy/run-clock.ts";
import { samplerFunction } from "../src/policy/sampler.ts";
import { type ActingPolicy, Collector, type Trajectory } from "../src/rollout/collect.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { rateMeter } from "./physics.ts";

/** Rates of one task on one thread of this machine. */
export interface CollectRates {
  readonly collectStepsPerSecond: number;
  readonly envStepsPerSecond: number;
  /** collectStepsPerSecond / envStepsPerSecond; asked: 0.85 for HumanoidJoystick, 0.45 for CheetahRun */
  readonly ratio: number;
}

const SEED = 1;
const STEPS = 24;
const ROUNDS = 5;

/** Measures the laptop preset's policy on one task by name. */
export async function benchCollect(task: string): Promise<CollectRates> {
  const config = resolveTrainConfig({ task });
  const env = await Environment.create(await resolveTask(task));
  const envs = config.envs / config.shards;
  const noise = { period: constantly(1), envs };
  const collector = new Collector(env, {
    seed: SEED,
    envs,
    steps: STEPS,
    noise,
    staggered: false,
  });
  const spec = policySpec(config, env);
  const weights = new Float32Array(policyLayout(spec).size);
  initialise(policyLayout(spec), new Rng().seek(SEED, 1), weights);
  const policy: ActingPolicy = {
    sampler: await createOrtEngine().compile(samplerFunction(spec, envs)),
    noise: new NoiseSource(STREAM.policy, noise, noiseSize(spec)),
    weights,
    feeds: {
      ...parameterViews(policyLayout(spec), weights),
      mean: new Float32Array(env.obsSize),
      std: new Float32Array(env.obsSize).fill(1),
    },
    actionNoise: actionNoise(config, 0),
  };
  const trajectory = allocate(env, envs);
  let [before, after] = [new Float64Array(collector.layout.size), new Float64Array(collector.layout.size)];
  const measure = await rateMeter(task);
  const [collect, physics]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    let steps = 0;
    while (performance.now() - started < 1000) {
      await collector.collect({ firstEnv: 0, clock: startOfRun }, policy, before, after, trajectory);
      [before, after] = [after, before];
      steps += STEPS * envs;
    }
    collect.push((1000 * steps) / (performance.now() - started));
    physics.push(measure(1));
  }
  env.delete();
  const [collectStepsPerSecond, envStepsPerSecond] = [median(collect), median(physics)];
  return { collectStepsPerSecond, envStepsPerSecond, ratio: collectStepsPerSecond / envStepsPerSecond };
}

function allocate(env: Environment, envs: number): Trajectory {
  const rows = STEPS * envs;
  return {
    obs: new Float32Array((rows + envs) * env.obsSize),
    privileged: new Float32Array((rows + envs) * env.privilegedSize),
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
