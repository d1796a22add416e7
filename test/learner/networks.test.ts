import { describe, expect, it } from "vitest";
import { actionNoise, updatePlan } from "../../src/learner/networks.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";

const withNoise = (noise: object) =>
  resolveTrainConfig({
    task: "CheetahRun",
    algorithm: "fpo++",
    overrides: { algorithm: { name: "fpo++", ...noise } },
  });

describe("noise on actions", () => {
  it("falls linearly to its end, and stays there", () => {
    const config = withNoise({ actionNoise: "0.25..0.05 over 1000" });
    const seen = [0, 250, 500, 1000, 5000].map((steps) => actionNoise(config, steps));
    [0.25, 0.2, 0.15, 0.05, 0.05].forEach((noise, i) => {
      expect(seen[i]).toBeCloseTo(noise, 12);
    });
  });

  it("stays as it is where nothing says that it falls, and is none for a Gaussian", () => {
    expect(actionNoise(withNoise({ actionNoise: 0.25 }), 1e9)).toBe(0.25);
    expect(actionNoise(resolveTrainConfig({ task: "CheetahRun", algorithm: "ppo" }), 0)).toBe(0);
  });
});

describe("cuts of a minibatch", () => {
  const config = resolveTrainConfig({ task: "CheetahRun", algorithm: "fpo++" });

  it("are parts for threads and blocks for the cache, and every row is in one", () => {
    const { parts, minibatchUnits, unroll, actorRows, criticUnits } = updatePlan(config);
    const partUnits = minibatchUnits / parts;
    expect(parts).toBeGreaterThan(1);
    expect((partUnits * unroll) % actorRows).toBe(0);
    expect(partUnits % criticUnits).toBe(0);
  });

  it("are none where it is taken whole", () => {
    const { parts, minibatchUnits, unroll, actorRows, criticUnits } = updatePlan(config, "whole");
    expect([parts, actorRows, criticUnits]).toEqual([1, minibatchUnits * unroll, minibatchUnits]);
  });
});
