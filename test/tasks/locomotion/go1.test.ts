/** The Go1's joystick task: rewards by hand. */
import { describe, expect, it } from "vitest";
import { type Environment, type Footing, registry } from "../../../src/tasks/index.ts";
import { hold, lift, plainEnvironments, term } from "./aloft.ts";

const TASK = registry.get("Go1JoystickFlatTerrain");
const HOME = [0.1, 0.9, -1.8, -0.1, 0.9, -1.8, 0.1, 0.9, -1.8, -0.1, 0.9, -1.8];
const DT = 0.02;
const create = plainEnvironments(TASK.name);

async function aloft(command: readonly number[] = [0, 0, 0]): Promise<Environment> {
  const env = await create();
  lift(env);
  env.holdCommand(command);
  return env;
}

/** Drops the robot from a height and gives the terms of the step in which the front right foot comes down. */
function drop(env: Environment, command: readonly number[]) {
  const { sim } = env;
  env.start(1, 0);
  env.holdCommand(command);
  sim.qpos.set([0, 0, 0.35, 1, 0, 0, 0, ...HOME]);
  sim.qvel.fill(0);
  const contact = sim.sensor("FR_floor_found").address;
  let steps = 0;
  do {
    env.step(1, 0, new Float32Array(12), 0);
    steps++;
  } while (sim.sensordata[contact] === 0 && steps < 50);
  return { steps, airTime: term(env, "airTime"), swingPeak: term(env, "swingPeak") };
}

