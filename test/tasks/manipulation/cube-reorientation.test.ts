/** Turning a cube to a goal that turns away, by the LEAP hand. */
import { describe, expect, it } from "vitest";
import { type Environment, registry, resolveTask, wrenches } from "../../../src/tasks/index.ts";
import { plainEnvironments, term } from "../locomotion/aloft.ts";
import { observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { about, after, float, stepFrom } from "./hands.ts";

const NAME = "LeapCubeReorient";
const create = taskEnvironments();
const plain = plainEnvironments(NAME);
/** At the point above the palm. */
const PALM = [0.11, 0, 0.03];
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

/** A floating hand in a new episode, with the goal as given. */
async function floating(goal: readonly number[] = [1, 0, 0, 0]): Promise<Environment> {
  const env = await plain();
  float(env);
  env.sim.mocapQuat.set(goal);
  return env;
}

/** rad, between two rotations */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = [0, 1, 2, 3].reduce((sum, i) => sum + a[i] * b[i], 0);
  return 2 * Math.acos(Math.min(1, Math.abs(dot)));
}

describe(NAME, () => {
  it("observes 57 values and gives the critic 71 more, in the published order, over 1000 steps", async () => {
    const env = await plain();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["jointAngle", 16, 0.05],
      ["targetError", 16, 0],
      ["cubeToPalm", 3, 0.02],
      ["goalToCube", 6, 0.1],
      ["lastAction", 16, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([16, 16, 12, 3, 6, 3, 3, 6, 6]);
    expect(env.episodeSteps).toBe(1000);
    expect(env.terminationNames).toEqual(["dropped", "nan"]);
  });

  it("observes angles less targets with the noise of the angles, and rows 2 and 3 of the turn from the goal", async () => {
    const env = await create(NAME);
    env.step(1, 0, new Float32Array(16).fill(0.1), 0);
    const obs = observation(env);
    for (let i = 0; i < 16; i++) {
      expect(obs[i] - obs[16 + i]).toBeCloseTo(env.sim.ctrl[i], 5);
      expect(Math.abs(obs[i] - env.sim.qpos[i])).toBeLessThanOrEqual(0.05 + 1e-6);
    }
    expect(obs.slice(0, 16)).not.toEqual(close([...env.sim.qpos.subarray(0, 16)]));

    const goal = about(2, 1);
    const turned = await floating(goal);
    stepFrom(turned, { position: [0.5, 0, 0.2], orientation: after(about(0, 0.5), goal) });
    const [cosine, sine] = [Math.cos(0.5), Math.sin(0.5)];
    const seen = observation(turned);
    expect(seen.slice(32, 35)).toEqual(close([0.11 - 0.5, 0, 0.03 - 0.2]));
    expect(seen.slice(35, 41)).toEqual(close([0, cosine, -sine, 0, sine, cosine]));
  });

  it("rewards a small angle to the goal and a small distance to the palm, linearly", async () => {
    const goal = about(2, 2);
    const env = await floating(goal);
    const from = (angle: number) => stepFrom(env, { orientation: after(about(1, angle), goal), position: PALM });
    from(0.15);
    expect(term(env, "orientation")).toBe(1);
    from(0.5);
    // margin π, 0.1 at its end
    expect(term(env, "orientation")).toBeCloseTo(1 - (0.9 * 0.3) / Math.PI, 6);
    from(3);
    expect(term(env, "orientation")).toBeCloseTo(1 - (0.9 * 2.8) / Math.PI, 6);
    expect(term(env, "position")).toBe(1);
    stepFrom(env, { position: [0.11, 0.03, 0.03] });
    expect(term(env, "position")).toBeCloseTo(1 - (0.9 * 0.01) / 0.05, 6);
    stepFrom(env, { position: [0.11, 0.1, 0.03] });
    expect(term(env, "position")).toBe(0);
  });

  it("costs bent joints, jerky actions by first and second differences, and the power of drives", async () => {
    const env = await floating();
    stepFrom(env, { bent: 0.1, action: 0.25 });
    expect(term(env, "handPose")).toBeCloseTo(16 * 0.01, 6);
    expect(term(env, "actionRate")).toBeCloseTo(16 * (0.0625 + 0.0625), 6);
    stepFrom(env, { action: 0.25 });
    expect(term(env, "actionRate")).toBeCloseTo(16 * 0.0625, 6);
    expect(term(env, "energy")).toBeCloseTo(0, 9);
    // a constant force, beyond what the joints take: the drives report it all
    const { model, nu, qvel } = env.sim;
    for (let drive = 0; drive < nu; drive++) model.actuator_biasprm[(drive * model.actuator_biasprm.length) / nu] = 2;
    stepFrom(env, { jointVel: -0.5 });
    const speeds = qvel.subarray(0, 16).reduce((sum, speed) => sum + Math.abs(speed), 0);
    expect(term(env, "energy")).toBeCloseTo(2 * speeds, 6);
  });

  it("adds actions to targets within the control ranges, from where the joints are", async () => {
    const env = await plain();
    const { ctrl } = env.sim;
    const start = [...env.sim.qpos.subarray(0, 16)];
    expect([...ctrl]).toEqual(start);
    env.step(1, 0, new Float32Array(16).fill(0.2), 0);
    expect(ctrl[0]).toBeCloseTo(start[0] + 0.1, 6);
    for (let t = 0; t < 10; t++) env.step(1, 0, new Float32Array(16).fill(1), 0);
    expect([ctrl[0], ctrl[1], ctrl[14]]).toEqual([2.23, 1.047, 2.443]);
    env.step(1, 0, new Float32Array(16).fill(-1), 0);
    expect([ctrl[0], ctrl[1], ctrl[14]]).toEqual(close([1.73, 0.547, 1.943]));
  });

  it("starts with the goal anywhere, in sight, and at rest", async () => {
    const env = await plain();
    const { sim } = env;
    const { low, high } = startRanges(env, () => sim.mocapQuat);
    for (let i = 0; i < 4; i++) {
      expect(low[i]).toBeLessThan(-0.9);
      expect(high[i]).toBeGreaterThan(0.9);
    }
    expect([...sim.mocapPos]).toEqual([0.25, 0.16, 0]);
    const before = [...sim.mocapQuat];
    float(env);
    for (let t = 0; t < 3; t++) stepFrom(env, { orientation: after(about(0, 1), before) });
    expect([...sim.mocapQuat]).toEqual(before);
  });
});

describe("a goal that is reached", () => {
  it("pays 100, is counted, and turns away, slower from step to step, seen in the observation", async () => {
    const goal = about(2, 1);
    const env = await floating(goal);
    const orientation = after(about(0, 0.09), goal);
    stepFrom(env, { orientation: after(about(0, 0.11), goal) });
    expect(term(env, "reached")).toBe(0);
    expect(env.goal!.counts[0]).toBe(0);
    stepFrom(env, { orientation });
    expect(env.rewardTerms[env.rewardNames.indexOf("reached")]).toBeCloseTo(100, 9);
    expect(env.goal!.counts[0]).toBe(1);
    const turns: number[] = [angleBetween(env.sim.mocapQuat, goal)];
    // 2 … 10 rad/s about each axis, for 0.05 s
    expect(turns[0]).toBeGreaterThan(Math.sqrt(3) * 0.1);
    expect(turns[0]).toBeLessThan(Math.sqrt(3) * 0.5);
    const [gw, gx, gy, gz] = env.sim.mocapQuat;
    const [w, x, y, z] = after(orientation, [gw, -gx, -gy, -gz]);
    expect(observation(env).slice(35, 41)).toEqual(
      close([
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
      ]),
    );
    for (let t = 1; t < 60; t++) {
      const before = [...env.sim.mocapQuat];
      stepFrom(env, { orientation: after(about(0, Math.PI), before) });
      turns.push(angleBetween(env.sim.mocapQuat, before));
    }
    expect(turns[1] / turns[0]).toBeCloseTo(0.8, 6);
    expect(turns[2] / turns[1]).toBeCloseTo(0.8, 6);
    expect(turns[59]).toBeLessThan(1e-5);
    // in sum 1/(1 − 0.8) times the first turn
    expect(turns.reduce((sum, turn) => sum + turn, 0)).toBeCloseTo(5 * turns[0], 4);
  });

  it("of the episode before does not turn the next one's", async () => {
    const env = await floating();
    stepFrom(env);
    expect(env.goal!.counts[0]).toBe(1);
    env.start(1, 0);
    const goal = [...env.sim.mocapQuat];
    stepFrom(env, { orientation: after(about(0, 2), goal) });
    expect([...env.sim.mocapQuat]).toEqual(goal);
  });
});

describe("the lesson of near goals", () => {
  it("puts every second goal at a share of the way from the cube, the others anywhere", async () => {
    const task = await resolveTask(NAME, { lesson: "near" });
    const env = await create(task.lesson!.training);
    const angles = Array.from({ length: 400 }, (_, n) => {
      env.start(4, n);
      return angleBetween(env.sim.mocapQuat, env.sim.qpos.subarray(19, 23));
    });
    // of a rotation drawn at random, (θ − sin θ)/π: 0.18 lie below π/2; of a uniform share of one, more than half
    const small = angles.filter((angle) => angle < Math.PI / 2).length / angles.length;
    expect(small).toBeGreaterThan(0.35);
    expect(small).toBeLessThan(0.55);
    expect(Math.max(...angles)).toBeGreaterThan(3);
    const plainAngles = await plain().then((one) =>
      Array.from({ length: 400 }, (_, n) => {
        one.start(4, n);
        return angleBetween(one.sim.mocapQuat, one.sim.qpos.subarray(19, 23));
      }),
    );
    expect(plainAngles.filter((angle) => angle < Math.PI / 2).length / 400).toBeCloseTo(0.18, 1);
  });

  it("pays 5 for each radian that the cube comes nearer, and nothing for a goal that moves", async () => {
    const task = await resolveTask(NAME, { lesson: "near" });
    const env = await create({ ...task.lesson!.training, randomise: {} });
    float(env);
    env.sim.mocapQuat.set([1, 0, 0, 0]);
    const paid = (angle: number) => {
      stepFrom(env, { orientation: after(about(2, angle), [...env.sim.mocapQuat]) });
      return env.rewardTerms[env.rewardNames.indexOf("nearer")];
    };
    paid(2);
    expect(paid(1.5)).toBeCloseTo(2.5, 6);
    expect(paid(2.5)).toBeCloseTo(-5, 6);
    expect(paid(0.05)).toBeCloseTo(5 * 2.45, 6);
    // reached: the goal has turned away by then, and the cube is told of the new angle
    const between = angleBetween(env.sim.mocapQuat, env.sim.qpos.subarray(19, 23));
    expect(between).toBeGreaterThan(0.1);
    expect(paid(between)).toBeCloseTo(0, 6);
  });
});

describe("wrenches", () => {
  const settings = {
    body: "cube",
    everySteps: [12, 12],
    steps: [8, 8],
    speed: [2, 2],
    spin: [0.5, 0.5],
    enabled: true,
  } as const;

  it("swell and ebb in one direction, and press on the cube", async () => {
    const task = registry.get(NAME);
    const env = await create({ ...task, events: { wrench: wrenches(settings) }, randomise: {} });
    const cube = 6 * env.sim.bodyId("cube");
    const sizes: number[] = [];
    const seen = () => {
      const values = new Float32Array(env.privilegedSize);
      env.writePrivileged(values, 0);
      return [...values.slice(59)];
    };
    for (let t = 0; t < 24; t++) {
      env.sim.qpos.set([0.5, 0, 0.5], 16);
      env.step(1, 0, new Float32Array(16), 0);
      const [force, direction] = [env.sim.xfrcApplied.subarray(cube, cube + 6), seen().slice(0, 6)];
      expect(seen().slice(6)).toEqual(close([...force]));
      const length = Math.hypot(...direction);
      expect(length).toBeCloseTo(t < 12 ? 0 : 1, 6);
      sizes.push(length === 0 ? 0 : force[0] / direction[0]);
      if (length > 0) expect(force[5] * direction[0] * 4).toBeCloseTo(force[0] * direction[5], 6);
    }
    // ½·sin(π·i/8)·0.108 kg·2 m/s / (8 · 0.05 s)
    const expected = Array.from({ length: 24 }, (_, t) =>
      t < 12 || t >= 20 ? 0 : 0.5 * Math.sin((Math.PI * (t - 12)) / 8) * ((0.108 * 2) / 0.4),
    );
    sizes.forEach((size, t) => {
      expect(size).toBeCloseTo(expected[t], 5);
    });
  });
});
