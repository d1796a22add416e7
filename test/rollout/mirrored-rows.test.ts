/** Rows that the learner sees with left and right changed over, against the same rows changed over by hand. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POLICY_MEASURES } from "../../src/algorithms/policy-loss.ts";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { criticLayout } from "../../src/policy/critic.ts";
import { flowPolicyLayout } from "../../src/policy/flow-policy.ts";
import { initialise } from "../../src/policy/parameters.ts";
import { type IterationViews, iterationLayout } from "../../src/rollout/iteration-layout.ts";
import { byteLengthOf, sharedViews } from "../../src/rollout/shared-layout.ts";
import { Updater } from "../../src/rollout/updater.ts";
import {
  Environment,
  type Mirror,
  mirrorOf,
  registry,
  type SignedPermutation,
  writeMirrored,
} from "../../src/tasks/index.ts";
import { iterationSizes, updatePlan, updateSpec } from "../../src/train/networks.ts";
import { resolveTrainConfig } from "../../src/train/presets.ts";

const config = resolveTrainConfig({
  task: "HumanoidJoystick",
  algorithm: "fpo++",
  overrides: {
    mirror: true,
    envs: 4,
    shards: 1,
    horizon: 6,
    algorithm: { name: "fpo++", pairs: 2, minibatches: 1, policyHidden: [16, 16], criticHidden: [16] },
  },
});

let env: Environment;
let engine: Engine;
let mirror: Mirror;

beforeAll(async () => {
  env = await Environment.create(registry.get("HumanoidJoystick"));
  engine = await createEngine("ort");
  mirror = mirrorOf(env);
});
afterAll(async () => {
  await engine.dispose();
  env.delete();
});

async function updaterOf(): Promise<{ updater: Updater; views: IterationViews }> {
  const sizes = iterationSizes(config, env);
  const views = sharedViews(iterationLayout(sizes), new SharedArrayBuffer(byteLengthOf(iterationLayout(sizes))));
  const spec = updateSpec(config, env);
  const rng = new Rng();
  initialise(flowPolicyLayout(spec.policy), rng.seek(3, 0), views.actor);
  initialise(criticLayout(spec.critic), rng.seek(3, 1), views.critic);
  views.std.fill(1);
  rng.seek(4, 0).fillNormal(views.obs);
  rng.seek(4, 1).fillNormal(views.privileged);
  rng.seek(4, 2).fillNormal(views.action);
  rng.seek(4, 3).fillNormal(views.reward);
  const { algorithm: settings, seed } = config;
  const plan = updatePlan(config);
  return { updater: await Updater.create({ engine, spec, settings, plan, sizes, views, seed, mirror }), views };
}

const seen = (views: IterationViews, image: boolean) => {
  for (let i = 0; i < views.order.length; i++) views.order[i] = image ? ~i : i;
};

/** Replaces every row of `width` values by its image. */
function reflect(values: Float32Array, image: SignedPermutation): void {
  const width = image.source.length;
  for (let at = 0; at < values.length; at += width) writeMirrored(image, values.slice(at, at + width), 0, values, at);
}

describe("rows seen in the mirror", () => {
  it("have ratio 1 and no drift at the weights that collected them", async () => {
    const { updater, views } = await updaterOf();
    await updater.prepare(0, 0);
    const measures = async (image: boolean) => {
      seen(views, image);
      for (let part = 0; part < updatePlan(config).parts; part++) await updater.actorGradient(0, part);
      const sums = POLICY_MEASURES.map((_, k) => {
        let sum = 0;
        for (let at = k; at < views.actorMeasures.length; at += POLICY_MEASURES.length) sum += views.actorMeasures[at];
        return sum;
      });
      return Object.fromEntries(POLICY_MEASURES.map((name, k) => [name, sums[k]]));
    };
    const straight = await measures(false);
    const image = await measures(true);
    for (const one of [straight, image]) {
      expect(one.ratioMean).toBeCloseTo(1, 5);
      expect(one.lossDrift).toBeLessThan(1e-9);
    }
    expect(Math.abs(image.cfmLoss - straight.cfmLoss)).toBeGreaterThan(1e-4);
  });

  it("give the gradients that reflected data gives", async () => {
    const { updater, views } = await updaterOf();
    await updater.prepare(0, 0);
    const gradients = async () => {
      await updater.actorGradient(0, 0);
      await updater.criticGradient(0, 0);
      return [...views.actorGradient, ...views.criticGradient];
    };
    seen(views, true);
    const image = await gradients();
    reflect(views.obs, mirror.obs);
    reflect(views.privileged, mirror.privileged);
    reflect(views.velocityTarget, mirror.action);
    reflectPoints(views.points);
    views.oldLosses.copyWithin(0, views.oldLosses.length / 2);
    seen(views, false);
    const byHand = await gradients();
    expect(image).toEqual(byHand);
    expect(Math.hypot(...image)).toBeGreaterThan(1e-3);
  });
});

function reflectPoints(points: Float32Array): void {
  const { actionSize } = env;
  const width = points.length / (6 * 4 * 2);
  for (let at = 0; at < points.length; at += width) {
    const noisy = points.slice(at, at + actionSize);
    writeMirrored(mirror.action, noisy, 0, points, at);
  }
}