describe("Go1JoystickFlatTerrain", () => {
  it("observes 48 values and gives the critic 75 more, in the published order", async () => {
    const env = await create();
    const sizes = (layout: Environment["observationLayout"]) =>
      layout.map(({ name, size, noise }) => [name, size, noise]);
    expect(sizes(env.observationLayout)).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["jointPos", 12, 0.03],
      ["jointVel", 12, 1.5],
      ["lastAction", 12, 0],
      ["command", 3, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 12, 12, 12, 4, 12, 4, 3, 1]);
    expect(env.actionDescription.scale).toEqual(new Array(12).fill(0.5));
    expect(env.actionDescription.offset).toEqual(HOME);
  });

  it("tracks the command by the body's velocity at the IMU", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.25), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.25), 5);
  });

  it("costs vertical speed, rolling and pitching, and a tilted trunk", async () => {
    const env = await aloft();
    hold(env, { velocity: [0, 0, 0.3] });
    expect(term(env, "bounce")).toBeCloseTo(0.09, 4);
    const angle = 0.4;
    hold(env, { quat: [Math.cos(angle / 2), Math.sin(angle / 2), 0, 0] });
    expect(term(env, "tilt")).toBeCloseTo(Math.sin(angle) ** 2, 5);
    expect(env.terminated).toBe(false);
    hold(env, { velocity: [0, 0, 0, 0.2, 0.1, 0] });
    // the legs hang on hinges and turn along only in part, so that 20 ms change the rates a little
    expect(term(env, "rollPitchRate")).toBeCloseTo(0.05, 2);
  });

  it("ends upside down", async () => {
    const env = await aloft();
    hold(env, { quat: [0, 1, 0, 0] });
    expect(env.terminated).toBe(true);
    expect(term(env, "fall")).toBe(1);
    expect(env.reward).toBeGreaterThanOrEqual(0);
  });

  it("rewards the home pose with little weight on the calves, and costs leaving it when told to stand", async () => {
    const env = await aloft();
    const joints = HOME.map((angle, i) => angle + [0.1, -0.2, 0.3][i % 3]);
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(Math.exp(-4 * (0.01 + 0.04 + 0.1 * 0.09)), 6);
    expect(term(env, "standStill")).toBeCloseTo(4 * 0.6, 6);
    env.holdCommand([0.02, 0, 0]);
    hold(env, { joints });
    expect(term(env, "standStill")).toBeCloseTo(0, 12);
  });

  it("costs joints beyond 0.95 of each limit, though a calf's upper limit is nearer to zero", async () => {
    const env = await aloft();
    const joints = [...HOME];
    joints[0] = 0.85; // 0.95 · 0.863 = 0.81985
    joints[2] = -2.75; // 0.95 · −2.818 = −2.6771
    joints[5] = -0.89; // 0.95 · −0.888 = −0.8436 lies beyond the limit
    hold(env, { joints });
    expect(term(env, "jointLimits")).toBeCloseTo(0.85 - 0.81985 + (2.75 - 2.6771), 4);
  });

  it("costs torques by their norm and their sum, power, and changes of action", async () => {
    const env = await create();
    env.holdCommand([0, 0, 0]);
    const action = Float32Array.from(HOME, (_, i) => (i % 3 === 1 ? 0.2 : 0));
    env.step(1, 0, action, 0);
    const torque = [...env.sim.actuatorForce];
    const sum = torque.reduce((total, one) => total + Math.abs(one), 0);
    expect(sum).toBeGreaterThan(1);
    expect(term(env, "torque")).toBeCloseTo(Math.hypot(...torque) + sum, 6);
    const speeds = env.sim.actuatorJoints().map((joint) => env.sim.qvel[env.sim.joint(joint).dofAddress]);
    expect(term(env, "energy")).toBeCloseTo(
      torque.reduce((total, one, i) => total + Math.abs(one * speeds[i]), 0),
      6,
    );
    expect(term(env, "actionRate")).toBeCloseTo(4 * 0.04, 6);
    env.step(1, 0, action, 0);
    expect(term(env, "actionRate")).toBeCloseTo(0, 12);
  });

  it("costs feet that move at another height than 10 cm", async () => {
    const env = await aloft();
    hold(env, { velocity: [0.36, 0, 0] });
    const { sim } = env;
    const heights = ["FR", "FL", "RR", "RL"].map((foot) => sim.siteXpos[3 * sim.siteId(foot) + 2]);
    // √0.36 m/s = 0.6
    expect(term(env, "footClearance")).toBeCloseTo(
      heights.reduce((sum, height) => sum + 0.6 * (height - 0.1), 0),
      4,
    );
  });

  it("lands on four feet: air time beyond 0.1 s is rewarded, another peak than 10 cm costs, when told to walk", async () => {
    const env = await create();
    const walking = drop(env, [0.5, 0, 0]);
    // falling by 7.4 cm takes 0.12 s
    expect(walking.steps).toBeGreaterThanOrEqual(6);
    const feet = walking.airTime / (walking.steps * DT - 0.1);
    expect(feet).toBeCloseTo(Math.round(feet), 6);
    expect(Math.round(feet)).toBeGreaterThanOrEqual(1);
    expect(walking.swingPeak).toBeGreaterThan(0);
    expect(drop(env, [0, 0, 0])).toEqual({ steps: walking.steps, airTime: 0, swingPeak: 0 });
  });

  it("wanders from command to command by the published chances", () => {
    const { command } = TASK;
    expect(command?.ranges).toEqual([
      [-1.5, 1.5],
      [-0.8, 0.8],
      [-1.2, 1.2],
    ]);
    expect(command?.resampleSeconds).toEqual({ mean: 5 });
    expect(command?.wander).toEqual({ change: 0.5, nonzero: [0.9, 0.25, 0.5] });
  });

  it("tells evaluations where it stands and what touches", async () => {
    const env = await create();
    env.holdCommand([0, 0, 0]);
    for (let t = 0; t < 25; t++) env.step(1, 0, new Float32Array(12), 0);
    const { position, footHeight, contact } = env.footing() as Footing;
    expect([...Array.from(position)]).toEqual([env.sim.qpos[0], env.sim.qpos[1]]);
    expect(Array.from(contact)).toEqual([1, 1, 1, 1]);
    for (const height of Array.from(footHeight)) expect(height).toBeCloseTo(0.023, 2);
  });

  it("starts home, turned and moving, with joints as they are", async () => {
    const env = await create();
    for (let n = 0; n < 20; n++) {
      env.start(3, n);
      expect([...env.sim.qpos.subarray(7)]).toEqual(HOME);
      expect(env.sim.qpos[2]).toBe(0.278);
      expect(Math.max(...env.sim.qvel.map(Math.abs))).toBeLessThanOrEqual(0.5);
      expect(env.sim.qvel.subarray(6).every((speed) => speed === 0)).toBe(true);
    }
  });
});
