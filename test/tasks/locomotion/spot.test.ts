/** Spot's tasks: layouts, rewards by hand, starts and ends. */
import { describe, expect, it } from "vitest";
import { type Environment, registry } from "../../../src/tasks/index.ts";
import { observation } from "../registered-tasks.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const DT = 0.02;
const JOINTS = 12;
const HOME = [0, 1.04, -1.8];

type Plain = () => Promise<Environment>;

async function aloft(create: Plain, command: readonly number[] | null = [0, 0, 0]): Promise<Environment> {
  const env = await create();
  lift(env);
  if (command) env.holdCommand(command);
  return env;
}

/** What the latest observation says under a name. */
function seen(env: Environment, name: string): number[] {
  const { offset, size } = env.observationLayout.find((slice) => slice.name === name)!;
  return observation(env).slice(offset, offset + size);
}

function sensor(env: Environment, name: string): number[] {
  const { address, size } = env.sim.sensor(name);
  return [...env.sim.sensordata.subarray(address, address + size)];
}

/** Leaned by so many radians. */
const leaned = (angle: number) => [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0];

function drives({ sim }: Environment): number[] {
  const { actuator_gainprm: gains, actuator_biasprm: biases, dof_damping } = sim.modelFields;
  return [gains[0], biases[1], biases[2] + 0, dof_damping[6], dof_damping[17], dof_damping[5]];
}

