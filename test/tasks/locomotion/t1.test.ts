/** The T1's joystick task: rewards by hand. */
import { describe, expect, it } from "vitest";
import { Environment, registry } from "../../../src/tasks/index.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const TASK = registry.get("T1JoystickFlatTerrain");
const DT = 0.02;
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

describe("T1JoystickFlatTerrain", () => {
  it("observes 85 values and gives the critic 95 more, in the published order", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["command", 3, 0],
      ["jointPos", 23, 0.03],
      ["jointVel", 23, 1.5],
      ["lastAction", 23, 0],
      ["gait", 4, 0],
    ]);
    expect(env.obsSize).toBe(85);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 23, 23, 1, 23, 2, 6, 2]);
    expect(env.obsSize + env.privilegedSize).toBe(180);
  });

  it("moves every joint by a radian per unit of action about the home pose", async () => {
    const env = await create();
    expect(env.actionDescription.scale).toEqual(new Array(23).fill(1));
    expect(env.actionDescription.squash).toBe("none");
    const leg = [-0.2, 0, 0, 0.4, -0.2, 0];
    expect(env.actionDescription.offset).toEqual([0, 0, 0, -1.4, 0, -0.4, 0, 1.4, 0, 0.4, 0, ...leg, ...leg]);
    env.step(1, 0, new Float32Array(23).fill(0.5), 0);
    expect(env.sim.ctrl[14]).toBeCloseTo(0.9, 12);
  });

  it("is commanded anew every 501 steps, one time in ten to stand", async () => {
    const env = await create();
    expect(TASK.command?.ranges).toEqual([
      [-1, 1],
      [-0.8, 0.8],
      [-1, 1],
    ]);
    expect(TASK.command?.zeroProbability).toBe(0.1);
    expect(TASK.command?.resampleSeconds).toEqual([501 * DT, 501 * DT]);
    lift(env);
    const first = [...(env.command as Float64Array)];
    for (let t = 0; t < 500; t++) hold(env);
    expect([...(env.command as Float64Array)]).toEqual(first);
    hold(env);
    expect([...(env.command as Float64Array)]).not.toEqual(first);
  });

  it("tracks the command by the trunk's velocity at its IMU", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.25), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.25), 5);
  });

  it("costs a tilted trunk and one that rolls and pitches, and pays for being up", async () => {
    const env = await aloft();
    hold(env, { quat: [Math.cos(0.2), 0, Math.sin(0.2), 0] });
    expect(term(env, "tilt")).toBeCloseTo(Math.sin(0.4) ** 2, 5);
    expect(term(env, "alive")).toBe(1);
    hold(env, { velocity: [0, 0, 0, 0.3, 0, 0] });
    const { address } = env.sim.sensor("gyro");
    const [roll, pitch] = env.sim.sensordata.subarray(address, address + 2);
    expect(roll).toBeGreaterThan(0.2);
    expect(term(env, "rollPitchRate")).toBeCloseTo(roll ** 2 + pitch ** 2, 10);
  });

  it("wants each foot where the Bézier step of its phase is, also when it stands: both down", async () => {
    const env = await create();
    const { sim } = env;
    const step = (command: readonly number[]) => {
      env.holdCommand(command);
      sim.resetToKeyframe("home");
      env.step(1, 0, new Float32Array(23), 0);
      return ["left", "right"].map((side) => sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2]);
    };
    const [left, right] = step([0.5, 0, 0]);
    // the left foot, at the top of its step, should be at 12 cm and the right one at 0
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-((left - 0.12) ** 2 + right ** 2) / 0.01), 4);
    step([0, 0, 0]);
    const standing = step([0, 0, 0]);
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-(standing[0] ** 2 + standing[1] ** 2) / 0.01), 8);
  });

  it("costs leaving the pose: by weights for all, knees always, hips only on the way sideways", async () => {
    const env = await aloft([0.3, 0.05, 0]);
    const joints = pose(env, {
      AAHead_yaw: 0.1,
      Left_Shoulder_Pitch: 0.2,
      Right_Elbow_Yaw: 0.3,
      Waist: -0.1,
      Left_Knee_Pitch: 0.2,
      Right_Hip_Roll: -0.1,
      Left_Hip_Yaw: 0.3,
      Left_Hip_Pitch: 0.5,
    });
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(0.01 + 0.1 * 0.04 + 0.09 + 0.01 + 0.01 * 0.04 + 0.01 + 0.09 + 0.01 * 0.25, 6);
    expect(term(env, "kneePose")).toBeCloseTo(0.2, 6);
    expect(term(env, "hipPose")).toBeCloseTo(0, 12);
    for (const vy of [0.2, -0.2]) {
      env.holdCommand([0, vy, 0]);
      hold(env, { joints });
      expect(term(env, "hipPose")).toBeCloseTo(0.4, 6);
    }
  });

  it("costs joints in the outer twentieth of their range", async () => {
    const env = await aloft();
    // −1.8 … 1.57, of which 2.5 % at each end are dear
    hold(env, { joints: pose(env, { Left_Hip_Pitch: -1.55 }) });
    expect(term(env, "jointLimits")).toBeCloseTo(1.75 - (1.8 - 0.025 * 3.37), 5);
  });

  it("costs feet that are less than 20 cm apart across the trunk's heading, up to 10 cm, and feet that meet", async () => {
    const env = await aloft();
    const turned = [Math.cos(0.4), 0, 0, Math.sin(0.4)];
    hold(env, { quat: turned });
    // 2 · (0.106 + 0.00025) m
    expect(term(env, "feetClose")).toBeCloseTo(0, 12);
    const joints = pose(env, { Left_Hip_Roll: -0.1 });
    hold(env, { quat: turned, joints });
    const { sim } = env;
    const lateral = (quat: readonly number[]) => {
      const yaw = 2 * Math.atan2(quat[3], quat[0]);
      const [left, right] = ["left", "right"].map((side) => 3 * sim.siteId(`${side}_foot`));
      const [x, y] = [0, 1].map((axis) => sim.siteXpos[left + axis] - sim.siteXpos[right + axis]);
      return Math.abs(Math.cos(yaw) * y - Math.sin(yaw) * x);
    };
    expect(lateral(turned)).toBeLessThan(0.18);
    expect(term(env, "feetClose")).toBeCloseTo(0.2 - lateral(turned), 6);
    expect(term(env, "feetMeet")).toBeCloseTo(0, 12);
    hold(env, { joints: pose(env, { Left_Hip_Roll: -0.2, Right_Hip_Roll: 0.2 }) });
    expect(term(env, "feetClose")).toBeCloseTo(0.1, 12);
    expect(term(env, "feetMeet")).toBe(1);
  });

  it("ends upside down; no step costs more than it pays", async () => {
    const env = await aloft();
    hold(env, { quat: [0, 1, 0, 0], joints: pose(env, { Waist: 1.5 }) });
    expect(env.terminated).toBe(true);
    expect(env.reward).toBe(0);
    hold(env);
    expect(env.terminated).toBe(false);
  });

  it("lands with any corner of a sole: air time beyond 0.2 s is rewarded when told to walk", async () => {
    const env = await create();
    const { sim } = env;
    const drop = (command: readonly number[]) => {
      env.start(1, 0);
      env.holdCommand(command);
      sim.qpos.set([0, 0, 1.2, 1, 0, 0, 0, ...home(env)]);
      sim.qvel.fill(0);
      const corners = [1, 2, 3, 4].map((corner) => sim.sensor(`left_foot_${corner}_floor_found`).address);
      let steps = 0;
      do env.step(1, 0, new Float32Array(23), 0);
      while (++steps < 60 && corners.every((corner) => sim.sensordata[corner] === 0));
      return { steps, landing: term(env, "airTime") };
    };
    const walking = drop([0.5, 0, 0]);
    expect(walking.steps * DT).toBeGreaterThan(0.3);
    const feet = walking.landing / Math.min(walking.steps * DT - 0.2, 0.3);
    expect(feet).toBeCloseTo(Math.round(feet), 6);
    expect([1, 2]).toContain(Math.round(feet));
    expect(drop([0.05, 0, 0])).toEqual({ steps: walking.steps, landing: 0 });
  });

  it("slips where feet touch and the trunk moves: its speed, once per foot", async () => {
    const env = await create();
    const { sim } = env;
    sim.qpos.set([0, 0, 0.665, 1, 0, 0, 0, ...home(env)]);
    sim.qvel.fill(0);
    sim.qvel[0] = 0.4;
    env.step(1, 0, new Float32Array(23), 0);
    const { address } = sim.sensor("global_linvel");
    const speed = Math.hypot(sim.sensordata[address], sim.sensordata[address + 1]);
    expect(speed).toBeGreaterThan(0.2);
    expect(term(env, "slip")).toBeCloseTo(2 * speed, 6);
  });

  it("differs between environments in stiffness everywhere and damping at the ankles", async () => {
    const env = await Environment.create(TASK);
    try {
      const { sim } = env;
      const damping = (joint: string) => sim.modelFields.dof_damping[sim.joint(joint).dofAddress];
      const drawn = Array.from({ length: 40 }, (_, n) => {
        env.start(2, n);
        expect(damping("Left_Knee_Pitch")).toBe(3);
        const gain = sim.modelFields.actuator_gainprm[0];
        expect(sim.modelFields.actuator_biasprm[1]).toBe(-gain);
        return { gain, ankle: damping("Right_Ankle_Roll") };
      });
      const gains = drawn.map(({ gain }) => gain);
      expect(Math.min(...gains)).toBeGreaterThanOrEqual(18);
      expect(Math.max(...gains)).toBeLessThanOrEqual(22);
      expect(Math.max(...gains) - Math.min(...gains)).toBeGreaterThan(3);
      const ankles = drawn.map(({ ankle }) => ankle);
      expect(Math.min(...ankles)).toBeGreaterThanOrEqual(1.5);
      expect(Math.max(...ankles)).toBeLessThanOrEqual(6);
      expect(Math.max(...ankles) - Math.min(...ankles)).toBeGreaterThan(3);
    } finally {
      env.delete();
    }
  });

  it("starts turned and moving, with joints at half to one and a half times their angles, within their ranges", async () => {
    const env = await create();
    const pose0 = home(env);
    const { jnt_range: ranges } = env.sim.model;
    for (let n = 0; n < 30; n++) {
      env.start(3, n);
      expect(env.sim.qpos[2]).toBe(0.665);
      env.sim.qpos.subarray(7).forEach((angle, i) => {
        const factor = pose0[i] === 0 ? 1 : angle / pose0[i];
        expect(factor).toBeGreaterThanOrEqual(0.5);
        expect(factor).toBeLessThanOrEqual(1.5);
        expect(angle).toBeGreaterThanOrEqual(ranges[2 * (i + 1)]);
        expect(angle).toBeLessThanOrEqual(ranges[2 * (i + 1) + 1]);
      });
      expect(Math.max(...env.sim.qvel.map(Math.abs))).toBeLessThanOrEqual(0.5);
    }
  });
});
