import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const FEET = ["FL", "FR", "HL", "HR"];
const SECOND = 250; // physics steps

describe.each(["spot-flat", "spot-whole-flat"])("Spot in %s", (scene) => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await Simulation.load(join(packageRoot, "scenes", `${scene}.xml`));
  });

  afterAll(() => sim.delete());

  beforeEach(() => {
    sim.clearForces();
    sim.resetToKeyframe("home");
    sim.forward();
  });

  const touching = () => FEET.filter((foot) => sim.sensordata[sim.sensor(`${foot}_floor_found`).address] > 0);

  it("stands for two seconds on its four feet, held by its drives", () => {
    sim.step(2 * SECOND);
    expect(touching()).toEqual(FEET);
    expect(sim.qpos[2]).toBeGreaterThan(0.43);
    expect(sim.qpos[2]).toBeLessThan(0.48);
    expect(sim.qpos[3]).toBeGreaterThan(0.999);
    expect(Math.max(...sim.qvel.map(Math.abs))).toBeLessThan(0.02);
  });

  it("turned on its back it sinks into the floor only where nothing but feet touches", () => {
    sim.qpos.set([0, 0, 0.3, 0, 1, 0, 0]);
    sim.qvel.fill(0);
    sim.step(SECOND);
    const isSolid = scene === "spot-whole-flat";
    expect(sim.qpos[2] > 0).toBe(isSolid);
  });
});