describe("SpotFlatTerrainJoystick", () => {
  const create = plainEnvironments("SpotFlatTerrainJoystick");

  it("observes 81 values and gives the critic 86 more, in the published order", async () => {
    const env = await create();
    expect(
      env.observationLayout.map(({ name, size, noises, noise, delay }) => [name, size, noises ?? noise, delay]),
    ).toEqual([
      ["gyro", 3, 0.1, 0],
      ["up", 3, 0.03, 0],
      ["jointPos", 12, 0.05, 0],
      ["targetError", 12, 0, 0],
      ["targetError1", 12, 0, 1],
      ["targetError2", 12, 0, 2],
      ["footPos", 12, [0.01, 0.005, 0.02], 0],
      ["lastAction", 12, 0, 0],
      ["command", 3, 0, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3, 12, 12, 12, 12, 4, 12, 4, 3]);
    expect([env.obsSize, env.obsSize + env.privilegedSize, env.episodeSteps]).toEqual([81, 167, 1000]);
    expect(drives(env)).toEqual([300, -300, -20, 1, 1, 0]);
  });

  it("shows where the feet are, in the published order of legs, and how far joints are from their targets", async () => {
    const env = await create();
    env.step(1, 0, new Float32Array(JOINTS).fill(0.5), 0);
    const feet = seen(env, "footPos");
    ["FL", "FR", "HL", "HR"].forEach((foot, i) => {
      sensor(env, `${foot}_pos`).forEach((value, axis) => {
        expect(feet[3 * i + axis]).toBeCloseTo(value, 6);
      });
    });
    expect([feet[0] > 0, feet[1] > 0, feet[4] < 0, feet[6] < 0]).toEqual([true, true, true, true]);
    const errors = seen(env, "targetError");
    env.sim.qpos.subarray(7).forEach((angle, i) => {
      expect(errors[i]).toBeCloseTo(angle - (HOME[i % 3] + 0.15), 6);
    });
    env.step(1, 0, new Float32Array(JOINTS), 0);
    expect(seen(env, "targetError1")).toEqual(errors);
    env.step(1, 0, new Float32Array(JOINTS).fill(100), 0);
    expect(seen(env, "targetError2")).toEqual(errors);
    // targets end where the actuators' ranges do
    [0.785398, 2.29511, -0.254402].forEach((limit, i) => {
      expect(env.sim.ctrl[i]).toBeCloseTo(limit, 9);
    });
  });

  it("starts in the exact home pose, at rest, on targets at home, with commands in their ranges", async () => {
    const env = await create();
    const [low, high] = [[], []] as [number[], number[]];
    let zeros = 0;
    for (let n = 0; n < 200; n++) {
      env.start(3, n);
      expect([...env.sim.qpos]).toEqual([0, 0, 0.46, 1, 0, 0, 0, ...HOME, ...HOME, ...HOME, ...HOME]);
      expect([...env.sim.ctrl]).toEqual(home(env));
      expect(env.sim.qvel.every((speed) => speed === 0)).toBe(true);
      const command = [...env.command!];
      if (command.every((value) => value === 0)) zeros++;
      command.forEach((value, i) => {
        low[i] = Math.min(low[i] ?? 0, value);
        high[i] = Math.max(high[i] ?? 0, value);
      });
    }
    [1, 0.8, 1].forEach((most, i) => {
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThan(0.9 * most);
      expect(low[i]).toBeGreaterThanOrEqual(-most);
      expect(low[i]).toBeLessThan(-0.9 * most);
    });
    expect(zeros / 200).toBeGreaterThan(0.04);
    expect(zeros / 200).toBeLessThan(0.18);
    expect(env.task.command!.resampleSeconds).toEqual([4.02, 4.02]);
  });

  it("tracks the command by the body's own velocity, and costs bounce, roll, pitch and tilt", async () => {
    const env = await aloft(create, [0.5, 0.2, 0.4]);
    hold(env, { velocity: [0.2, 0.1, 0.3] });
    expect(term(env, "trackLinVel")).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.1 ** 2) / 0.25), 5);
    expect(term(env, "trackYawRate")).toBeCloseTo(Math.exp(-(0.4 ** 2) / 0.25), 5);
    expect(term(env, "bounce")).toBeCloseTo(0.09, 5);
    hold(env, { quat: leaned(0.4) });
    expect(term(env, "tilt")).toBeCloseTo(Math.sin(0.4) ** 2, 5);
    hold(env, { velocity: [0, 0, 0, 0.3, 0, 0] });
    const [x, y] = sensor(env, "global_angvel");
    expect(x).toBeGreaterThan(0.2);
    expect(term(env, "rollPitchRate")).toBeCloseTo(x ** 2 + y ** 2, 10);
  });

  it("judges the pose only while told to stand: exp(−10 · squared distance from home)", async () => {
    const env = await aloft(create);
    const joints = home(env);
    joints[0] += 0.1;
    joints[7] -= 0.2;
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(Math.exp(-10 * 0.05), 6);
    env.holdCommand([0.1, 0, 0]);
    hold(env, { joints });
    expect(term(env, "pose")).toBe(1);
  });

  it("costs actions that change and bend, torques, and the power that they take", async () => {
    const env = await create();
    const act = (value: number) => env.step(1, 0, new Float32Array(JOINTS).fill(value), 0);
    act(0.1);
    act(0.3);
    // 12 · ((a − b)² + (a − 2b + c)²)
    act(-0.1);
    expect(term(env, "actionRate")).toBeCloseTo(JOINTS * (0.4 ** 2 + (-0.1 - 0.6 + 0.1) ** 2), 5);
    const torques = [...env.sim.actuatorForce];
    const squares = torques.reduce((sum, tau) => sum + tau * tau, 0);
    const sizes = torques.reduce((sum, tau) => sum + Math.abs(tau), 0);
    expect(term(env, "torque")).toBeCloseTo(Math.sqrt(squares) + sizes, 6);
    const power = torques.reduce((sum, tau, i) => sum + Math.abs(tau * env.sim.qvel[6 + i]), 0);
    expect(power).toBeGreaterThan(1);
    expect(term(env, "energy")).toBeCloseTo(power, 6);
  });

  it("costs feet that move anywhere but 12 cm high", async () => {
    const env = await aloft(create);
    hold(env, { velocity: [0.3, 0.4, 0] });
    const expected = ["FL", "FR", "HL", "HR"].map((foot) => {
      const [x, y] = sensor(env, `${foot}_global_linvel`);
      return Math.abs(env.sim.siteXpos[3 * env.sim.siteId(foot) + 2] - 0.12) * Math.sqrt(Math.hypot(x, y));
    });
    expect(term(env, "footClearance")).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      6,
    );
    expect(expected[0]).toBeGreaterThan(4 * Math.sqrt(0.45));
  });

  it("lands: pays air time beyond 0.1 s and costs peaks that are not 12 cm, when told to walk", async () => {
    const env = await create();
    const { sim } = env;
    const drop = (command: readonly number[]) => {
      env.start(1, 0);
      env.holdCommand(command);
      sim.qpos[2] = 0.7;
      let steps = 0;
      let peak = 0;
      do {
        env.step(1, 0, new Float32Array(JOINTS), 0);
        peak = Math.max(peak, sim.siteXpos[3 * sim.siteId("FL") + 2]);
      } while (++steps < 60 && sensor(env, "FL_floor_found")[0] === 0);
      return { seconds: steps * DT, peak, airTime: term(env, "airTime"), swingPeak: term(env, "swingPeak") };
    };
    const { seconds, peak, airTime, swingPeak } = drop([0.5, 0, 0]);
    const feet = airTime / (seconds - 0.1);
    expect(feet).toBeCloseTo(Math.round(feet), 6);
    expect(Math.round(feet)).toBeGreaterThanOrEqual(1);
    expect(swingPeak / (peak / 0.12 - 1) ** 2).toBeCloseTo(feet, 1);
    expect(drop([0, 0, 0])).toMatchObject({ seconds, airTime: 0 });
  });

  it("ends where the body leans by more than acos 0.85, and nothing is paid there", async () => {
    const env = await aloft(create);
    hold(env, { quat: leaned(0.5) });
    expect(env.terminated).toBe(false);
    hold(env, { quat: leaned(0.6) });
    expect(env.terminated).toBe(true);
    expect(term(env, "fall")).toBe(1);
    hold(env, { quat: leaned(1.2) });
    expect(env.reward).toBe(0);
  });

  it("stands for two seconds on action 0", async () => {
    const env = await create();
    env.holdCommand([0, 0, 0]);
    for (let t = 0; t < 100; t++) {
      env.step(1, 0, new Float32Array(JOINTS), 0);
      expect(env.terminated).toBe(false);
    }
    expect(env.sim.qpos[2]).toBeGreaterThan(0.42);
    expect(sensor(env, "upvector")[2]).toBeGreaterThan(0.999);
  });
});

