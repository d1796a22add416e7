/** Rows that the learner sees with left and right changed over, against the same rows changed over by hand. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import type { PartialTrainConfig, TrainConfig } from "../../src/config/config.ts";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { type IterationViews, iterationLayout } from "../../src/learner/iteration-layout.ts";
import { iterationSizes, updatePlan, updateSpec } from "../../src/learner/networks.ts";
import { keptLayout } from "../../src/learner/rows.ts";
import { Updater } from "../../src/learner/updater.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { criticLayout } from "../../src/policy/critic.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { initialise } from "../../src/policy/parameters.ts";
import { startOfRun } from "../../src/policy/run-clock.ts";
import {
  type AnyMoment,
  Environment,
  type Mirror,
  mirrorOf,
  registry,
  type SignedPermutation,
  withLesson,
  writeMirrored,
} from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { byteLengthOf, sharedViews } from "../../src/threads/shared-layout.ts";

const small = { minibatches: 1, policyHidden: [16, 16], criticHidden: [16] };
const algorithms: readonly NonNullable<PartialTrainConfig["algorithm"]>[] = [
  { name: "fpo++", pairs: 2, ...small },
  { name: "fpo", pairs: 2, unroll: 3, ...small },
  { name: "ppo", ...small },
  { name: "denoising-mdp", flowSteps: 3, unroll: 3, ...small },
  { name: "orw", pairs: 2, ...small },
  { name: "fpo++", pairs: 2, advicePull: 1, ...small },
  { name: "ppo", advicePull: 1, ...small },
];
const configs = algorithms.map((algorithm) =>
  resolveTrainConfig({
    task: "HumanoidJoystick",
    algorithm: algorithm.name,
    overrides: { mirror: true, envs: 4, shards: 1, horizon: 6, algorithm },
  }),
);
const cases = configs.map((config, i) => [`${config.algorithm.name}${i < 5 ? "" : " with advice"}`, config] as const);
/** The advice itself is not asked for: rows are made up. */
const shown = { about: "a script that stands still", advise: ({ sim }: AnyMoment) => sim.ctrl };

let env: Environment;
let engine: Engine;
let mirror: Mirror;

beforeAll(async () => {
  const task = { ...registry.get("HumanoidJoystick"), lessons: { shown } };
  env = await Environment.create(withLesson(task, "shown").lesson!.training);
  engine = await createEngine("ort");
  mirror = mirrorOf(env);
});
afterAll(async () => {
  await engine.dispose();
  env.delete();
});

async function updaterOf(
  config: TrainConfig,
  runs: Engine = engine,
): Promise<{ updater: Updater; views: IterationViews }> {
  const sizes = iterationSizes(config, env);
  const views = sharedViews(iterationLayout(sizes), new SharedArrayBuffer(byteLengthOf(iterationLayout(sizes))));
  const spec = updateSpec(config, env);
  const rng = new Rng();
  initialise(surrogateOf(spec.algorithm).layout, rng.seek(3, 0), views.actor);
  initialise(criticLayout(spec.critic), rng.seek(3, 1), views.critic);
  views.std.fill(1);
  rng.seek(4, 0).fillNormal(views.obs);
  rng.seek(4, 1).fillNormal(views.privileged);
  rng.seek(4, 2).fillNormal(views.action);
  rng.seek(4, 3).fillNormal(views.reward);
  const plan = updatePlan(config);
  const noise = new NoiseSource(STREAM.policy, { period: constantly(1), envs: config.envs }, 0);
  return {
    updater: await Updater.create({ engine: runs, spec, plan, sizes, views, seed: config.seed, noise, mirror }),
    views,
  };
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
  it.each(cases)("%s: have ratio 1 at the weights that collected them", async (_name, config) => {
    const { updater, views } = await updaterOf(config);
    await updater.prepare(0, startOfRun);
    const names = surrogateOf(updateSpec(config, env).algorithm).measures;
    const measures = async (image: boolean) => {
      seen(views, image);
      const { parts } = updatePlan(config);
      await updater.gradient({ network: "actor", iteration: 0, minibatch: 0, firstPart: 0, parts });
      const sums = names.map((_, k) => {
        let sum = 0;
        for (let at = k; at < views.actorMeasures.length; at += names.length) sum += views.actorMeasures[at];
        return sum;
      });
      return Object.fromEntries(names.map((name, k) => [name, sums[k]]));
    };
    const straight = await measures(false);
    const image = await measures(true);
    for (const one of [straight, image]) {
      expect(one.ratioMean).toBeCloseTo(1, 4);
      expect(one.ratioSquareMean).toBeCloseTo(1, 4);
      expect(one.clipFraction).toBe(0);
    }
  });

  it.each(cases)("%s: give the gradients that reflected data gives", async (_name, config) => {
    const { updater, views } = await updaterOf(config);
    await updater.prepare(0, startOfRun);
    const gradients = async (iteration: number) => {
      const first = { iteration, minibatch: 0, firstPart: 0, parts: 1 };
      await updater.gradient({ network: "critic", ...first });
      await updater.gradient({ network: "actor", ...first });
      return [...views.actorGradient, ...views.criticGradient];
    };
    seen(views, false);
    const straight = await gradients(0);
    seen(views, true);
    const image = await gradients(0);
    reflect(views.obs, mirror.obs);
    reflect(views.privileged, mirror.privileged);
    reflectKept(views.kept, config);
    seen(views, false);
    const byHand = await gradients(1);
    expect(image).toEqual(byHand);
    expect(image).not.toEqual(straight);
    expect(Math.hypot(...image)).toBeGreaterThan(1e-3);
  });

  it.each(cases)("%s: give the same whether the engine picks them or they are gathered", async (_name, config) => {
    const gradients = async (runs: Engine) => {
      const { updater, views } = await updaterOf(config, runs);
      await updater.prepare(0, startOfRun);
      for (let i = 0; i < views.order.length; i++) views.order[i] = i % 3 === 0 ? ~i : i;
      const all = { iteration: 0, minibatch: 0, firstPart: 0, parts: updatePlan(config).parts };
      await updater.gradient({ network: "critic", ...all });
      await updater.gradient({ network: "actor", ...all });
      return [...views.actorGradient, ...views.criticGradient];
    };
    expect(await gradients(engine)).toEqual(await gradients({ ...engine, readsInPlace: false }));
  });
});

/** Replaces what rows keep by what they keep in the mirror. */
function reflectKept(kept: Float32Array, config: TrainConfig): void {
  const rows = config.envs * config.horizon;
  const { places } = keptLayout(surrogateOf(updateSpec(config, env).algorithm).kept, rows, 2);
  for (const { offset, imageOffset, size, mirrored } of places) {
    if (mirrored === "measured") kept.copyWithin(offset, imageOffset, imageOffset + rows * size);
    if (typeof mirrored !== "number") continue;
    for (let at = offset; at < offset + rows * size; at += mirrored) {
      writeMirrored(mirror.action, kept.slice(at, at + env.actionSize), 0, kept, at);
    }
  }
}
