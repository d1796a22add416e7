import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { describeScene } from "../../src/physics/looks/scene-description.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { roughen } from "../../src/physics/terrain.ts";

const FIELD = "rough_ground";

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "go1-rough.xml"));
});

afterAll(() => sim.delete());

function ground(seed: number): Float32Array {
  roughen(sim, FIELD, seed);
  return sim.heightField(FIELD).data.slice();
}

describe("rough ground", () => {
  it("is the same from the same seed and another from another", () => {
    const first = ground(3);
    expect(ground(4)).not.toEqual(first);
    expect(ground(3)).toEqual(first);
  });

  it("is spread over its height as the published ground is", () => {
    const heights = [...ground(1)];
    expect(heights).toHaveLength(256 * 256);
    const mean = heights.reduce((sum, height) => sum + height, 0) / heights.length;
    const variance = heights.reduce((sum, height) => sum + (height - mean) ** 2, 0) / heights.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.29, 2);
    expect(heights.every((height) => height >= 0 && height <= 1)).toBe(true);
    expect(Math.min(...heights.slice(0, 9999))).toBeLessThan(0.01);
    expect(Math.max(...heights.slice(0, 9999))).toBeGreaterThan(0.99);
  });

  it("carries a foot at the height of its samples", () => {
    const { data } = sim.heightField(FIELD);
    const restingHeight = (level: number) => {
      data.fill(level);
      sim.resetToKeyframe("home");
      sim.qpos[2] = 0.35;
      sim.step(250);
      return sim.siteXpos[3 * sim.siteId("FR") + 2];
    };
    const low = restingHeight(0.2);
    // a foot's centre is 23 mm above its ground
    expect(low).toBeCloseTo(0.01 + 0.023, 2);
    expect(restingHeight(0.8) - low).toBeCloseTo(0.6 * 0.05, 3);
  });

  it("is described with the heights that the physics has", () => {
    const heights = ground(2);
    const [field] = describeScene(sim).heightFields;
    expect(field.size).toEqual([10, 10, 0.05, 1]);
    expect([field.rows, field.columns]).toEqual([256, 256]);
    for (const i of [0, 300, 65_535]) expect(field.data[i]).toBeCloseTo(heights[i], 4);
  });

  it("names near names where the scene has no such field", () => {
    expect(() => roughen(sim, "rough_grund", 0)).toThrow('has no hfield "rough_grund"; nearest: rough_ground');
  });
});