describe("SpotJoystickGaitTracking", () => {
  const create = plainEnvironments("SpotJoystickGaitTracking");
  /** trot, walk, pace, bound, pronk: where the clocks of FL, FR, HL, HR start, in half turns */
  const PHASES = [
    [0, 1, 1, 0],
    [0, 0.5, 1, 1.5],
    [0, 1, 0, 1],
    [0, 0, 1, 1],
    [0, 0, 0, 0],
  ];

  it("observes 69 values in the published order, neither command nor action among them", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["gyro", 3, 0.1],
      ["up", 3, 0.03],
      ["jointPos", 12, 0.05],
      ["targetError", 12, 0],
      ["targetError1", 12, 0],
      ["targetError2", 12, 0],
      ["contact", 4, 0],
      ["gait", 8, 0],
      ["gaitHz", 1, 0],
      ["gaitId", 1, 0],
      ["footHeight", 1, 0],
    ]);
    expect([env.obsSize, env.privilegedSize]).toEqual([69, 0]);
    expect(drives(env)).toEqual([400, -400, -20, 10, 10, 0]);
    expect(seen(env, "jointPos")[1]).toBeCloseTo(1.04, 6);
    expect(env.actionDescription.scale).toEqual(new Array(JOINTS).fill(0.6));
  });

  it("draws one of five gaits, its pace and its foot height, whose clocks start as published", async () => {
    const env = await create();
    const ids = new Set<number>();
    for (let n = 0; n < 100; n++) {
      env.start(2, n);
      const [id] = seen(env, "gaitId");
      const gait = seen(env, "gait");
      ids.add(id);
      PHASES[id].forEach((half, foot) => {
        expect(gait[foot]).toBeCloseTo(Math.cos(half * Math.PI), 6);
        expect(gait[4 + foot]).toBeCloseTo(Math.sin(half * Math.PI), 6);
      });
      const [hz] = seen(env, "gaitHz");
      const [height] = seen(env, "footHeight");
      expect(hz).toBeGreaterThanOrEqual(0.5);
      expect(hz).toBeLessThanOrEqual(4);
      expect(height).toBeGreaterThanOrEqual(0.08);
      expect(height).toBeLessThanOrEqual(0.4);
    }
    expect([...ids].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(env.task.command!.ranges).toEqual([
      [-1, 1],
      [-0.5, 0.5],
      [-1, 1],
    ]);
  });

  it("pays dt · (2 phase + ½ velocity + ½ turning) · exp(0.2 · costs), bouncing being dear in bound and pronk alone", async () => {
    const env = await aloft(create, [0.3, 0, 0.2]);
    const bezier = (s: number) => s ** 3 + 3 * s ** 2 * (1 - s);
    const paid = new Map<number, number>();
    for (let n = 0; paid.size < 5; n++) {
      env.start(2, n);
      env.holdCommand([0.3, 0, 0.2]);
      const [id] = seen(env, "gaitId");
      const [height] = seen(env, "footHeight");
      const gait = seen(env, "gait");
      const joints = home(env);
      joints[3] += 0.1;
      hold(env, { joints, velocity: [0.1, 0, 0.5] });
      const { sim } = env;
      const squares = ["FL", "FR", "HL", "HR"].map((foot, i) => {
        const x = (Math.atan2(gait[4 + i], gait[i]) + Math.PI) / (2 * Math.PI);
        const wanted = x <= 0.5 ? height * bezier(2 * x) : height * (1 - bezier(2 * x - 1));
        return (sim.siteXpos[3 * sim.siteId(foot) + 2] - wanted) ** 2;
      });
      const phase = Math.exp(-squares.reduce((a, b) => a + b) / 0.1);
      const [vx, vy] = sensor(env, "local_linvel");
      const velocity = Math.exp(-((0.3 - vx) ** 2 + vy ** 2) / 0.25);
      const turning = Math.exp(-((0.2 - sensor(env, "gyro")[2]) ** 2) / 0.25);
      const [wx, wy] = sensor(env, "global_angvel");
      const splay = [0, 3, 6, 9].reduce((sum, joint) => sum + sim.qpos[7 + joint] ** 2, 0);
      const bounce = id > 2 ? sensor(env, "global_linvel")[2] ** 2 : 0;
      const costs = -0.5 * (wx ** 2 + wy ** 2 + bounce + splay);
      const reward = DT * (2 * phase + 0.5 * velocity + 0.5 * turning) * Math.exp(0.2 * costs);
      expect(env.reward).toBeCloseTo(reward, 6);
      paid.set(id, env.reward);
    }
    expect(paid.get(3)! / paid.get(0)!).toBeCloseTo(Math.exp(-0.1 * 0.25), 3);
  });
});

