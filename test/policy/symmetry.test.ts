/** Policies that are the mean of a network and its mirror image, on the mirror of a task. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AlgorithmName } from "../../src/config/algorithm-config.ts";
import { createEngine, type Engine } from "../../src/graph/index.ts";
import { policySpec } from "../../src/learner/networks.ts";
import { Rng } from "../../src/math/rng.ts";
import { RunningStats } from "../../src/math/running-stats.ts";
import { initialise, parameterViews } from "../../src/policy/parameters.ts";
import { noiseSize, type PolicySpec, policyLayout } from "../../src/policy/policy.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";
import { evenOutStatistics, isReflection, type Reflection } from "../../src/policy/symmetry.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";

const ROWS = 8;

/** Rows of reflections side by side, each replaced by its image. */
function imageOf(reflection: Reflection, values: Float32Array): Float32Array {
  const width = reflection.length;
  return values.map((_, i) => {
    const image = reflection[i % width];
    return Math.sign(image) * values[i - (i % width) + Math.abs(image) - 1];
  });
}

const normals = (seed: number, size: number) => {
  const values = new Float32Array(size);
  new Rng().seek(seed, 1).fillNormal(values);
  return values;
};

const distance = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

describe("a symmetric policy", () => {
  let env: Environment;
  let engine: Engine;
  beforeAll(async () => {
    env = await Environment.create(registry.get("HumanoidJoystick"));
    engine = await createEngine("ort");
  });
  afterAll(async () => {
    await engine.dispose();
    env.delete();
  });

  function specOf(algorithm: AlgorithmName, symmetricPolicy: boolean): PolicySpec {
    const overrides = { algorithm: { name: algorithm, symmetricPolicy, policyHidden: [32, 32] } };
    return policySpec(resolveTrainConfig({ task: "HumanoidJoystick", algorithm, overrides }), env);
  }

  it.each(["fpo", "fpo++", "orw", "ppo", "denoising-mdp"] as const)(
    "of %s does the mirrored in the mirror",
    async (algorithm) => {
      const spec = specOf(algorithm, true);
      const { obs: seen, action: done } = spec.symmetry!;
      expect(isReflection(seen, env.obsSize) && isReflection(done, env.actionSize)).toBe(true);
      const weights = new Float32Array(policyLayout(spec).size);
      initialise(policyLayout(spec), new Rng().seek(3, 1), weights);
      const [mean, std] = [normals(4, env.obsSize), normals(5, env.obsSize).map((value) => 1 + Math.abs(value))];
      evenOutStatistics(seen, mean, std);
      const shared = { ...parameterViews(policyLayout(spec), weights), mean, std };
      const [obs, noise] = [normals(6, ROWS * env.obsSize), normals(7, ROWS * noiseSize(spec))];
      const act = async (policy: PolicySpec, mirrored: boolean) => {
        const executable = await engine.compile(samplerFunction(policy, ROWS));
        const rows = mirrored ? { obs: imageOf(seen, obs), noise: imageOf(done, noise) } : { obs, noise };
        return (await executable.run({ ...shared, ...rows })).action;
      };
      expect(distance(imageOf(done, await act(spec, false)), await act(spec, true))).toBeLessThan(1e-4);
      const plain = specOf(algorithm, false);
      expect(plain.symmetry).toBeUndefined();
      expect(distance(imageOf(done, await act(plain, false)), await act(plain, true))).toBeGreaterThan(0.1);
    },
  );
});

it("evened out statistics are those of the observations and their images", () => {
  const reflection = [2, 1, -3, -5, -4];
  const values = normals(8, 50 * 5).map((value, i) => (i % 5) + (1 + (i % 3)) * value);
  const written = (batches: Float32Array[]) => {
    const stats = new RunningStats(5);
    stats.update(batches);
    const [mean, std] = [new Float32Array(5), new Float32Array(5)];
    stats.write(mean, std);
    return { mean, std };
  };
  const { mean, std } = written([values]);
  evenOutStatistics(reflection, mean, std);
  const both = written([values, imageOf(reflection, values)]);
  expect(distance(mean, both.mean)).toBeLessThan(1e-6);
  expect(distance(std, both.std)).toBeLessThan(1e-6);
  expect(distance(imageOf(reflection, mean), mean)).toBe(0);
});

it("a reflection is a signed permutation that is its own inverse", () => {
  expect(isReflection([2, 1, -3], 3)).toBe(true);
  for (const wrong of [
    [2, 1],
    [2, -1, 3],
    [2, 3, 1],
    [0, 1, 2],
    [1, 2, 4],
    [1, 1, 3],
  ])
    expect(isReflection(wrong, 3)).toBe(false);
});
