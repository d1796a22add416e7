/** Apollo's task: layout, rewards by hand, starts, kicks and ends. */
import { describe, expect, it } from "vitest";
import { Environment, mirrorOf, registry } from "../../../src/tasks/index.ts";
import { observation } from "../registered-tasks.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const TASK = registry.get("ApolloJoystickFlatTerrain");
const JOINTS = 32;
const DT = 0.02;
const LEFT_ARM = [0.2, 0, 0.1, -0.4, 0, 0, 0];
const RIGHT_ARM = [-0.2, 0, 0.1, -0.4, 0, 0, 0];
const LEFT_LEG = [0.08, 0.1, -0.477, 1.033, -0.03, -0.537];
const RIGHT_LEG = [-0.08, -0.1, -0.477, 1.033, 0.03, -0.537];
const HOME = [0, 0, 0, 0, 0, 0, ...LEFT_ARM, ...RIGHT_ARM, ...LEFT_LEG, ...RIGHT_LEG];

const create = plainEnvironments(TASK.name);

async function aloft(command: readonly number[] = [0, 0, 0]): Promise<Environment> {
  const env = await create();
  lift(env);
  env.holdCommand(command);
  return env;
}

/** The home pose with some joints elsewhere, rad. */
function pose(env: Environment, offsets: Readonly<Record<string, number>>): number[] {
  const joints = home(env);
  for (const [joint, angle] of Object.entries(offsets)) joints[env.sim.joint(joint).qposAddress - 7] += angle;
  return joints;
}

function sensor(env: Environment, name: string): number[] {
  const { address, size } = env.sim.sensor(name);
  return [...env.sim.sensordata.subarray(address, address + size)];
}

const footHeights = ({ sim }: Environment) =>
  ["l", "r"].map((side) => sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2]);

/** Leaned by so many radians. */
const leaned = (angle: number) => [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0];

