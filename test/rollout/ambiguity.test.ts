import { afterAll, beforeAll, expect, it } from "vitest";
import { createEngine } from "../../src/graph/index.ts";
import { armModes, measureAmbiguity, neighbourEntropy } from "../../src/rollout/ambiguity.ts";
import { Environment, registry } from "../../src/tasks/index.ts";

it("draws whose hands form chains are one mode", () => {
  const at = (x: number) => [x, 0, 0, 0, 0, 0];
  expect(armModes([at(0), at(0.1), at(0.2), at(0.3)])).toBe(1);
  expect(armModes([at(0), at(0.1), at(0.5), at(0.55)])).toBe(2);
  expect(armModes([at(0), [0, 0, 0, 0.5, 0, 0]])).toBe(2);
});

it("the entropy of evenly spaced points is that of their interval, and doubles of the scale add ln 2 a dimension", () => {
  const line = (scale: number) => Array.from({ length: 200 }, (_, i) => [(scale * i) / 200]);
  expect(neighbourEntropy(line(2)) - neighbourEntropy(line(1))).toBeCloseTo(Math.log(2), 6);
  const plane = (scale: number) =>
    Array.from({ length: 100 }, (_, i) => [scale * (i % 10), scale * Math.floor(i / 10)]);
  expect(neighbourEntropy(plane(2)) - neighbourEntropy(plane(1))).toBeCloseTo(2 * Math.log(2), 6);
  // ψ(N) − ψ(1) + ln 2 + ln(1/N) for spacing 1/N
  const harmonic = Array.from({ length: 199 }, (_, k) => 1 / (k + 1)).reduce((a, b) => a + b);
  expect(neighbourEntropy(line(1))).toBeCloseTo(harmonic + Math.log(2) - Math.log(200), 6);
});

let env: Environment;
beforeAll(async () => {
  env = await Environment.create(registry.get("G1Track"), { noise: false, looks: false });
});
afterAll(() => env?.delete());

it("a policy that always does the same goes on in one way, and one that draws its actions in more", async () => {
  const engine = createEngine("ort");
  const request = { seed: 1, states: 1, draws: 4 };
  const same = await measureAmbiguity(env, engine, { ...request, policy: { kind: "zero" } });
  expect(same).toMatchObject({ legModes: 1, armModes: 1, styleShare: null, aliveShare: 1 });
  const drawn = await measureAmbiguity(env, engine, { ...request, policy: { kind: "random" } });
  expect(drawn.entropy).toBeGreaterThan(same.entropy + 10);
  await engine.dispose();
});
