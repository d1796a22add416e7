import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

/** m, from the gripper's site to the tip of the catalogue's analytic arm: 0.2104 - (0.107 + 0.1). */
const SITE_TO_TIP = 0.0034;
/** s */
const TIMESTEP = 0.005;

async function load(scene: string): Promise<Simulation> {
  const sim = await Simulation.load(join(packageRoot, "scenes", `${scene}.xml`));
  afterAll(() => sim.delete());
  return sim;
}

const cube = await load("panda-cube");
const camera = await load("panda-cube-camera");
const cabinet = await load("panda-cabinet");

function start(sim: Simulation, keyframe: string): void {
  // The memory that all scenes share has grown since this one was loaded.
  sim.refresh();
  sim.clearForces();
  sim.resetToKeyframe(keyframe);
  sim.forward();
}

function run(sim: Simulation, seconds: number): void {
  sim.step(Math.round(seconds / TIMESTEP));
  sim.forward();
}

function position(sim: Simulation, joint: string): number {
  return sim.qpos[sim.joint(joint).qposAddress];
}

function gripper(sim: Simulation): number[] {
  return Array.from(sim.siteXpos.subarray(3 * sim.siteId("gripper"), 3 * sim.siteId("gripper") + 3));
}

function box(sim: Simulation): number[] {
  return Array.from(sim.xpos.subarray(3 * sim.bodyId("box"), 3 * sim.bodyId("box") + 3));
}

function apart(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

function found(sim: Simulation, name: string): number {
  return sim.sensordata[sim.sensor(`${name}_found`).address];
}

describe("the Panda", () => {
  it("has its tip where the arm's analytic kinematics put it", () => {
    start(camera, "low_home");
    const towardsTip = [2, 5, 8].map((i) => camera.siteXmat[9 * camera.siteId("gripper") + i]);
    const tip = gripper(camera).map((at, i) => at + SITE_TO_TIP * towardsTip[i]);
    expect(apart(tip, [0.661053, -0.000518, 0.179068])).toBeLessThan(1e-6);
  });

  it("sags by less than 0.05 rad from its home pose and comes to rest", () => {
    start(cube, "home");
    const home = Array.from(cube.qpos);
    run(cube, 2);
    const sag = home.slice(0, 7).map((angle, i) => Math.abs(cube.qpos[i] - angle));
    expect(Math.max(...sag)).toBeGreaterThan(0.03);
    expect(Math.max(...sag)).toBeLessThan(0.05);
    expect(Math.max(...cube.qvel.map(Math.abs))).toBeLessThan(1e-4);
  });

  it("closes both fingers with the drive of one", () => {
    start(cube, "home");
    cube.ctrl[cube.actuatorId("actuator8")] = 0;
    run(cube, 0.1);
    const [left, right] = [position(cube, "finger_joint1"), position(cube, "finger_joint2")];
    expect(left).toBeLessThan(0.02);
    expect(Math.abs(left - right)).toBeLessThan(5e-4);
    run(cube, 1);
    expect(position(cube, "finger_joint1")).toBeLessThan(1e-4);
    expect(position(cube, "finger_joint2")).toBeLessThan(1e-4);
  });

  it("lets the cube lie still on the floor", () => {
    start(cube, "home");
    run(cube, 0.2);
    const before = box(cube);
    run(cube, 1);
    expect(apart(box(cube), before)).toBeLessThan(1e-5);
    expect(before[2]).toBeCloseTo(0.03, 3);
  });

  it("grips the cube between its pads and lifts it", () => {
    start(cube, "pickup");
    cube.ctrl[cube.actuatorId("actuator8")] = 0;
    run(cube, 0.5);
    expect(position(cube, "finger_joint1")).toBeCloseTo(0.02, 3);
    cube.ctrl[cube.actuatorId("actuator2")] -= 0.2;
    run(cube, 1.5);
    expect(box(cube)[2]).toBeGreaterThan(0.13);
    cube.ctrl[cube.actuatorId("actuator8")] = 0.04;
    run(cube, 1);
    expect(box(cube)[2]).toBeLessThan(0.05);
  });

  it("holds the cube in the pose that shows it picked", () => {
    start(camera, "picked");
    expect(apart(box(camera), gripper(camera))).toBeLessThan(0.002);
    run(camera, 1);
    expect(apart(box(camera), gripper(camera))).toBeLessThan(0.002);
  });

  it("feels the floor under its pads and under its hand, the cube under its pads alone", () => {
    start(cube, "home");
    expect(
      ["left_finger_pad_floor", "right_finger_pad_floor", "hand_capsule_floor"].map((n) => found(cube, n)),
    ).toEqual([0, 0, 0]);
    cube.qpos[cube.joint("joint2").qposAddress] = 1.2;
    cube.forward();
    expect(found(cube, "left_finger_pad_floor")).toBeGreaterThan(0);
    expect(found(cube, "right_finger_pad_floor")).toBeGreaterThan(0);
    expect(found(cube, "hand_capsule_floor")).toBeGreaterThan(0);
    cube.qpos.set(gripper(cube).with(2, gripper(cube)[2] + 0.05), cube.joint("box").qposAddress);
    cube.forward();
    expect(found(cube, "box_hand")).toBe(0);
  });
});

describe("the cabinet before the Panda", () => {
  it("opens by half a metre and no further", () => {
    start(cabinet, "upright");
    cabinet.applyForce(cabinet.bodyId("handle"), [-5, 0, 0]);
    run(cabinet, 2);
    expect(position(cabinet, "handle")).toBeCloseTo(-0.5, 3);
  });

  it("stays shut when nobody pulls, though its arm reaches for nothing", () => {
    start(cabinet, "upright");
    run(cabinet, 1);
    expect(position(cabinet, "handle")).toBe(0);
    expect(Array.from(cabinet.sensordata)).toEqual([0, 0, 0]);
  });

  it("feels pads and hand that pass its barrier", () => {
    start(cabinet, "home");
    for (const part of ["left_finger_pad", "right_finger_pad", "hand_capsule"])
      expect(found(cabinet, `barrier_${part}`), part).toBeGreaterThan(0);
  });
});
