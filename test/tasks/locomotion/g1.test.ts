/** The G1's joystick task: rewards by hand. */
import { describe, expect, it } from "vitest";
import { type Environment, registry } from "../../../src/tasks/index.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const TASK = registry.get("G1JoystickFlatTerrain");
const DT = 0.02;
const SIDES = ["left", "right"];
const create = plainEnvironments(TASK.name);

async function aloft(command: readonly number[] = [0, 0, 0]): Promise<Environment> {
  const env = await create();
  lift(env);
  env.holdCommand(command);
  return env;
}

/** The home pose with some joints elsewhere, rad. */
function pose(env: Environment, angles: Readonly<Record<string, number>>): number[] {
  const joints = home(env);
  for (const [joint, angle] of Object.entries(angles)) joints[env.sim.joint(joint).qposAddress - 7] += angle;
  return joints;
}

/** cos φ of both feet, then sin φ, of the latest observation. */
function gaitSignals(env: Environment): number[] {
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return [...obs.subarray(99)];
}

describe("G1JoystickFlatTerrain", () => {
  it("observes 103 values and gives the critic 113 more, in the published order", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["command", 3, 0],
      ["jointPos", 29, 0.03],
      ["jointVel", 29, 1.5],
      ["lastAction", 29, 0],
      ["gait", 4, 0],
    ]);
    expect(env.obsSize).toBe(103);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 29, 29, 1, 29, 2, 6, 2]);
    expect(env.obsSize + env.privilegedSize).toBe(216);
  });

  it("moves every joint by half a radian per unit of action about the bent-kneed pose", async () => {
    const env = await create();
    expect(env.actionDescription.scale).toEqual(new Array(29).fill(0.5));
    expect(env.actionDescription.squash).toBe("none");
    const leg = [-0.312, 0, 0, 0.669, -0.363, 0];
    const arm = (side: number) => [0.2, side * 0.2, 0, 0.6, 0, 0, 0];
    expect(env.actionDescription.offset).toEqual([...leg, ...leg, 0, 0, 0.073, ...arm(1), ...arm(-1)]);
    env.step(1, 0, new Float32Array(29).fill(2), 0);
    expect(env.sim.ctrl[3]).toBeCloseTo(1.669, 12);
  });

  it("is commanded anew every 501 steps, one time in ten to stand", async () => {
    const env = await create();
    expect(TASK.command?.ranges).toEqual([
      [-1, 1],
      [-0.5, 0.5],
      [-1, 1],
    ]);
    expect(TASK.command?.zeroProbability).toBe(0.1);
    lift(env);
    const first = [...(env.command as Float64Array)];
    for (let t = 0; t < 500; t++) hold(env);
    expect([...(env.command as Float64Array)]).toEqual(first);
    hold(env);
    expect([...(env.command as Float64Array)]).not.toEqual(first);
  });

  it("steps at a rate of its own in each episode, left foot first, whatever the command", async () => {
    const env = await aloft();
    const rates: number[] = [];
    for (let n = 0; n < 30; n++) {
      env.start(2, n);
      env.holdCommand([0, 0, 0]);
      expect(gaitSignals(env)).toEqual([1, -1, 0, 0].map((value) => expect.closeTo(value, 6)));
      hold(env);
      const [cosLeft, , sinLeft, sinRight] = gaitSignals(env);
      expect(sinRight).toBeCloseTo(-sinLeft, 6);
      rates.push(Math.atan2(sinLeft, cosLeft) / (2 * Math.PI * DT));
    }
    expect(Math.min(...rates)).toBeGreaterThan(1.25);
    expect(Math.min(...rates)).toBeLessThan(1.3);
    expect(Math.max(...rates)).toBeLessThan(1.5);
    expect(Math.max(...rates)).toBeGreaterThan(1.45);
  });

  it("tracks the command by the pelvis' velocity at its IMU", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.25), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.25), 5);
  });

  it("costs a torso that leaves its lean, and one that rolls and pitches", async () => {
    const env = await aloft();
    hold(env);
    // the waist leans by 0.073 rad, whose sine and cosine are not quite 0.073 and 1
    expect(term(env, "tilt")).toBeCloseTo((1 - Math.cos(0.073)) ** 2 + (Math.sin(0.073) - 0.073) ** 2, 8);
    hold(env, { quat: [Math.cos(0.2), 0, Math.sin(0.2), 0] });
    const lean = 0.4 + 0.073;
    expect(term(env, "tilt")).toBeCloseTo((Math.sin(lean) - 0.073) ** 2 + (1 - Math.cos(lean)) ** 2, 5);
    // a rate about the pelvis' x axis is the torso's: no waist joint moves at first
    hold(env, { velocity: [0, 0, 0, 0.3, 0, 0] });
    expect(term(env, "rollPitchRate")).toBeCloseTo(0.09, 1);
  });

  it("wants each foot where the Bézier step of its phase is, unless it stands still as told", async () => {
    const env = await aloft([0.5, 0, 0]);
    const { sim } = env;
    hold(env);
    // 4 m above any wanted height
    expect(term(env, "footPhase")).toBe(0);
    env.start(1, 0);
    env.holdCommand([0.5, 0, 0]);
    sim.resetToKeyframe("knees_bent");
    sim.model.opt.gravity[2] = 0;
    env.step(1, 0, new Float32Array(29), 0);
    // the left foot, at the top of its step, should be at 15 cm and the right one at 0
    const heights = SIDES.map((side) => sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2]);
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-((heights[0] - 0.15) ** 2 + heights[1] ** 2) / 0.01), 4);
    env.start(1, 0);
    env.holdCommand([0, 0, 0]);
    sim.resetToKeyframe("knees_bent");
    env.step(1, 0, new Float32Array(29), 0);
    expect(term(env, "footPhase")).toBe(0);
  });

  it("costs leaving the pose: all joints squared, knees and hips by their angle, everything when told to stand", async () => {
    const env = await aloft([0.3, 0, 0]);
    const joints = pose(env, {
      left_knee_joint: 0.2,
      right_hip_roll_joint: -0.1,
      left_hip_yaw_joint: 0.3,
      left_elbow_joint: -0.4,
    });
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(0.04 + 0.01 + 0.09 + 0.16, 6);
    expect(term(env, "kneePose")).toBeCloseTo(0.2, 6);
    expect(term(env, "hipPose")).toBeCloseTo(0.4, 6);
    expect(term(env, "standStill")).toBeCloseTo(0, 12);
    env.holdCommand([0, 0.2, 0]);
    hold(env, { joints });
    expect(term(env, "hipPose")).toBeCloseTo(0.3, 6);
    env.holdCommand([0, -0.2, 0]);
    hold(env, { joints });
    expect(term(env, "hipPose")).toBeCloseTo(0.4, 6);
    env.holdCommand([0, 0, 0]);
    hold(env, { joints });
    expect(term(env, "standStill")).toBeCloseTo(1, 6);
  });

  it("costs joints in the outer twentieth of their range", async () => {
    const env = await aloft();
    // −0.0873 … 2.8798, of which 2.5 % at each end are dear
    hold(env, { joints: pose(env, { left_knee_joint: 2.85 - 0.669 }) });
    expect(term(env, "jointLimits")).toBeCloseTo(2.85 - (2.8798 - 0.025 * (2.8798 + 0.0873)), 5);
  });

  it("costs a hand on the thigh", async () => {
    const env = await aloft();
    hold(env, { joints: pose(env, { left_shoulder_roll_joint: -0.2, left_elbow_joint: 0.68 }) });
    expect(term(env, "handOnThigh")).toBe(1);
    hold(env);
    expect(term(env, "handOnThigh")).toBeCloseTo(0, 12);
  });

  it("ends upside down and where the feet meet, at a price", async () => {
    const env = await aloft();
    hold(env, { quat: [0, 1, 0, 0] });
    expect(env.terminationFlags).toEqual(Uint8Array.of(1, 0, 0, 0));
    expect(env.reward).toBeLessThan(-1);
    expect(term(env, "fall")).toBe(1);
    hold(env, { joints: pose(env, { left_hip_roll_joint: -0.16, right_hip_roll_joint: 0.16 }) });
    expect(env.terminationFlags).toEqual(Uint8Array.of(0, 1, 0, 0));
    hold(env);
    expect(env.terminated).toBe(false);
  });

  it("lands on its feet: air time beyond 0.2 s is rewarded, up to 0.3 s; a foot that carries more than 500 N costs", async () => {
    const env = await create();
    const { sim } = env;
    const drop = (height: number) => {
      env.start(1, 0);
      env.holdCommand([0, 0, 0]);
      sim.qpos.set([0, 0, 0.755 + height, 1, 0, 0, 0, ...home(env)]);
      sim.qvel.fill(0);
      const contact = sim.sensor("left_foot_floor_found").address;
      let steps = 0;
      let hardest = 0;
      do env.step(1, 0, new Float32Array(29), 0);
      while (++steps < 60 && sim.sensordata[contact] === 0);
      const landing = term(env, "airTime");
      for (let t = 0; t < 10; t++) {
        const force = SIDES.map((side) => Math.abs(sim.sensordata[sim.sensor(`${side}_foot_force`).address + 2]));
        const excess = force.reduce((sum, newtons) => sum + Math.max(0, newtons - 500), 0);
        expect(term(env, "hardStep")).toBeCloseTo(excess, 6);
        hardest = Math.max(hardest, excess);
        env.step(1, 0, new Float32Array(29), 0);
      }
      return { steps, landing, hardest };
    };
    // √(2 · 0.06 / 9.81) = 0.11 s, of both feet together: less than 0.2 s is dear
    const low = drop(0.06);
    expect(low.landing).toBeCloseTo(2 * (low.steps * DT - 0.2), 6);
    expect(low.landing).toBeLessThan(0);
    const high = drop(1.5);
    expect(high.steps * DT).toBeGreaterThan(0.5);
    expect(high.landing).toBeCloseTo(2 * 0.3, 6);
    expect(high.hardest).toBeGreaterThan(0);
  });

  it("slips where feet touch and the pelvis moves: its speed, once per foot", async () => {
    const env = await create();
    const { sim } = env;
    sim.qpos.set([0, 0, 0.75, 1, 0, 0, 0, ...home(env)]);
    sim.qvel.fill(0);
    sim.qvel[0] = 0.4;
    env.step(1, 0, new Float32Array(29), 0);
    const { address } = sim.sensor("global_linvel_pelvis");
    const speed = Math.hypot(sim.sensordata[address], sim.sensordata[address + 1]);
    expect(speed).toBeGreaterThan(0.2);
    expect(term(env, "slip")).toBeCloseTo(2 * speed, 6);
  });

  it("starts turned and moving, with joints at half to one and a half times their angles", async () => {
    const env = await create();
    const pose0 = home(env);
    const factors: number[] = [];
    for (let n = 0; n < 30; n++) {
      env.start(3, n);
      expect(env.sim.qpos[2]).toBe(0.755);
      env.sim.qpos.subarray(7).forEach((angle, i) => {
        if (pose0[i] === 0) expect(angle).toBe(0);
        else factors.push(angle / pose0[i]);
      });
      expect(Math.max(...env.sim.qvel.map(Math.abs))).toBeLessThanOrEqual(0.5);
    }
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.5);
    expect(Math.min(...factors)).toBeLessThan(0.52);
    expect(Math.max(...factors)).toBeGreaterThan(1.48);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.5);
  });
});
