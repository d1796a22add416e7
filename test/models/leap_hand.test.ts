import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const SECOND = 100; // steps
const HAND_JOINTS = 16;
const FINGERS = ["if", "mf", "rf"];

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "leap_hand-cube.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function read(sensor: string): number[] {
  const { address, size } = sim.sensor(sensor);
  return Array.from(sim.sensordata.subarray(address, address + size));
}

/** m, from a fingertip to the middle of the grasp */
function reach(finger: string): number {
  return Math.hypot(...read(`${finger}_tip_position`));
}

/** rad, the largest distance of a joint from its target */
function lag(): number {
  return Math.max(...sim.ctrl.map((target, joint) => Math.abs(sim.qpos[joint] - target)));
}

describe("the LEAP hand", () => {
  it("holds its home pose within 0.02 rad when the cube is away", () => {
    sim.qpos[HAND_JOINTS + 1] = 5;
    sim.step(SECOND);
    expect(lag()).toBeLessThan(0.02);
    expect(lag()).toBeGreaterThan(0); // it does carry itself
  });

  it("keeps the dropped cube: after two seconds it lies still in the palm", () => {
    expect(read("cube_position")).toEqual([0.1, 0, 0.05]);
    sim.step(2 * SECOND);
    const [x, y, z] = read("cube_position");
    expect(Math.hypot(x - 0.124, y)).toBeLessThan(0.005);
    expect(z).toBeGreaterThan(0.01);
    expect(z).toBeLessThan(0.03);
    expect(Math.hypot(...read("cube_linvel"))).toBeLessThan(0.002);
    expect(Math.hypot(...read("cube_angvel"))).toBeLessThan(0.02);
    expect(lag()).toBeLessThan(0.03);
  });

  it("closes its fingers over the palm when their joints turn positive", () => {
    sim.resetToInitial();
    sim.forward();
    const open = FINGERS.map(reach);
    for (const finger of FINGERS) {
      for (const joint of ["mcp", "pip", "dip"]) sim.qpos[sim.joint(`${finger}_${joint}`).qposAddress] = 1;
    }
    sim.forward();
    const closed = FINGERS.map(reach);
    expect(Math.min(...open)).toBeGreaterThan(0.18);
    expect(Math.max(...closed)).toBeLessThan(0.06);
  });

  it("lets a task turn the goal, and no step moves it", () => {
    const half = Math.SQRT1_2;
    sim.mocapQuat.set([half, half, 0, 0]);
    sim.step(10);
    expect(read("cube_goal_upvector")[1]).toBeCloseTo(-1, 12);
    expect(Array.from(sim.mocapPos)).toEqual([0.25, 0.16, 0]);
  });
});
