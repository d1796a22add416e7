import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const LEGS = ["front_left", "hind_left", "front_right", "hind_right"];
const SECOND = 250; // physics steps

describe("Barkour on flat ground", () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await Simulation.load(join(packageRoot, "scenes", "barkour-flat.xml"));
  });

  afterAll(() => sim.delete());

  beforeEach(() => {
    sim.clearForces();
    sim.resetToKeyframe("home");
    sim.forward();
  });

  const touching = () => LEGS.filter((leg) => sim.sensordata[sim.sensor(`foot_${leg}_floor_found`).address] > 0);
  const footAt = (leg: string) => [...sim.siteXpos.subarray(3 * sim.siteId(`foot_${leg}`)).subarray(0, 3)];
  const reading = (sensor: string) => {
    const { address, size } = sim.sensor(sensor);
    return [...sim.sensordata.subarray(address, address + size)];
  };

  it("stands for two seconds on its four feet, held by its drives", () => {
    sim.step(2 * SECOND);
    expect(touching()).toEqual(LEGS);
    expect(sim.qpos[2]).toBeGreaterThan(0.235);
    expect(sim.qpos[2]).toBeLessThan(0.29);
    expect(sim.qpos[3]).toBeGreaterThan(0.999);
    expect(Math.max(...sim.qvel.map(Math.abs))).toBeLessThan(0.02);
  });

  it("has its right feet 1.5 mm further out than its left ones, all knees behind the hips", () => {
    for (const end of ["front", "hind"]) {
      const [left, right] = [footAt(`${end}_left`), footAt(`${end}_right`)];
      expect(Math.abs(left[1] + right[1] + 0.0015)).toBeLessThan(4e-4);
      expect(Math.abs(left[0] - right[0])).toBeLessThan(3e-4);
      const knee = sim.xpos[3 * sim.bodyId(`lower_leg_${end}_left`)];
      expect(knee).toBeLessThan(sim.xpos[3 * sim.bodyId(`upper_leg_${end}_left`)] - 0.1);
    }
  });

  it("reads its velocity in the frame that looks ahead, though its IMU faces backwards", () => {
    sim.qpos[2] = 1;
    sim.qvel.set([0.5, 0.2, 0, 0, 0, 0.3]);
    sim.forward();
    const [vx, vy] = reading("local_linvel");
    expect([vx, vy]).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.2, 9)]);
    expect(reading("upvector")[2]).toBeCloseTo(1, 12);
    expect(reading("gyro")[2]).toBeCloseTo(0.3, 9);
    const imu = 9 * sim.siteId("imu_frame");
    expect(sim.siteXmat[imu]).toBeCloseTo(-1, 9);
  });
});