describe("ApolloJoystickFlatTerrain", () => {
  it("observes 112 values and gives the critic 112 more, in the published order", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["command", 3, 0],
      ["jointPos", 32, 0.03],
      ["jointVel", 32, 1.5],
      ["lastAction", 32, 0],
      ["gait", 4, 0],
    ]);
    expect(env.privilegedLayout.map(({ name, size }) => [name, size])).toEqual([
      ["trueGyro", 3],
      ["trueGravity", 3],
      ["trueLinVel", 3],
      ["trueJointPos", 32],
      ["trueJointVel", 32],
      ["torque", 32],
      ["basePose", 7],
    ]);
    expect([env.obsSize, env.privilegedSize, env.episodeSteps]).toEqual([112, 112, 1000]);
  });

  it("shows velocity, gravity, command, joints, action and clock, and to the critic where the base is", async () => {
    const env = await aloft([0.5, -0.2, 0.3]);
    const quat = leaned(0.3);
    hold(env, { quat, joints: pose(env, { l_knee_fe: 0.2 }), velocity: [0.4, 0, 0] });
    const seen = observation(env);
    const expected = [
      0.4 * Math.cos(0.3),
      0,
      0.4 * Math.sin(0.3),
      0,
      0,
      0,
      Math.sin(0.3),
      0,
      -Math.cos(0.3),
      0.5,
      -0.2,
      0.3,
    ];
    const offsets = HOME.map((_, i) => (i === 23 ? 0.2 : 0));
    [...expected, ...offsets].forEach((value, i) => {
      expect(seen[i], `value ${i}`).toBeCloseTo(value, 4);
    });
    const told = new Float32Array(env.privilegedSize);
    env.writePrivileged(told, 0);
    [0.4 * DT, 0, 5, ...quat].forEach((value, i) => {
      expect(told[105 + i], `pose ${i}`).toBeCloseTo(value, 4);
    });
    env.step(1, 0, new Float32Array(JOINTS).fill(0.25), 0);
    expect(observation(env).slice(76, 108)).toEqual(new Array(JOINTS).fill(0.25));
  });

  it("moves every joint by half a radian per unit of action about the pose with bent knees", async () => {
    const env = await create();
    expect(env.actionDescription.scale).toEqual(new Array(JOINTS).fill(0.5));
    expect(env.actionDescription.offset).toEqual(HOME);
    expect(env.actionDescription.squash).toBe("none");
    env.step(1, 0, new Float32Array(JOINTS).fill(-3), 0);
    HOME.forEach((angle, i) => {
      expect(env.sim.ctrl[i]).toBeCloseTo(angle - 1.5, 12);
    });
  });

  it("is commanded as published: three components that wander", () => {
    const { command } = TASK;
    expect(command?.ranges).toEqual([
      [-1.5, 1.5],
      [-0.8, 0.8],
      [-1.5, 1.5],
    ]);
    expect(command?.resampleSeconds).toEqual({ mean: 5 });
    expect(command?.wander).toEqual({ change: 0.5, nonzero: [0.9, 0.25, 0.5] });
  });

  it("tracks the command by the torso's velocity at its IMU", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.25), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.25), 5);
  });

  it("costs a tilted torso and one that rolls and pitches", async () => {
    const env = await aloft();
    hold(env, { quat: leaned(0.4) });
    expect(term(env, "tilt")).toBeCloseTo(Math.sin(0.4) ** 2, 5);
    hold(env, { velocity: [0, 0, 0, 0.3, 0.2, 0] });
    const [roll, pitch] = sensor(env, "gyro");
    expect(roll).toBeGreaterThan(0.2);
    expect(pitch).toBeGreaterThan(0.1);
    expect(term(env, "rollPitchRate")).toBeCloseTo(roll ** 2 + pitch ** 2, 10);
  });

  it("wants each foot where the Bézier step of its phase is, also when it stands: both down", async () => {
    const env = await create();
    const step = (command: readonly number[]) => {
      env.holdCommand(command);
      env.sim.resetToKeyframe("knees_bent");
      env.step(1, 0, new Float32Array(JOINTS), 0);
      return footHeights(env);
    };
    const [left, right] = step([0.5, 0, 0]);
    // the left foot, at the top of its step, should be at 12 cm and the right one at 0
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-((left - 0.12) ** 2 + right ** 2) / 0.01), 4);
    step([0, 0, 0]);
    const standing = step([0, 0, 0]);
    expect(term(env, "footPhase")).toBeCloseTo(Math.exp(-(standing[0] ** 2 + standing[1] ** 2) / 0.01), 8);
  });

  it("costs leaving the pose: hips aside are free on the way sideways, and everything counts alike while it stands", async () => {
    const env = await aloft([0.3, 0.2, 0]);
    const offsets = {
      torso_pitch: 0.1,
      neck_yaw: 0.2,
      l_shoulder_fe: 0.3,
      r_wrist_yaw: 0.1,
      l_hip_aa: 0.2,
      r_hip_aa: -0.1,
      r_hip_fe: 0.4,
      l_knee_fe: -0.3,
      r_ankle_pd: 0.1,
    };
    const cost = (command: readonly number[]) => {
      env.holdCommand(command);
      hold(env, { joints: pose(env, offsets) });
      return term(env, "pose");
    };
    const others = 5 * 0.01 + 0.04 + 0.1 * 0.09 + 0.01 + 0.01 * 0.16 + 0.01 * 0.09 + 0.01;
    const hips = 0.04 + 0.01;
    expect(cost([0.3, 0.29, 0])).toBeCloseTo(others + hips, 5);
    expect(cost([0.3, 0.31, 0])).toBeCloseTo(others + 0.01 * hips, 5);
    expect(cost([0, -0.31, 0])).toBeCloseTo(others + 0.01 * hips, 5);
    expect(cost([0, 0, 0.005])).toBeCloseTo(0.01 + 0.04 + 0.09 + 0.01 + hips + 0.16 + 0.09 + 0.01, 5);
  });

  it.each([
    ["feet", { l_hip_aa: -0.25, r_hip_aa: 0.25 }, "collision_l_sole_collision_r_sole_found"],
    [
      "thighs",
      { l_hip_aa: -0.2, r_hip_aa: 0.2 },
      "collision_capsule_body_l_thigh_collision_capsule_body_r_thigh_found",
    ],
    ["shins", { l_hip_aa: -0.2, r_hip_aa: 0.2 }, "collision_capsule_body_l_shin_collision_capsule_body_r_shin_found"],
    [
      "the right hand and its thigh",
      { r_shoulder_aa: 0.3 },
      "collision_r_hand_plate_collision_capsule_body_r_thigh_found",
    ],
    [
      "the left hand and its thigh",
      { l_shoulder_aa: -0.3 },
      "collision_l_hand_plate_collision_capsule_body_l_thigh_found",
    ],
  ])("costs %s that touch, once", async (_, offsets, found) => {
    const env = await aloft();
    hold(env);
    expect(term(env, "collision")).toBeCloseTo(0, 12);
    hold(env, { joints: pose(env, offsets) });
    expect(sensor(env, found)[0]).toBeGreaterThan(0);
    expect(term(env, "collision")).toBe(1);
  });

  it("ends upside down, and a bad step may cost more than it pays", async () => {
    const env = await aloft();
    hold(env, { quat: leaned(1.5) });
    expect(env.terminated).toBe(false);
    hold(env, { quat: leaned(1.6), joints: pose(env, { torso_yaw: 0.8 }) });
    expect(env.terminated).toBe(true);
    expect(env.reward).toBeLessThan(0);
    expect(env.terminationNames).toEqual(["fell", "nan"]);
  });

  it("starts turned and moving, with joints at half to one and a half times their angles", async () => {
    const env = await create();
    const yaws: number[] = [];
    for (let n = 0; n < 40; n++) {
      env.start(3, n);
      const { qpos, qvel } = env.sim;
      expect(qpos[2]).toBe(1.01597);
      expect(Math.max(Math.abs(qpos[0]), Math.abs(qpos[1]))).toBeLessThanOrEqual(0.5);
      qpos.subarray(7).forEach((angle, i) => {
        const factor = HOME[i] === 0 ? 1 : angle / HOME[i];
        expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.5);
      });
      expect(Math.max(...qvel.subarray(0, 6).map(Math.abs))).toBeLessThanOrEqual(0.5);
      expect(qvel.subarray(6).every((speed) => speed === 0)).toBe(true);
      yaws.push(2 * Math.atan2(qpos[6], qpos[3]));
    }
    expect(Math.max(...yaws) - Math.min(...yaws)).toBeGreaterThan(5);
  });

  it("is kicked at a steady pace of 5 to 10 s, by 0.1 to 2 m/s in any direction", async () => {
    const env = await Environment.create(TASK, { noise: false, randomise: false });
    try {
      lift(env);
      const sizes: number[] = [];
      const quadrants = new Set<string>();
      for (let n = 0; n < 3; n++) {
        env.start(4, n);
        const at: number[] = [];
        for (let t = 1; t <= 1000; t++) {
          hold(env);
          const [x, y] = env.sim.qvel;
          if (Math.hypot(x, y) < 0.05) continue;
          at.push(t);
          sizes.push(Math.hypot(x, y));
          quadrants.add(`${x > 0} ${y > 0}`);
        }
        const wait = at[0] * DT;
        expect(wait).toBeGreaterThanOrEqual(5);
        expect(wait).toBeLessThanOrEqual(10);
        expect(at).toEqual(at.map((_, k) => (k + 1) * at[0]));
      }
      expect(Math.min(...sizes)).toBeGreaterThan(0.09);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2.001);
      expect(Math.max(...sizes)).toBeGreaterThan(1);
      expect(quadrants.size).toBeGreaterThan(2);
    } finally {
      env.delete();
    }
  });

  it("stands for two seconds on actions that lean its soft ankles against the fall", async () => {
    const env = await create();
    env.sim.resetToKeyframe("stand");
    const stand = [...env.sim.ctrl];
    env.holdCommand([0, 0, 0]);
    const action = new Float32Array(JOINTS);
    for (let t = 0; t < 2 / DT; t++) {
      const push = 15 * sensor(env, "upvector")[0] + 4 * sensor(env, "global_linvel")[0];
      stand.forEach((angle, i) => {
        action[i] = (angle + (i === 25 || i === 31 ? push : 0) - HOME[i]) / 0.5;
      });
      env.step(1, 0, action, 0);
      expect(env.terminated).toBe(false);
    }
    expect(env.sim.qpos[2]).toBeGreaterThan(1.07);
    expect(sensor(env, "upvector")[2]).toBeGreaterThan(0.998);
  });

  it("mirrors arms and legs into each other, and the torso and neck into themselves", async () => {
    const { action } = mirrorOf(await create());
    const arm = Array.from({ length: 7 }, (_, i) => i);
    const leg = Array.from({ length: 6 }, (_, i) => i);
    expect([...action.source]).toEqual([
      ...[0, 1, 2, 3, 4, 5],
      ...arm.map((i) => 13 + i),
      ...arm.map((i) => 6 + i),
      ...leg.map((i) => 26 + i),
      ...leg.map((i) => 20 + i),
    ]);
    const armSigns = [-1, -1, 1, 1, -1, 1, -1];
    const legSigns = [-1, -1, 1, 1, -1, 1];
    expect([...action.sign]).toEqual([-1, -1, 1, -1, -1, 1, ...armSigns, ...armSigns, ...legSigns, ...legSigns]);
  });
});
