/** OP3's task: layout, rewards by hand, starts and ends. */
import { describe, expect, it } from "vitest";
import { type Environment, mirrorOf } from "../../../src/tasks/index.ts";
import { observation, taskEnvironments } from "../registered-tasks.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const JOINTS = 20;
const FRAME = 49;
const ARM = [-0.534072, 0.879648, -0.62832];
const LEG = [0, 0, -0.596904, 1.13098, 0.534072, 0];
const opposite = (angles: readonly number[]) => angles.map((angle) => (angle === 0 ? 0 : -angle));
const HOME = [0, 0, ...ARM, ...opposite(ARM), ...LEG, ...opposite(LEG)];

const create = plainEnvironments("Op3Joystick");
const createDisturbed = taskEnvironments();

async function aloft(command: readonly number[] = [0, 0, 0]): Promise<Environment> {
  const env = await create();
  lift(env);
  env.holdCommand(command);
  return env;
}

function sensor(env: Environment, name: string): number[] {
  const { address, size } = env.sim.sensor(name);
  return [...env.sim.sensordata.subarray(address, address + size)];
}

/** Leaned by so many radians. */
const leaned = (angle: number) => [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0];

const act = (env: Environment, value: number) => env.step(1, 0, new Float32Array(JOINTS).fill(value), 0);