describe("SpotGetup", () => {
  const create = plainEnvironments("SpotGetup");

  it("observes 30 values in the published order, over 300 steps", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["gyro", 3, 0.2],
      ["up", 3, 0.05],
      ["jointPos", 12, 0.01],
      ["lastAction", 12, 0],
    ]);
    expect([env.obsSize, env.privilegedSize, env.episodeSteps]).toEqual([30, 0, 300]);
    expect(env.terminationNames).toEqual(["jointRange", "nan"]);
    expect(drives(env)).toEqual([400, -400, 0, 20, 20, 0]);
  });

  it("moves joints from where they are, within their ranges", async () => {
    const env = await create();
    const before = [...env.sim.qpos.subarray(7)];
    env.step(1, 0, new Float32Array(JOINTS).fill(0.1), 0);
    env.sim.ctrl.forEach((target, i) => {
      const [low, high] = env.sim.joint(env.actionDescription.names[i]).range;
      expect(target).toBeCloseTo(Math.max(low, Math.min(high, before[i] + 0.06)), 6);
    });
    expect(env.actionDescription.kind).toBe("joint-offsets");
  });

  it("starts six times of ten from a fall, settled, else standing", async () => {
    const env = await create();
    let upright = 0;
    for (let n = 0; n < 60; n++) {
      env.start(4, n);
      const [, , up] = seen(env, "up");
      expect(env.sim.qpos[2]).toBeGreaterThan(0);
      expect(env.sim.qpos[2]).toBeLessThan(0.7);
      if (up > 0.99 && Math.abs(env.sim.qpos[2] - 0.45) < 0.02) upright++;
    }
    expect(upright / 60).toBeGreaterThan(0.25);
    expect(upright / 60).toBeLessThan(0.55);
  });

  it("pays for being upright, high, in the home pose and calm", async () => {
    const env = await aloft(create, null);
    hold(env, { quat: leaned(0.3) });
    const tilt = Math.sin(0.3) ** 2 + (1 - Math.cos(0.3)) ** 2;
    expect(term(env, "upright")).toBeCloseTo(Math.exp(-2 * tilt), 5);
    expect(term(env, "height")).toBe(1);
    expect([term(env, "pose"), term(env, "calm")]).toEqual([0, 0]);
    const joints = home(env);
    joints[4] += 0.2;
    joints[6] -= 0.1;
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(Math.exp(-0.5 * 0.05), 6);
    expect(term(env, "calm")).toBe(1);
    env.sim.qpos[2] = 0.437;
    env.sim.qvel.fill(0);
    env.step(1, 0, new Float32Array(JOINTS).fill(0.5), 0);
    expect(term(env, "height")).toBeCloseTo(env.sim.qpos[2] / 0.46, 9);
    expect(term(env, "calm")).toBe(0);
    hold(env);
    env.sim.qpos[2] = 0.6;
    env.step(1, 0, new Float32Array(JOINTS).fill(0.5), 0);
    expect(term(env, "calm")).toBeCloseTo(Math.exp(-0.5 * JOINTS * 0.25), 6);
  });

  it("ends where a joint leaves its range", async () => {
    const env = await aloft(create, null);
    const joints = home(env);
    joints[0] = 0.78;
    hold(env, { joints });
    expect(env.terminated).toBe(false);
    joints[0] = 0.9;
    hold(env, { joints });
    expect(env.terminated).toBe(true);
  });

  it("is a success that lasts: a Spot held at home stands for two seconds, one on its back does not count", async () => {
    const env = await create();
    const pose = home(env);
    env.sim.resetToKeyframe("home");
    for (let t = 0; t < 100; t++) {
      const action = Float32Array.from(pose, (angle, i) => (angle - env.sim.qpos[7 + i]) / 0.6);
      env.step(1, 0, action, 0);
      expect(env.goal!.reached).toBe(true);
    }
    env.sim.qpos.set([0, 1, 0, 0], 3);
    env.step(1, 0, new Float32Array(JOINTS), 0);
    expect(env.goal!.reached).toBe(false);
    expect(registry.get("SpotGetup").goal!.success).toMatchObject({ seconds: 1, atEnd: true });
  });
});
