/** What a time limit does to the returns that the critic learns. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { iterationLayout } from "../../src/learner/iteration-layout.ts";
import { iterationSizes, updatePlan, updateSpec } from "../../src/learner/networks.ts";
import { Updater } from "../../src/learner/updater.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { criticLayout } from "../../src/policy/critic.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { initialise } from "../../src/policy/parameters.ts";
import { startOfRun } from "../../src/policy/run-clock.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { byteLengthOf, sharedViews } from "../../src/threads/shared-layout.ts";

const STEPS = 5;
/** The step that the time limit cuts. */
const CUT = 2;
const GAMMA = 0.9;
const REWARD = 3;

let env: Environment;
let engine: Engine;
beforeAll(async () => {
  env = await Environment.create(registry.get("GridWorldTwoWalls"));
  engine = await createEngine("ort");
});
afterAll(async () => {
  await engine.dispose();
  env.delete();
});

/** Value target of the step that was cut, and the critic's value of what would have come after it. */
async function targetOfCut(bootstrapTimeLimits: boolean): Promise<{ target: number; valueAfter: number }> {
  const config = resolveTrainConfig({
    task: env.task.name,
    algorithm: "fpo",
    overrides: {
      envs: 1,
      shards: 1,
      horizon: STEPS,
      algorithm: {
        name: "fpo",
        gae: "textbook",
        advantages: "iteration",
        bootstrapTimeLimits,
        gamma: GAMMA,
        rewardScale: 1,
        minibatches: 1,
        policyHidden: [8],
        criticHidden: [8],
      },
    },
  });
  const sizes = iterationSizes(config, env);
  const layout = iterationLayout(sizes);
  const views = sharedViews(layout, new SharedArrayBuffer(byteLengthOf(layout)));
  const spec = updateSpec(config, env);
  initialise(criticLayout(spec.critic), new Rng().seek(3, 1), views.critic);
  views.std.fill(1);
  new Rng().seek(4, 0).fillNormal(views.obs);
  views.reward[CUT] = REWARD;
  views.truncated[CUT] = 1;
  views.finalCount[0] = 1;
  views.finalRow[0] = CUT;
  // As after step 0, whose value is among the results.
  views.finalObs.set(views.obs.subarray(env.obsSize, 2 * env.obsSize));
  const plan = updatePlan(config);
  const noise = new NoiseSource(STREAM.policy, { period: constantly(1), envs: config.envs }, 0);
  const updater = await Updater.create({ engine, spec, plan, sizes, views, seed: config.seed, noise, mirror: null });
  await updater.prepare(0, startOfRun);
  return { target: views.target[CUT], valueAfter: views.value[1] };
}

describe("a time limit", () => {
  it("lets the return go on with the critic's value", async () => {
    const { target, valueAfter } = await targetOfCut(true);
    expect(Math.abs(valueAfter)).toBeGreaterThan(0.01);
    expect(target).toBeCloseTo(REWARD + GAMMA * valueAfter, 5);
  });

  it("ends the return where the configuration says so", async () => {
    expect((await targetOfCut(false)).target).toBeCloseTo(REWARD, 5);
  });
});
