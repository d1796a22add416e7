/** Tasks of bringing something to a place: ball in cup, finger, point mass, hard reacher. */
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";
import { near, observation, rewardAt, startRanges, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();

describe("BallInCup", () => {
  it("rewards a ball that lies in the cup, wherever the cup is", async () => {
    const env = await create("BallInCup");
    // coordinates: cup x and z from (0, 0.6), ball x and z from (0, 0.2); the cup's middle is 5 cm below its origin, at z = 0.55
    const inCup = 0.55 - 0.2;
    expect(rewardAt(env, [0, 0, 0, inCup])).toBe(1);
    expect(rewardAt(env, [0.1, -0.1, 0.1, inCup - 0.1])).toBe(1);
    expect(rewardAt(env, [0.1, 0, 0, inCup])).toBe(0);
    // half of the room, 5 cm, less the ball's radius, 2.5 cm; the ball falls by 2 mm meanwhile
    expect(rewardAt(env, [0, 0, 0, inCup + 0.024])).toBe(1);
    expect(rewardAt(env, [0, 0, 0, inCup + 0.028])).toBe(0);
  });

  it("starts with the ball hanging at rest, every time", async () => {
    const env = await create("BallInCup");
    expect(observation(env)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(rewardAt(env, [0, 0, 0, 0])).toBe(0);
  });

  it("keeps the ball on its string, which is 30 cm long and gives way a little when it is torn at", async () => {
    const env = await create("BallInCup");
    const [ball, cup] = ["ball", "cup"].map((site) => 3 * env.sim.siteId(site));
    const length = () => Math.hypot(...[0, 1, 2].map((i) => env.sim.siteXpos[ball + i] - env.sim.siteXpos[cup + i]));
    let longest = 0;
    for (let t = 0; t < 300; t++) {
      env.step(1, 0, unsquashed(t % 50 < 25 ? 0.9 : -0.9, t % 30 < 15 ? 0.9 : -0.9), 0);
      longest = Math.max(longest, length());
    }
    expect(longest).toBeGreaterThan(0.3);
    expect(longest).toBeLessThan(0.35);
  });
});

/** The finger hangs down, away from the spinner. */
const AWAY = [-Math.PI / 2, 0];
/** m, from the hinge at (0.2, 0.4) to the spinner's end */
const SPINNER = 0.13;

describe("FingerSpin", () => {
  it("rewards a spinner that turns at −15 rad/s or faster", async () => {
    const env = await create("FingerSpin");
    // friction and damping take 0.04 rad/s per ms at this speed
    expect(rewardAt(env, [...AWAY, 0], [0, 0, -16.5])).toBe(1);
    expect(rewardAt(env, [...AWAY, 0], [0, 0, -15])).toBe(0);
    expect(rewardAt(env, [...AWAY, 0], [0, 0, 20])).toBe(0);
  });

  it("turns more easily than the spinner that is to be turned to a target", async () => {
    const dampings = [];
    for (const name of ["FingerSpin", "FingerTurnEasy"]) {
      const { sim } = await create(name);
      dampings.push(sim.modelFields.dof_damping[sim.joint("hinge").dofAddress]);
    }
    expect(dampings).toEqual([0.03, 0.5]);
  });

  it("starts with finger and spinner anywhere within their ranges", async () => {
    const env = await create("FingerSpin");
    const { low, high } = startRanges(env, () => env.sim.qpos);
    const finger = (110 * Math.PI) / 180;
    [finger, finger, Math.PI].forEach((limit, i) => {
      expect(low[i]).toBeGreaterThanOrEqual(-limit);
      expect(low[i]).toBeLessThan(-0.95 * limit);
      expect(high[i]).toBeLessThanOrEqual(limit);
      expect(high[i]).toBeGreaterThan(0.95 * limit);
    });
  });
});

describe.each([
  ["FingerTurnEasy", 0.07],
  ["FingerTurnHard", 0.03],
])("%s", (name, radius) => {
  /** Puts the target on top of the spinner's circle. */
  const aimUp = (env: Environment) => env.sim.mocapPos.set([0.2, 0, 0.4 + SPINNER]);

  it("rewards the spinner's end inside the target", async () => {
    const env = await create(name);
    aimUp(env);
    // at an angle, the end is 2 · 0.13 · sin(angle/2) from the top
    const angle = 2 * Math.asin(radius / 2 / SPINNER);
    expect(rewardAt(env, [...AWAY, 0])).toBe(1);
    expect(rewardAt(env, [...AWAY, 0.99 * angle])).toBe(1);
    expect(rewardAt(env, [...AWAY, -1.01 * angle])).toBe(0);
  });

  it("observes finger, spinner's end, velocities, touch, target and its distance", async () => {
    const env = await create(name);
    aimUp(env);
    rewardAt(env, [...AWAY, 0.5]);
    // angles are about −y, so the end leans towards −x
    const tip = [-SPINNER * Math.sin(0.5), SPINNER * Math.cos(0.5)];
    const distance = 2 * SPINNER * Math.sin(0.25) - radius;
    const expected = [...AWAY, ...tip, 0, 0, 0, 0, 0, 0, SPINNER, distance];
    expect(env.obsSize).toBe(12);
    expect(observation(env)).toEqual(near(expected));
  });

  it("starts with the target anywhere on the circle of the spinner's end, and observes it there", async () => {
    const env = await create(name);
    const target = () => [env.sim.mocapPos[0] - 0.2, env.sim.mocapPos[2] - 0.4];
    const ranges = startRanges(env, () => [...target(), Math.hypot(...target())]);
    expect(ranges.low[2]).toBeCloseTo(SPINNER, 9);
    expect(ranges.high[2]).toBeCloseTo(SPINNER, 9);
    for (const i of [0, 1]) {
      expect(ranges.low[i]).toBeLessThan(-0.99 * SPINNER);
      expect(ranges.high[i]).toBeGreaterThan(0.99 * SPINNER);
    }
    expect(observation(env).slice(9, 11)).toEqual(near(target()));
  });
});

describe("the finger's touch", () => {
  it("is the logarithm of 1 + the force, on the side that pushes the spinner", async () => {
    const env = await create("FingerSpin");
    /** Swings the outstretched finger up (1) or down (−1) against the level spinner. */
    const swing = (direction: number) => {
      const most = [0, 0];
      const forces = [env.sim.sensor("touchtop").address, env.sim.sensor("touchbottom").address];
      rewardAt(env, [-0.8 * direction, 0, Math.PI / 2]);
      for (let t = 0; t < 20; t++) {
        env.step(1, 0, unsquashed(0.5 * direction, 0), 0);
        const touch = observation(env).slice(7);
        expect(touch).toEqual(near(forces.map((address) => Math.log(1 + env.sim.sensordata[address]))));
        touch.forEach((value, i) => {
          most[i] = Math.max(most[i], value);
        });
      }
      return most;
    };
    expect(swing(1)).toEqual([expect.closeTo(4, 0), 0]);
    expect(swing(-1)).toEqual([0, expect.closeTo(4, 0)]);
  });
});

describe("PointMass", () => {
  it("rewards the ball in the target, less for large controls", async () => {
    const env = await create("PointMass");
    expect(rewardAt(env, [0, 0])).toBe(1);
    expect(rewardAt(env, [0.0149, 0])).toBe(1);
    // one radius of 1.5 cm outside the target: 0.1
    expect(rewardAt(env, [0.024, -0.018])).toBeCloseTo(0.1, 9);
    env.sim.qpos.set([0, 0]);
    env.sim.qvel.fill(0);
    env.step(1, 0, unsquashed(0.5, 0), 0);
    // (4 + (0.75 + 1) / 2) / 5
    expect(env.reward).toBeCloseTo(0.975, 7);
  });

  it("starts anywhere on the table", async () => {
    const env = await create("PointMass");
    const { low, high } = startRanges(env, () => env.sim.qpos);
    for (const i of [0, 1]) {
      expect(low[i]).toBeGreaterThanOrEqual(-0.29);
      expect(low[i]).toBeLessThan(-0.28);
      expect(high[i]).toBeLessThanOrEqual(0.29);
      expect(high[i]).toBeGreaterThan(0.28);
    }
    expect(observation(env)).toEqual([...env.sim.qpos, 0, 0].map(Math.fround));
  });

  it("goes along x with the first control and along y with the second", async () => {
    const env = await create("PointMass");
    env.sim.qpos.fill(0);
    for (let t = 0; t < 25; t++) env.step(1, 0, unsquashed(0.5, -0.9), 0);
    // 0.1 N · 0.5 / 0.3 kg against 1 N·s/m of damping tends to 0.05 m/s; after 0.5 s it is 1 − e^(−0.5/0.3) = 0.81 of that
    expect(env.sim.qvel[0]).toBeCloseTo(0.05 * 0.81, 2);
    expect(env.sim.qvel[1] / env.sim.qvel[0]).toBeCloseTo(-1.8, 5);
  });
});

describe("ReacherHard", () => {
  it("rewards a finger within 2.5 cm of the target", async () => {
    const env = await create("ReacherHard");
    const place = (x: number) => {
      env.sim.mocapPos.set([x, 0, 0.01]);
      return rewardAt(env, [0, 0]);
    };
    // stretched out, the finger is at 0.12 + 0.12 = 0.24 m
    expect(place(0.24 - 0.024)).toBe(1);
    expect(place(0.24 + 0.024)).toBe(1);
    expect(place(0.24 + 0.026)).toBe(0);
  });
});
