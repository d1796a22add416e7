import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { isShell, range } from "./compiled-bodies.ts";

/** m, from a foot's site down to its sole: centre and half height of the foot's box */
const SOLE_DEPTH = 0.029 + 0.008;

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "g1-flat.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("knees_bent");
  sim.forward();
});

function sensor(name: string): number {
  return sim.sensordata[sim.sensor(name).address];
}

function soleHeight(side: string): number {
  return sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2] - SOLE_DEPTH;
}

function setJoint(name: string, angle: number): void {
  sim.qpos[sim.joint(name).qposAddress] = angle;
}

describe("the G1", () => {
  it("stands on flat soles, within a centimetre of the floor, in both keyframes", () => {
    for (const pose of ["home", "knees_bent"]) {
      sim.resetToKeyframe(pose);
      sim.forward();
      for (const side of ["left", "right"]) {
        expect(Math.abs(soleHeight(side)), `${pose} ${side}`).toBeLessThan(0.01);
        expect(sim.sensordata[sim.sensor(`${side}_foot_upvector`).address + 2]).toBeGreaterThan(0.999);
      }
    }
  });

  it("is carried by the corners of its soles", () => {
    sim.step(100);
    for (const side of ["left", "right"]) {
      expect(sensor(`${side}_foot_floor_found`)).toBeGreaterThan(0);
      expect(Math.abs(soleHeight(side))).toBeLessThan(0.005);
    }
    sim.qpos[2] += 0.3;
    sim.forward();
    expect(sensor("left_foot_floor_found") + sensor("right_foot_floor_found")).toBe(0);
  });

  it("feels feet that meet and a hand on its thigh", () => {
    expect(sensor("right_foot_left_foot_found")).toBe(0);
    setJoint("left_hip_roll_joint", -0.16);
    setJoint("right_hip_roll_joint", 0.16);
    sim.forward();
    expect(sensor("right_foot_left_foot_found")).toBeGreaterThan(0);

    sim.resetToKeyframe("home");
    sim.forward();
    expect(sensor("left_hand_left_thigh_found")).toBe(0);
    setJoint("left_shoulder_roll_joint", 0);
    sim.forward();
    expect(sensor("left_hand_left_thigh_found")).toBeGreaterThan(0);
    expect(sensor("right_hand_right_thigh_found")).toBe(0);
  });

  it("shows at most 85 shapes", () => {
    const shells = range(0, sim.ngeom).filter((geom) => isShell(sim, geom));
    expect(shells.length).toBeGreaterThan(50);
    expect(shells.length).toBeLessThanOrEqual(85);
  });
});
