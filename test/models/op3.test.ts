import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const SECOND = 250; // physics steps

describe("OP3 on flat ground", () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await Simulation.load(join(packageRoot, "scenes", "op3-flat.xml"));
  });

  afterAll(() => sim.delete());

  beforeEach(() => {
    sim.clearForces();
    sim.resetToKeyframe("stand_bent_knees");
    sim.forward();
  });

  const at = (site: string) => [...sim.siteXpos.subarray(3 * sim.siteId(site), 3 * sim.siteId(site) + 3)];
  const touches = (foot: string) => sim.sensordata[sim.sensor(`${foot}_floor_found`).address] > 0;

  it("stands for two seconds on both feet, held by its drives", () => {
    sim.step(2 * SECOND);
    expect(["l_foot1", "l_foot2", "r_foot1", "r_foot2"].every(touches)).toBe(true);
    expect(sim.qpos[2]).toBeGreaterThan(0.23);
    expect(sim.qpos[2]).toBeLessThan(0.25);
    expect(sim.qpos[3]).toBeGreaterThan(0.999);
    expect(Math.max(...sim.qvel.map(Math.abs))).toBeLessThan(0.02);
  });

  it("is the same left and right in its pose with bent knees", () => {
    for (const part of ["foot", "hand"]) {
      const [left, right] = [at(`left_${part}`), at(`right_${part}`)];
      [left[0] - right[0], left[1] + right[1], left[2] - right[2]].forEach((difference) => {
        expect(difference).toBeCloseTo(0, 9);
      });
    }
    expect(at("left_hand")[2]).toBeGreaterThan(at("left_foot")[2] + 0.1);
  });

  it("has shells that touch nothing, and stands 1.2 mm deep in the floor at first, as published", () => {
    const { model } = sim;
    const shells = Array.from({ length: sim.ngeom }, (_, geom) => geom).filter((geom) => model.geom_group[geom] === 2);
    expect(shells.length).toBeGreaterThan(50);
    expect(shells.every((geom) => model.geom_contype[geom] === 0 && model.geom_conaffinity[geom] === 0)).toBe(true);
    const sole = sim.geomXpos[3 * sim.geomId("l_foot1") + 2] - 0.004;
    expect(sole).toBeCloseTo(-0.0012, 5);
  });
});
