/** Barkour's task: layout, rewards by hand, starts and ends. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/math/rng.ts";
import { type AnyMoment, type Environment, mirrorOf } from "../../../src/tasks/index.ts";
import { observation } from "../registered-tasks.ts";
import { hold, home, lift, plainEnvironments, term } from "./aloft.ts";

const DT = 0.02;
const JOINTS = 12;
const FRAME = 31;
const HOME = [0, 0.5, 1];
const LEGS = ["front_left", "hind_left", "front_right", "hind_right"];

const create = plainEnvironments("BarkourJoystick");

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

describe("BarkourJoystick", () => {
  it("observes 15 frames of 31 values, newest first, all with noise of 0.05 as they are shown", async () => {
    const env = await create();
    const layout = env.observationLayout;
    expect(layout.slice(0, 7).map(({ name, size, scale, noise }) => [name, size, scale, noise * scale])).toEqual([
      ["turning", 1, 0.25, 0.05],
      ["up", 3, 1, 0.05],
      ["commandX", 1, 2, 0.05],
      ["commandY", 1, 2, 0.05],
      ["commandYaw", 1, 0.25, 0.05],
      ["jointPos", 12, 1, 0.05],
      ["lastAction", 12, 1, 0.05],
    ]);
    expect(layout.map(({ delay }) => delay)).toEqual(layout.map((_, i) => Math.floor(i / 7)));
    expect(layout[7]).toMatchObject({ name: "turning1", offset: FRAME, noiseKind: "as turning" });
    expect([env.obsSize, env.privilegedSize, env.episodeSteps]).toEqual([465, 0, 1000]);
  });

  it("shows the turning rate, the command in its scales, the joints and the action, and keeps them as frames", async () => {
    const env = await aloft([0.6, -0.3, 0.4]);
    const joints = home(env);
    joints[4] += 0.2;
    hold(env, { joints, velocity: [0, 0, 0, 0, 0, 0.8] });
    const frame = observation(env).slice(0, FRAME);
    const expected = [0.2, 0, 0, 1, 1.2, -0.6, 0.1, ...joints.map((angle, i) => angle - HOME[i % 3])];
    expected.forEach((value, i) => {
      // a leg that is turned swings out a little in the 20 ms
      expect(frame[i], `value ${i}`).toBeCloseTo(value, 3);
    });
    act(env, 0.5);
    const seen = observation(env);
    expect(seen.slice(FRAME, 2 * FRAME)).toEqual(frame);
    expect(seen.slice(FRAME - JOINTS, FRAME)).toEqual(new Array(JOINTS).fill(0.5));
  });

  it("drives with 35 N·m/rad towards home + 0.3 · action, within its own ranges and those of the drives", async () => {
    const env = await create();
    const { actuator_gainprm: gains, actuator_biasprm: biases, dof_damping } = env.sim.modelFields;
    expect([gains[0], biases[1], biases[2], dof_damping[6], dof_damping[17]]).toEqual([35, -35, -0.5, 0.5239, 0.5239]);
    act(env, 1);
    [0.3, 0.8, 1.3].forEach((target, i) => {
      expect(env.sim.ctrl[i]).toBeCloseTo(target, 9);
    });
    act(env, 100);
    expect([...env.sim.ctrl.subarray(9)]).toEqual([0.52, 2.1, 2.1]);
    act(env, -100);
    expect([...env.sim.ctrl.subarray(0, 3)]).toEqual([-0.7, -1, 0.1]);
  });

  it("starts in the exact home pose, at rest, with commands in their ranges that are never zero", async () => {
    const env = await create();
    const [low, high] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (let n = 0; n < 200; n++) {
      env.start(3, n);
      expect([...env.sim.qpos]).toEqual([0, 0, 0.28, 1, 0, 0, 0, ...HOME, ...HOME, ...HOME, ...HOME]);
      expect(env.sim.qvel.every((speed) => speed === 0)).toBe(true);
      expect(env.command!.every((value) => value !== 0)).toBe(true);
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
      expect(low[i]).toBeLessThan(0.9 * least);
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThan(0.9 * most);
    });
    expect(env.task.command!.resampleSeconds).toEqual([10.02, 10.02]);
  });

  it("tracks the command forwards, and costs bounce, roll, pitch and tilt", async () => {
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

  it("asks for the home pose unless a tenth of the commanded velocity points to the left", async () => {
    const env = await aloft();
    const joints = home(env);
    joints[1] += 0.1;
    joints[8] -= 0.2;
    const cost = (command: readonly number[]) => {
      env.holdCommand(command);
      hold(env, { joints });
      return term(env, "standStill");
    };
    for (const command of [
      [0, 0, 0],
      [1, 0.09, 0],
      [0.5, -0.5, 0],
    ])
      expect(cost(command)).toBeCloseTo(0.3, 6);
    expect(cost([1, 0.11, 0])).toBeCloseTo(0, 12);
  });

  it("costs actions that change, and torques by their sum and their length", async () => {
    const env = await create();
    act(env, 0.1);
    act(env, 0.4);
    expect(term(env, "actionRate")).toBeCloseTo(JOINTS * 0.3 ** 2, 5);
    const torques = [...env.sim.actuatorForce];
    const squares = torques.reduce((sum, tau) => sum + tau * tau, 0);
    const sizes = torques.reduce((sum, tau) => sum + Math.abs(tau), 0);
    expect(sizes).toBeGreaterThan(1);
    expect(term(env, "torque")).toBeCloseTo(Math.sqrt(squares) + sizes, 6);
  });

  it("pays time in the air beyond 0.1 s on landing, when told to walk", async () => {
    const env = await create();
    const { sim } = env;
    const drop = (command: readonly number[]) => {
      env.start(1, 0);
      env.holdCommand(command);
      sim.qpos[2] = 0.5;
      let steps = 0;
      do act(env, 0);
      while (++steps < 60 && LEGS.every((leg) => sensor(env, `foot_${leg}_floor_found`)[0] === 0));
      return { seconds: steps * DT, airTime: term(env, "airTime") };
    };
    const { seconds, airTime } = drop([0.5, 0, 0]);
    const feet = airTime / (seconds - 0.1);
    expect(feet).toBeCloseTo(Math.round(feet), 6);
    expect(Math.round(feet)).toBeGreaterThanOrEqual(1);
    expect(drop([0.04, 0, 0])).toEqual({ seconds, airTime: 0 });
  });

  it("ends upside down, with the torso below 0.18 m, or with a joint beyond its range", async () => {
    const env = await aloft();
    hold(env);
    expect(env.terminated).toBe(false);
    hold(env, { quat: leaned(1.7) });
    expect([env.terminated, term(env, "fall"), env.reward]).toEqual([true, 1, 0]);
    [
      [0, -0.71],
      [3, 0.53],
      [7, -1.01],
      [10, 2.11],
      [2, 0.04],
    ].forEach(([joint, angle]) => {
      const joints = home(env);
      joints[joint] = angle;
      hold(env, { joints });
      expect(env.terminated, `joint ${joint} at ${angle}`).toBe(true);
      joints[joint] -= 0.02 * Math.sign(angle - HOME[joint % 3]);
      hold(env, { joints });
      expect(env.terminated, `joint ${joint} near ${angle}`).toBe(false);
    });
    env.sim.qpos[2] = 0.17;
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
    expect(env.sim.qpos[2]).toBeGreaterThan(0.22);
    expect(sensor(env, "upvector")[2]).toBeGreaterThan(0.995);
  });

  it("mirrors each leg into the one across, though they hang 1.5 mm apart from their images", async () => {
    const { action } = mirrorOf(await create());
    expect([...action.source]).toEqual([6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]);
    expect([...action.sign]).toEqual(new Array(JOINTS).fill(1));
  });

  it("is kicked along the ground by ½·sin(π·t/T)·M·v/T, v of 0.1 to 1 m/s within 1 to 9 steps, after 50 to 149 of waiting", async () => {
    const { sim, task } = await create();
    const mass = sim.modelFields.body_mass.reduce((sum, kilograms) => sum + kilograms, 0);
    const torso = 6 * sim.bodyId("torso");
    const { kick } = task.events;
    const tracker = kick.bind({ sim, dt: DT, slots: new Float64Array(kick.size) });
    const rng = new Rng();
    const kicks = Array.from({ length: 200 }, (_, n) => {
      tracker.reset!({} as AnyMoment, rng.seek(3, n));
      const forces = Array.from({ length: 160 }, () => {
        tracker.beforePhysics!({} as AnyMoment, rng);
        return [...sim.xfrcApplied.subarray(torso, torso + 6)];
      });
      const sizes = forces.map((force) => Math.hypot(...force));
      // the force of a kick's first step is ½·sin(0) = 0, and a kick of one step has no other
      const second = sizes.findIndex((size) => size > 0);
      if (second < 0) return [];
      const kicked = sizes.slice(second, sizes.indexOf(0, second));
      const [x, y] = forces[second].map((part) => part / sizes[second]);
      kicked.forEach((size, t) => {
        expect(forces[second + t]).toEqual([x, y, 0, 0, 0, 0].map((part) => expect.closeTo(part * size, 9)));
      });
      const speed = kicked.length > 1 ? [speedOf(kicked, mass)] : [];
      return [{ wait: second - 1, steps: kicked.length + 1, speed, angle: Math.atan2(y, x) }];
    }).flat();
    const ends = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
    expect(ends(kicks.map(({ wait }) => wait))).toEqual([50, 149]);
    expect(ends(kicks.map(({ steps }) => steps))).toEqual([2, 9]);
    const speeds = kicks.flatMap(({ speed }) => speed);
    expect(ends(speeds)).toEqual([expect.closeTo(0.1, 1), expect.closeTo(1, 1)]);
    expect(speeds.every((speed) => speed > 0.1 && speed < 1)).toBe(true);
    const [right, left] = ends(kicks.map(({ angle }) => angle));
    expect(left - right).toBeGreaterThan(6); // of 2π
  });
});

/** m/s, of the kick of which these are the forces from the second step on. The first two give its duration: sin 2a = 2·sin a·cos a. */
function speedOf(forces: readonly number[], mass: number): number {
  const angle = Math.acos(forces[1] / (2 * forces[0]));
  const seconds = (Math.PI * DT) / angle;
  const speed = (2 * forces[0] * seconds) / (mass * Math.sin(angle));
  forces.forEach((force, i) => {
    expect(force).toBeCloseTo(((0.5 * mass * speed) / seconds) * Math.sin((Math.PI * (i + 1) * DT) / seconds), 6);
  });
  expect(forces.length + 1).toBe(Math.round(seconds / DT));
  return speed;
}
