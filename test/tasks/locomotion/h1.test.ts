import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Environment } from "../../../src/tasks/environment.ts";
import { h1InplaceGaitTracking, h1JoystickGaitTracking } from "../../../src/tasks/locomotion/h1-gaits.ts";
import { shrunk } from "../../../src/tasks/terms/product.ts";
import { BIPED_GAITS, drawnGait, QUADRUPED_GAITS } from "../../../src/tasks/trackers/drawn-gait.ts";
import { hold, home, lift } from "./aloft.ts";

let inplace: Environment;
let joystick: Environment;
beforeAll(async () => {
  inplace = await Environment.create(h1InplaceGaitTracking, { noise: false });
  joystick = await Environment.create(h1JoystickGaitTracking, { noise: false });
});
afterAll(() => {
  inplace.delete();
  joystick.delete();
});

function observed(env: Environment, name: string): number[] {
  const all = new Float32Array(env.obsSize);
  env.writeObservation(all, 0);
  const slice = env.observationLayout.find((one) => one.name === name);
  if (!slice) throw new Error(`no ${name}`);
  return [...all.subarray(slice.offset, slice.offset + slice.size)];
}

const offsets = (env: Environment) =>
  Object.fromEntries(env.observationLayout.map(({ name, offset }) => [name, offset]));

describe("the H1's gait tasks", () => {
  it("lay their observations out as published", () => {
    expect(offsets(inplace)).toMatchObject({
      gyro: 0,
      up: 3,
      jointPos: 6,
      jointVel: 25,
      lastAction: 44,
      trueJointVel: 63,
      jointVelBefore: 82,
      jointVelTwoBefore: 101,
      targetError: 120,
      targetErrorTwoBefore: 158,
      contact: 177,
      gait: 179,
      gaitHz: 183,
      gaitId: 184,
      footHeight: 185,
    });
    expect(inplace.obsSize).toBe(186);
    expect(offsets(joystick)).toMatchObject({
      lastAction: 44,
      command: 63,
      trueJointVel: 66,
      targetError: 85,
      contact: 104,
      gait: 106,
      footHeight: 112,
    });
    expect(joystick.obsSize).toBe(113);
  });

  it("draw gait, pace, foot height and command within their ranges, starting at home", () => {
    const ids = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      inplace.start(seed, 0);
      const id = observed(inplace, "gaitId")[0];
      ids.add(id);
      const [left, right] = observed(inplace, "gait");
      expect([left, right]).toEqual(id === 0 ? [1, -1] : [1, 1]);
      expect(observed(inplace, "gaitHz")[0]).toBeGreaterThanOrEqual(0.5);
      expect(observed(inplace, "gaitHz")[0]).toBeLessThanOrEqual(4);
      expect(Math.abs(observed(inplace, "footHeight")[0] - 0.24)).toBeLessThanOrEqual(0.16001);
      expect(Math.max(...observed(inplace, "targetError").map(Math.abs))).toBeLessThan(1e-7);
      joystick.start(seed, 0);
      expect(observed(joystick, "gaitId")).toEqual([0]);
      expect(observed(joystick, "gaitHz")[0]).toBeLessThanOrEqual(2);
      for (const value of observed(joystick, "command")) expect(value === 0 || Math.abs(value) >= 0.1).toBe(true);
    }
    expect([...ids].sort()).toEqual([0, 1]);
  });

  it("keep earlier velocities, newest first", () => {
    inplace.start(3, 0);
    const action = new Float32Array(19).fill(0.2);
    inplace.step(3, 0, action, 0);
    const first = observed(inplace, "trueJointVel");
    inplace.step(3, 0, action, 0);
    inplace.step(3, 0, action, 0);
    expect(observed(inplace, "jointVelTwoBefore")).toEqual(first);
    expect(observed(inplace, "trueJointVel")).not.toEqual(first);
  });

  it("pay a share of dt · 2 · exp(−Σ(z − wanted)²/0.1) that costs shrink by exp(0.2 · costs)", () => {
    inplace.start(1, 0);
    const bezier = (s: number) => s * s * s + 3 * s * s * (1 - s);
    const height = observed(inplace, "footHeight")[0];
    const wanted = observed(inplace, "gait")
      .slice(0, 2)
      .map((cosine, foot) => {
        const x = (Math.atan2(observed(inplace, "gait")[2 + foot], cosine) + Math.PI) / (2 * Math.PI);
        return x <= 0.5 ? height * bezier(2 * x) : height * (1 - bezier(2 * x - 1));
      });
    inplace.step(1, 0, new Float32Array(19), 0);
    const { sim } = inplace;
    const z = ["left_foot", "right_foot"].map((foot) => sim.siteXpos[3 * sim.siteId(foot) + 2]);
    const match = Math.exp(-((z[0] - wanted[0]) ** 2 + (z[1] - wanted[1]) ** 2) / 0.1);
    const at = (name: string, count: number) => {
      const { address } = sim.sensor(name);
      return [...sim.sensordata.subarray(address, address + count)].reduce((sum, x) => sum + x * x, 0);
    };
    const weights = [5, 5, 0, 0, 5, 5, 5, 0, 0, 5, 2, 1, 1, 1, 1, 1, 1, 1, 1];
    const home = sim.keyframeQpos("home");
    const pose = weights.reduce((sum, w, i) => sum + w * (sim.qpos[7 + i] - home[7 + i]) ** 2, 0);
    const costs = -0.5 * (pose + at("global_angvel", 3) + at("global_linvel", 2));
    expect(inplace.reward).toBeCloseTo(0.02 * 2 * match * Math.exp(0.2 * costs), 6);
  });

  it("reward a joystick's feet, twist, pose and even actions, per second and never below 0", async () => {
    const plain = { noise: false, events: false, randomise: false };
    const env = await Environment.create(h1JoystickGaitTracking, plain);
    const rewards = () =>
      Object.fromEntries(env.rewardNames.map((name, i) => [name, env.rewardTerms[i] * env.controlHz]));
    lift(env);
    env.start(1, 0);
    env.holdCommand([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0.3] });
    expect(rewards().trackLinVel).toBeCloseTo(3.5 * Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.5), 4);
    expect(rewards().trackYawRate).toBeCloseTo(0.75 * Math.exp(-(0.4 ** 2) / 0.5), 4);
    const joints = home(env);
    joints[0] += 0.1; // left hip yaw, weight 5
    joints[3] += 0.3; // left knee, free
    joints[10] -= 0.2; // torso, weight 2
    hold(env, { joints });
    expect(rewards().pose).toBeCloseTo(-2.5 * (5 * 0.01 + 2 * 0.04), 6);
    // feet 4 m above where they should be
    expect([rewards().footPhase, env.terminated]).toEqual([0, false]);
    expect(env.reward).toBeCloseTo(0.02 * Object.values(rewards()).reduce((sum, value) => sum + value), 9);
    for (const value of [0.2, 0.5, 0.1]) env.step(1, 0, new Float32Array(19).fill(value), 0);
    // (0.5 − 0.2)² and (0.5 − 2 · 0.2 + 0.1)² of every joint, each as published
    expect(rewards().actionRate).toBeCloseTo(-0.01 * 19 * (0.3 ** 2 + 0.2 ** 2), 6);
    joints[0] = 0.4;
    joints[1] = joints[6] = 0.4;
    joints[11] = 2.5;
    hold(env, { joints });
    expect(rewards().pose).toBeLessThan(-5);
    expect([env.reward, env.terminated]).toEqual([0, false]);
    env.delete();
  });

  it("add joystick actions up from home, within the control ranges", () => {
    joystick.start(0, 0);
    const home = joystick.sim.keyframeQpos("home");
    const action = new Float32Array(19).fill(0.1);
    joystick.step(0, 0, action, 0);
    joystick.step(0, 0, action, 0);
    expect(joystick.sim.ctrl[2]).toBeCloseTo(home[9] + 0.06, 6);
    joystick.step(0, 0, action.fill(100), 0);
    expect(joystick.sim.ctrl[0]).toBeCloseTo(0.43, 9);
  });

  it("end where the robot leans or a joint leaves its range, and stand at home for two seconds before", () => {
    inplace.start(0, 0);
    const still = new Float32Array(19);
    for (let step = 0; step < 100; step++) {
      inplace.step(0, 0, still, 0);
      expect(inplace.terminated).toBe(false);
    }
    inplace.sim.qpos.set([Math.cos(0.4), 0, Math.sin(0.4), 0], 3); // leans by 0.8 rad, cos 0.8 = 0.70
    inplace.step(0, 0, still, 0);
    expect(inplace.terminated).toBe(true);
    inplace.start(0, 0);
    inplace.sim.qpos[7] = 1.5; // of ±0.43; servo and limit push back within the step
    inplace.step(0, 0, still, 0);
    expect(inplace.terminated).toBe(true);
  });
});

