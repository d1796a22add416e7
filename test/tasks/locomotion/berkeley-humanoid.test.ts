/** The Berkeley Humanoid's joystick task: rewards by hand. */
import { describe, expect, it } from "vitest";
import { Environment, registry } from "../../../src/tasks/index.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const TASK = registry.get("BerkeleyHumanoidJoystickFlatTerrain");
const DT = 0.02;
const JOINTS = 12;
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

describe("BerkeleyHumanoidJoystickFlatTerrain", () => {
  it("observes 52 values and gives the critic 62 more, in the published order", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noises, noise }) => [name, size, noises ?? noise])).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["command", 3, 0],
      ["jointPos", 12, [0.03, 0.03, 0.03, 0.05, 0.08, 0.03]],
      ["jointVel", 12, 1.5],
      ["lastAction", 12, 0],
      ["gait", 4, 0],
    ]);
    expect(env.obsSize).toBe(52);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 12, 12, 1, 12, 2, 6, 2]);
    expect(env.obsSize + env.privilegedSize).toBe(114);
  });

  it("reads its knees and ankles less exactly than its hips", async () => {
    const env = await Environment.create(TASK, { events: false, randomise: false });
    try {
      const { offset } = env.observationLayout.find(({ name }) => name === "jointPos") ?? { offset: -1 };
      const obs = new Float32Array(env.obsSize);
      const largest = new Array<number>(JOINTS).fill(0);
      for (let n = 0; n < 100; n++) {
        env.start(1, n);
        env.writeObservation(obs, 0);
        const exact = env.sim.qpos.subarray(7).map((angle, i) => angle - home(env)[i]);
        exact.forEach((angle, i) => {
          largest[i] = Math.max(largest[i], Math.abs(obs[offset + i] - angle));
        });
      }
      const levels = [0.03, 0.03, 0.03, 0.05, 0.08, 0.03];
      largest.forEach((error, i) => {
        expect(error).toBeLessThanOrEqual(levels[i % 6] + 1e-6);
        expect(error).toBeGreaterThan(0.9 * levels[i % 6]);
      });
    } finally {
      env.delete();
    }
  });

  it("moves every joint by half a radian per unit of action about the home pose", async () => {
    const env = await create();
    expect(env.actionDescription.scale).toEqual(new Array(JOINTS).fill(0.5));
    expect(env.actionDescription.squash).toBe("none");
    expect(env.actionDescription.offset).toEqual([
      ...[-0.071, 0.103, -0.463, 0.983, -0.35, 0.126],
      ...[0.071, -0.103, -0.463, 0.983, -0.35, -0.126],
    ]);
  });

  it("is commanded anew every 501 steps, one time in ten to stand, and steps 1.25 to 1.5 times a second", () => {
    expect(TASK.command?.ranges).toEqual([
      [-1, 1],
      [-1, 1],
      [-1, 1],
    ]);
    expect(TASK.command?.zeroProbability).toBe(0.1);
    expect(TASK.command?.resampleSeconds).toEqual([501 * DT, 501 * DT]);
    expect(TASK.track.gait.description).toMatchObject({ hz: [1.25, 1.5], offsets: [0, Math.PI], start: 0 });
    expect(TASK.events.kick.description).toMatchObject({ everySeconds: [5, 10], speed: [0.1, 2] });
  });

  it("tracks the command by the torso's velocity at its IMU, generously", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.5), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.5), 5);
  });

  it("costs a tilted torso and one that rolls and pitches in the world's frame", async () => {
    const env = await aloft();
    hold(env, { quat: [Math.cos(0.2), 0, Math.sin(0.2), 0] });
    expect(term(env, "tilt")).toBeCloseTo(Math.sin(0.4) ** 2, 5);
    // on its side: turning about its own z axis is rolling in the world's
    hold(env, { quat: [Math.SQRT1_2, Math.SQRT1_2, 0, 0], velocity: [0, 0, 0, 0, 0, 0.3] });
    const { address } = env.sim.sensor("global_angvel");
    const [x, y] = env.sim.sensordata.subarray(address, address + 2);
    expect(Math.abs(y)).toBeGreaterThan(0.2);
    expect(term(env, "rollPitchRate")).toBeCloseTo(x ** 2 + y ** 2, 10);
  });

  it("costs torques by their sum and changes of action", async () => {
    const env = await create();
    env.holdCommand([0, 0, 0]);
    const action = new Float32Array(JOINTS).fill(0.2);
    env.step(1, 0, action, 0);
    const sum = env.sim.actuatorForce.reduce((total, torque) => total + Math.abs(torque), 0);
    expect(sum).toBeGreaterThan(1);
    expect(term(env, "torque")).toBeCloseTo(sum, 6);
    expect(term(env, "actionRate")).toBeCloseTo(JOINTS * 0.04, 6);
    env.step(1, 0, action, 0);
    expect(term(env, "actionRate")).toBeCloseTo(0, 12);
  });

  it("costs leaving the pose: by weights for all, knees always, hips only on the way sideways", async () => {
    const env = await aloft([0.3, 0.05, 0]);
    const joints = pose(env, { LL_HR: 0.2, LR_HAA: -0.1, LL_HFE: 0.3, LR_KFE: 0.2, LL_FFE: 0.1, LR_FAA: 0.2 });
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(0.04 + 0.01 + 0.01 * 0.09 + 0.01 * 0.04 + 0.01 + 0.04, 6);
    expect(term(env, "kneePose")).toBeCloseTo(0.2, 6);
    expect(term(env, "hipPose")).toBeCloseTo(0, 12);
    for (const vy of [0.2, -0.2]) {
      env.holdCommand([0, vy, 0]);
      hold(env, { joints });
      expect(term(env, "hipPose")).toBeCloseTo(0.3, 6);
    }
  });

  it("costs joints in the outer twentieth of their range", async () => {
    const env = await aloft();
    // 0 … 2.0944, of which 2.5 % at each end are dear
    hold(env, { joints: pose(env, { LL_KFE: 0.02 - 0.983 }) });
    expect(term(env, "jointLimits")).toBeCloseTo(0.025 * 2.0944 - 0.02, 5);
  });

  it("wants each foot where the Bézier step of its phase is", async () => {
    const env = await create();
    const { sim } = env;
    env.holdCommand([0, 0, 0]);
    sim.resetToKeyframe("home");
    env.step(1, 0, new Float32Array(JOINTS), 0);
    const [left, right] = ["l", "r"].map((side) => sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2]);
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-((left - 0.1) ** 2 + right ** 2) / 0.01), 4);
  });

  it("ends upside down, at a price that no step exceeds", async () => {
    const env = await aloft();
    hold(env, { quat: [0, 1, 0, 0] });
    expect(env.terminated).toBe(true);
    expect(term(env, "fall")).toBe(1);
    expect(env.reward).toBeGreaterThanOrEqual(0);
    hold(env);
    expect(env.terminated).toBe(false);
  });

  it("lands on its feet: air time beyond 0.2 s is rewarded when told to walk; then it slips where the torso moves", async () => {
    const env = await create();
    const { sim } = env;
    const drop = (command: readonly number[]) => {
      env.start(1, 0);
      env.holdCommand(command);
      sim.qpos.set([0, 0, 1, 1, 0, 0, 0, ...home(env)]);
      sim.qvel.fill(0);
      sim.qvel[0] = 0.3;
      const contact = sim.sensor("l_foot1_floor_found").address;
      let steps = 0;
      do env.step(1, 0, new Float32Array(JOINTS), 0);
      while (++steps < 60 && sim.sensordata[contact] === 0);
      const { address } = sim.sensor("global_linvel");
      const speed = Math.hypot(sim.sensordata[address], sim.sensordata[address + 1]);
      return { steps, landing: term(env, "airTime"), slip: term(env, "slip") / speed };
    };
    const walking = drop([0.5, 0, 0]);
    expect(walking.steps * DT).toBeGreaterThan(0.25);
    const feet = walking.landing / Math.min(walking.steps * DT - 0.2, 0.3);
    expect(feet).toBeCloseTo(Math.round(feet), 6);
    expect(walking.slip).toBeCloseTo(Math.round(feet), 6);
    expect([1, 2]).toContain(Math.round(feet));
    expect(drop([0.05, 0, 0]).landing).toBe(0);
  });

  it("starts turned and moving, with joints at half to one and a half times their angles", async () => {
    const env = await create();
    const pose0 = home(env);
    const factors: number[] = [];
    for (let n = 0; n < 30; n++) {
      env.start(3, n);
      expect(env.sim.qpos[2]).toBe(0.515);
      factors.push(...env.sim.qpos.subarray(7).map((angle, i) => angle / pose0[i]));
      expect(Math.max(...env.sim.qvel.map(Math.abs))).toBeLessThanOrEqual(0.5);
    }
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.5);
    expect(Math.min(...factors)).toBeLessThan(0.52);
    expect(Math.max(...factors)).toBeGreaterThan(1.48);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.5);
  });
});
