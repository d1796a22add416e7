import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { isShell, range } from "./compiled-bodies.ts";

/** m, from a foot's site down to its sole */
const SOLE_DEPTH = 0.03;
const CORNERS = [1, 2, 3, 4];

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "t1-flat.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function found(name: string): number {
  return sim.sensordata[sim.sensor(`${name}_found`).address];
}

function cornersDown(side: string): number {
  return CORNERS.filter((corner) => found(`${side}_foot_${corner}_floor`) > 0).length;
}

function soleHeight(side: string): number {
  return sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2] - SOLE_DEPTH;
}

describe("the T1", () => {
  it("is set down on flat soles, within 3 mm of the floor", () => {
    for (const side of ["left", "right"]) {
      expect(Math.abs(soleHeight(side))).toBeLessThan(0.003);
      const upward = sim.siteXmat[9 * sim.siteId(`${side}_foot`) + 8];
      expect(upward).toBeCloseTo(1, 9);
    }
  });

  it("is carried by the corners of its soles, the boxes of its feet touching nothing", () => {
    sim.step(100);
    for (const side of ["left", "right"]) {
      expect(cornersDown(side)).toBeGreaterThanOrEqual(2);
      expect(Math.abs(soleHeight(side))).toBeLessThan(0.005);
    }
    expect(found("left_foot_right_foot")).toBe(0);
    sim.qpos[2] += 0.3;
    sim.forward();
    expect(cornersDown("left") + cornersDown("right")).toBe(0);
  });

  it("feels feet that meet", () => {
    const hip = (side: string) => sim.joint(`${side}_Hip_Roll`).qposAddress;
    sim.qpos[hip("Left")] = -0.2;
    sim.qpos[hip("Right")] = 0.2;
    sim.forward();
    expect(found("left_foot_right_foot")).toBeGreaterThan(0);
  });

  it("shows at most 85 shapes", () => {
    const shells = range(0, sim.ngeom).filter((geom) => isShell(sim, geom));
    expect(shells.length).toBeGreaterThan(50);
    expect(shells.length).toBeLessThanOrEqual(85);
  });
});
