import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

/** m, from a foot's site down to its sole */
const SOLE_DEPTH = 0.025;
const FEET = ["left_foot", "right_foot"];

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "h1-flat.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function touching(foot: string): number {
  const found = [1, 2, 3].map((part) => sim.sensordata[sim.sensor(`${foot}${part}_floor_found`).address]);
  return found.filter((count) => count > 0).length;
}

function soleHeight(foot: string): number {
  return sim.siteXpos[3 * sim.siteId(foot) + 2] - SOLE_DEPTH;
}

describe("the H1", () => {
  it("is set down on flat soles, within 15 mm of the floor", () => {
    for (const foot of FEET) {
      expect(Math.abs(soleHeight(foot))).toBeLessThan(0.015);
      expect(sim.siteXmat[9 * sim.siteId(foot) + 8]).toBeGreaterThan(0.999);
    }
  });

  it("held by its servos at home it stands for two seconds, on both feet", () => {
    sim.step(500);
    const imu = sim.siteId("imu");
    expect(sim.siteXmat[9 * imu + 8]).toBeGreaterThan(0.99);
    expect(sim.qpos[2]).toBeGreaterThan(0.9);
    for (const foot of FEET) {
      expect(touching(foot)).toBeGreaterThan(0);
      expect(Math.abs(soleHeight(foot))).toBeLessThan(0.015);
    }
  });

  it("reports no contact in the air", () => {
    sim.qpos[2] += 0.3;
    sim.forward();
    expect(FEET.map(touching)).toEqual([0, 0]);
  });
});