describe("gait tables and shrunk rewards", () => {
  it("hold the published phases", () => {
    expect(BIPED_GAITS).toEqual({ walk: [0, Math.PI], jump: [0, 0] });
    expect(Object.keys(QUADRUPED_GAITS)).toEqual(["trot", "walk", "pace", "bound", "pronk"]);
    expect(QUADRUPED_GAITS.bound).toEqual([0, 0, Math.PI, Math.PI]);
  });

  it("refuse a gait that the table does not have, in one line", () => {
    const settings = { table: BIPED_GAITS, gaits: ["jum" as "jump"], hz: [1, 2], footHeight: [0.1, 0.2] } as const;
    expect(() => drawnGait(settings)).toThrow(
      /^drawnGait: there is no gait "jum"; expected one of walk, jump.*jump.*$/,
    );
  });

  it("multiply the weighted gains by exp(sharpness · weighted costs)", () => {
    const s = { a: 3, b: 2 };
    const terms = shrunk(
      { one: { weight: 2, of: (m: typeof s) => m.a }, two: { weight: 0.5, of: (m: typeof s) => m.b } },
      { cost: { weight: -0.5, of: (m: typeof s) => m.b } },
      0.2,
    );
    const sum = terms.one.weight * terms.one.of(s) + terms.two.weight * terms.two.of(s);
    expect(sum).toBeCloseTo(7 * Math.exp(-0.2), 12);
  });
});