describe("Op3Joystick", () => {
  it("observes three frames of 49 values, newest first, all with noise of 0.05", async () => {
    const env = await create();
    const frame = [
      ["gyro", 3],
      ["up", 3],
      ["command", 3],
      ["jointPos", 20],
      ["lastAction", 20],
    ];
    const ages = ["", "1", "2"];
    const layout = env.observationLayout;
    expect(layout.map(({ name, size }) => [name, size])).toEqual(
      ages.flatMap((age) => frame.map(([name, size]) => [`${name}${age}`, size])),
    );
    expect(layout.map(({ noise, delay }) => [noise, delay])).toEqual(
      ages.flatMap((_, age) => frame.map(() => [age === 0 ? 0.05 : 0, age])),
    );
    expect([env.obsSize, env.privilegedSize, env.episodeSteps]).toEqual([147, 0, 1000]);
  });

  it("shows turning, uprightness, command, joints and action, and keeps them as frames", async () => {
    const env = await aloft([0.6, -0.3, 0.4]);
    const joints = home(env);
    joints[4] += 0.2;
    hold(env, { joints, quat: leaned(0.3) });
    const frame = observation(env).slice(0, FRAME);
    const offsets = HOME.map((_, i) => (i === 4 ? 0.2 : 0));
    [0, 0, 0, Math.sin(0.3), 0, Math.cos(0.3), 0.6, -0.3, 0.4, ...offsets].forEach((value, i) => {
      expect(frame[i], `value ${i}`).toBeCloseTo(value, 5);
    });
    act(env, 0.5);
    const seen = observation(env);
    expect(seen.slice(FRAME, 2 * FRAME)).toEqual(frame);
    expect(seen.slice(FRAME - JOINTS, FRAME)).toEqual(new Array(JOINTS).fill(0.5));
  });

  it("drives with 21.1 N·m/rad towards home + 0.3 · action, no further than half a turn", async () => {
    const env = await create();
    const { actuator_gainprm: gains, actuator_biasprm: biases, dof_damping } = env.sim.modelFields;
    expect([gains[0], biases[1], biases[2], dof_damping[6], dof_damping[25]]).toEqual([21.1, -21.1, 0, 1.084, 1.084]);
    act(env, 0.5);
    HOME.forEach((angle, i) => {
      expect(env.sim.ctrl[i]).toBeCloseTo(angle + 0.15, 9);
    });
    act(env, -100);
    env.sim.ctrl.forEach((target) => {
      expect(target).toBeCloseTo(-Math.PI, 5);
    });
  });

  it("starts in the exact pose with bent knees, at rest, with commands in their ranges, a tenth of them zero", async () => {
    const env = await create();
    const [low, high] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    let zeros = 0;
    for (let n = 0; n < 200; n++) {
      env.start(3, n);
      expect([...env.sim.qpos]).toEqual([0, 0, 0.243584, 1, 0, 0, 0, ...HOME]);
      expect(env.sim.qvel.every((speed) => speed === 0)).toBe(true);
      if (env.command!.every((value) => value === 0)) zeros++;
      env.command!.forEach((value, i) => {
        low[i] = Math.min(low[i], value);
        high[i] = Math.max(high[i], value);
      });
    }
    [
      [-0.6, 1.5],
      [-0.8, 0.8],
      [-0.7, 0.7],
    ].forEach(([least, most], i) => {
      expect(low[i]).toBeGreaterThanOrEqual(least);
      expect(low[i]).toBeLessThan(0.85 * least);
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThan(0.85 * most);
    });
    expect(zeros / 200).toBeGreaterThan(0.04);
    expect(zeros / 200).toBeLessThan(0.18);
    expect(env.task.command!.resampleSeconds).toEqual([10.02, 10.02]);
  });

  it("tracks the command by the body's own velocity, and costs bounce, roll, pitch and tilt", async () => {
    const env = await aloft([0.5, 0.2, 0.4]);
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

  it("costs actions that change and bend, any while told to stand, torques, and the power that they take", async () => {
    const env = await create();
    env.holdCommand([0.05, 0.05, 0.05]);
    act(env, 0.1);
    act(env, 0.3);
    act(env, -0.1);
    expect(term(env, "actionRate")).toBeCloseTo(JOINTS * (0.4 ** 2 + (-0.1 - 0.6 + 0.1) ** 2), 5);
    expect(term(env, "standStill")).toBeCloseTo(JOINTS * 0.1 ** 2, 6);
    const torques = [...env.sim.actuatorForce];
    const squares = torques.reduce((sum, tau) => sum + tau * tau, 0);
    const sizes = torques.reduce((sum, tau) => sum + Math.abs(tau), 0);
    expect(term(env, "torque")).toBeCloseTo(Math.sqrt(squares) + sizes, 6);
    const power = torques.reduce((sum, tau, i) => sum + Math.abs(tau * env.sim.qvel[6 + i]), 0);
    expect(power).toBeGreaterThan(0.1);
    expect(term(env, "energy")).toBeCloseTo(power, 6);
    env.holdCommand([0.1, 0.01, 0]);
    act(env, -0.1);
    expect(term(env, "standStill")).toBeCloseTo(0, 12);
  });

  it("costs feet that slip while either of their boxes touches", async () => {
    const env = await create();
    const { sim } = env;
    for (let t = 0; t < 5; t++) act(env, 0);
    sim.qvel[0] = 0.5;
    act(env, 0);
    const slip = ["left", "right"].reduce((sum, side) => {
      const [x, y] = sensor(env, `${side}_foot_global_linvel`);
      const touches = [1, 2].some((box) => sensor(env, `${side[0]}_foot${box}_floor_found`)[0] > 0);
      return sum + (touches ? x * x + y * y : 0);
    }, 0);
    expect(slip).toBeGreaterThan(1e-4);
    expect(term(env, "footSlip")).toBeCloseTo(slip, 9);
  });

  it("ends leaning by more than acos 0.85, with the body below 0.21 m, or with a joint beyond half a turn", async () => {
    const env = await aloft();
    hold(env, { quat: leaned(0.5) });
    expect(env.terminated).toBe(false);
    hold(env, { quat: leaned(0.6) });
    expect([env.terminated, term(env, "fall")]).toEqual([true, 1]);
    for (const angle of [3.15, -3.15]) {
      const joints = home(env);
      joints[1] = angle;
      hold(env, { joints });
      expect(env.terminated).toBe(true);
      joints[1] = 0.99 * angle;
      hold(env, { joints });
      expect(env.terminated).toBe(false);
    }
    // nothing pushes it up
    env.sim.model.geom_contype.fill(0);
    env.sim.qpos[2] = 0.22;
    act(env, 0);
    expect(env.terminated).toBe(false);
    env.sim.qpos[2] = 0.2;
    act(env, 0);
    expect(env.terminated).toBe(true);
    expect(env.terminationNames).toEqual(["fell", "jointRange", "low", "nan"]);
  });

  it("stands for two seconds on action 0", async () => {
    const env = await create();
    env.holdCommand([0, 0, 0]);
    for (let t = 0; t < 100; t++) {
      act(env, 0);
      expect(env.terminated).toBe(false);
    }
    expect(env.sim.qpos[2]).toBeGreaterThan(0.23);
    expect(sensor(env, "upvector")[2]).toBeGreaterThan(0.995);
  });

  it("mirrors each limb into the one across, its joints turned the other way, and the head into itself", async () => {
    const { action } = mirrorOf(await create());
    expect([...action.source]).toEqual([0, 1, 5, 6, 7, 2, 3, 4, 14, 15, 16, 17, 18, 19, 8, 9, 10, 11, 12, 13]);
    expect([...action.sign]).toEqual([-1, 1, ...new Array(18).fill(-1)]);
  });

  it("is never kicked: no force and no jump of its speed in three and a half seconds", async () => {
    const env = await createDisturbed("Op3Joystick");
    env.holdCommand([0, 0, 0]);
    const { sim } = env;
    const jumps: number[] = [];
    const before = sim.qvel.slice();
    for (let t = 0; t < 175; t++) {
      before.set(sim.qvel);
      act(env, 0);
      expect(sim.xfrcApplied.every((part) => part === 0)).toBe(true);
      jumps.push(Math.hypot(sim.qvel[0] - before[0], sim.qvel[1] - before[1]));
    }
    // the least kick would give 1 m/s
    expect(Math.max(...jumps)).toBeLessThan(0.1);
  });
});
