import { describe, expect, it } from "vitest";
import {
  bootstrapTimeLimits,
  gae,
  gaeTensors,
  normaliseAdvantages,
  returnLevel,
} from "../../src/algorithms/advantages.ts";
import { graphFunction, input, interpret } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";

const settings = { gamma: 0.9, lambda: 0.5 };

function run(form: "brax" | "textbook", terminated: number[], truncated: number[]) {
  const [advantages, targets] = [new Float32Array(3), new Float32Array(3)];
  const inputs = { steps: 3, envs: 1, reward: Float32Array.of(1, 2, 3), values: Float32Array.of(10, 20, 30, 40) };
  const flags = { terminated: Uint8Array.from(terminated), truncated: Uint8Array.from(truncated) };
  gae({ ...settings, gae: form }, { ...inputs, ...flags }, advantages, targets);
  return { advantages: [...advantages], targets: [...targets] };
}

function expectClose(actual: number[], expected: number[]): void {
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 4);
  });
}

const plain = { advantageClamp: 0, advantageShift: 0, advantageFloor: 0 };

describe("generalised advantage estimation", () => {
  it("the textbook form matches a three-step example by hand", () => {
    // δ₂ = 3 + 0.9·40 − 30 = 9; δ₁ = 2 + 0.9·30 − 20 = 9; δ₀ = 1 + 0.9·20 − 10 = 9
    // A₂ = 9; A₁ = 9 + 0.45·9 = 13.05; A₀ = 9 + 0.45·13.05 = 14.8725
    const { advantages, targets } = run("textbook", [0, 0, 0], [0, 0, 0]);
    expectClose(advantages, [14.8725, 13.05, 9]);
    expectClose(targets, [24.8725, 33.05, 39]);
  });

  it("the Brax form leaves out the first λ", () => {
    // acc as above: vs = 24.8725, 33.05, 39; A_t = r + 0.9·vs_{t+1} − V_t
    // A₂ = 3 + 36 − 30 = 9; A₁ = 2 + 0.9·39 − 20 = 17.1; A₀ = 1 + 0.9·33.05 − 10 = 20.745
    const { advantages, targets } = run("brax", [0, 0, 0], [0, 0, 0]);
    expectClose(advantages, [20.745, 17.1, 9]);
    expectClose(targets, [24.8725, 33.05, 39]);
  });

  it("termination stops the return in both forms", () => {
    // δ₁ = 2 − 20 = −18, nothing follows it
    expect(run("textbook", [0, 1, 0], [0, 0, 0]).advantages[1]).toBeCloseTo(-18);
    expect(run("brax", [0, 1, 0], [0, 0, 0]).advantages[1]).toBeCloseTo(-18);
  });

  it("a time limit is masked in the Brax form and bootstraps through the reward in the textbook form", () => {
    expect(run("brax", [0, 0, 0], [0, 1, 0]).advantages[1]).toBeCloseTo(0);
    const reward = Float32Array.of(1, 2, 3);
    bootstrapTimeLimits(reward, Int32Array.of(1), Float32Array.of(50), settings.gamma);
    expectClose([...reward], [1, 47, 3]);
    // the next episode's value does not leak in: δ₁ = 2 + 0 − 20 before the bootstrap
    expect(run("textbook", [0, 0, 0], [0, 1, 0]).advantages[1]).toBeCloseTo(-18);
  });

  it.each(["brax", "textbook"] as const)("the graph's %s form equals the loop's", (form) => {
    const [steps, envs] = [6, 5];
    const rng = new Rng().seek(9, 1);
    const reward = Float32Array.from({ length: steps * envs }, () => rng.normal());
    const values = Float32Array.from({ length: (steps + 1) * envs }, () => rng.normal());
    const terminated = Uint8Array.from({ length: steps * envs }, () => (rng.uniform() < 0.2 ? 1 : 0));
    const truncated = terminated.map((flag) => (flag === 0 && rng.uniform() < 0.2 ? 1 : 0));
    const [advantages, targets] = [new Float32Array(steps * envs), new Float32Array(steps * envs)];
    gae({ ...settings, gae: form }, { steps, envs, reward, values, terminated, truncated }, advantages, targets);
    const grid = (name: string, rows = steps) => input(name, [rows, envs]);
    const graph = gaeTensors(
      { ...settings, gae: form },
      { reward: grid("r"), values: grid("v", steps + 1), terminated: grid("d"), truncated: grid("t") },
    );
    const feeds = { r: reward, v: values, d: Float32Array.from(terminated), t: Float32Array.from(truncated) };
    const out = interpret(graphFunction("gae", { ...graph }), feeds);
    advantages.forEach((value, i) => {
      expect(out.advantages[i]).toBeCloseTo(value, 5);
    });
    targets.forEach((value, i) => {
      expect(out.targets[i]).toBeCloseTo(value, 5);
    });
  });

  it("refuses arrays of another size, naming them", () => {
    const inputs = { steps: 2, envs: 2, reward: new Float32Array(3), values: new Float32Array(6) };
    const flags = { terminated: new Uint8Array(4), truncated: new Uint8Array(4) };
    const out = new Float32Array(4);
    expect(() => gae({ ...settings, gae: "brax" }, { ...inputs, ...flags }, out, out)).toThrow(
      "gae: reward [steps, envs] = [2, 2] must have 4 values, got 3",
    );
  });

  it("normalised advantages have mean 0 and deviation 1 over all parts, keep the limit, and take a shift last", () => {
    const parts = [Float32Array.of(1, 2, 3), Float32Array.of(10)];
    normaliseAdvantages(parts, plain, 1);
    const all = [...parts[0], ...parts[1]];
    expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
    expect(all.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 5);
    normaliseAdvantages(parts, { ...plain, advantageClamp: 1.5 }, 1);
    expect(Math.max(...parts[1])).toBe(1.5);
    normaliseAdvantages(parts, { ...plain, advantageShift: 0.25 }, 1);
    const shifted = [...parts[0], ...parts[1]];
    expect(shifted.reduce((a, b) => a + b, 0) / 4).toBeCloseTo(0.25, 5);
  });

  it("the level of returns is what the mean reward adds up to, whatever its sign, and finite without discounting", () => {
    expect(returnLevel(Float32Array.of(1, -1, 2, 0), 0.99)).toBeCloseTo(100, 3);
    expect(returnLevel(Float32Array.of(1, 1), 1)).toBeCloseTo(1000, 3);
  });

  it("advantages far below the floor stay small instead of being blown up to deviation 1", () => {
    const noise = [Float32Array.of(0.001, -0.001)];
    normaliseAdvantages(noise, { ...plain, advantageFloor: 0.02 }, 5);
    expect(noise[0][0]).toBeCloseTo(0.01, 3);
    const clear = [Float32Array.of(100, -100)];
    normaliseAdvantages(clear, { ...plain, advantageFloor: 0.02 }, 5);
    expect(clear[0][0]).toBeCloseTo(1, 2);
  });
});
