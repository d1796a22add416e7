/** Tasks of raising something and holding it up: acrobot, sparse cart-pole, pendulum. */
import { describe, expect, it } from "vitest";
import { near, observation, rewardAt, startRanges, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();
const DEGREE = Math.PI / 180;

describe("AcrobotSwingup", () => {
  it("rewards the tip's nearness to the target, 4 m high", async () => {
    const env = await create("AcrobotSwingup");
    expect(rewardAt(env, [0, 0])).toBe(1);
    // bent at the elbow, the tip is at (1, 3): √2 m away, √2 − 0.2 beyond the target; 0.1 at a margin of 1 m
    expect(rewardAt(env, [0, Math.PI / 2])).toBeCloseTo(0.1 ** ((Math.SQRT2 - 0.2) ** 2), 9);
    // hanging: 4 m away
    expect(rewardAt(env, [Math.PI, 0])).toBeCloseTo(0.1 ** (3.8 ** 2), 16);
  });

  it("observes the directions of both links and their velocities", async () => {
    const env = await create("AcrobotSwingup");
    const [shoulder, elbow] = env.sim.qpos;
    const angles = [shoulder, shoulder + elbow];
    const expected = [...angles.map(Math.sin), ...angles.map(Math.cos), 0, 0];
    expect(observation(env)).toEqual(near(expected));
    env.step(1, 0, unsquashed(0.9), 0);
    expect(observation(env).slice(4)).toEqual([...env.sim.qvel].map(Math.fround));
  });

  it("starts anywhere, at rest", async () => {
    const env = await create("AcrobotSwingup");
    const { low, high } = startRanges(env, () => env.sim.qpos);
    for (const angle of low) expect(angle).toBeGreaterThanOrEqual(-Math.PI);
    for (const angle of high) expect(angle).toBeLessThanOrEqual(Math.PI);
    expect(Math.max(...low)).toBeLessThan(-3);
    expect(Math.min(...high)).toBeGreaterThan(3);
    expect([...env.sim.qvel]).toEqual([0, 0]);
  });
});

describe("AcrobotSwingupSparse", () => {
  it("rewards the tip inside the target only", async () => {
    const env = await create("AcrobotSwingupSparse");
    // stretched out and leaning by an angle, the tip is 2 · 2 sin(angle/2) away
    const leaning = (metres: number) => [2 * Math.asin(metres / 4), 0];
    expect(rewardAt(env, leaning(0.199))).toBe(1);
    expect(rewardAt(env, leaning(0.201))).toBe(0);
  });
});

describe("the sparse cart-pole tasks", () => {
  it("reward a pole within about 5.7° of upright, within 25 cm of the middle", async () => {
    const env = await create("CartpoleBalanceSparse");
    // cos 5.7° = 0.99505
    for (const side of [-1, 1]) {
      expect(rewardAt(env, [0.249 * side, 0])).toBe(1);
      expect(rewardAt(env, [0.251 * side, 0])).toBe(0);
      expect(rewardAt(env, [0, 5.6 * DEGREE * side])).toBe(1);
      expect(rewardAt(env, [0, 5.8 * DEGREE * side])).toBe(0);
    }
  });

  it("start like the dense ones", async () => {
    const balance = await create("CartpoleBalanceSparse");
    const raised = startRanges(balance, () => balance.sim.qpos);
    [0.1, 0.034].forEach((limit, i) => {
      expect(raised.low[i]).toBeGreaterThanOrEqual(-limit);
      expect(raised.low[i]).toBeLessThan(-0.9 * limit);
      expect(raised.high[i]).toBeLessThanOrEqual(limit);
      expect(raised.high[i]).toBeGreaterThan(0.9 * limit);
    });
    const swingup = await create("CartpoleSwingupSparse");
    const hanging = startRanges(swingup, () => [Math.abs(swingup.sim.qpos[0]), Math.cos(swingup.sim.qpos[1])]);
    expect(hanging.high[0]).toBeLessThan(0.06);
    expect(hanging.high[1]).toBeLessThan(-0.998);
    expect(rewardAt(swingup, [0, Math.PI])).toBe(0);
    expect(rewardAt(swingup, [0, 0])).toBe(1);
  });
});

describe("PendulumSwingup", () => {
  it("rewards a pole within 8° of upright", async () => {
    const env = await create("PendulumSwingup");
    expect(rewardAt(env, [0])).toBe(1);
    for (const side of [-1, 1]) {
      expect(rewardAt(env, [7.9 * DEGREE * side])).toBe(1);
      expect(rewardAt(env, [8.1 * DEGREE * side])).toBe(0);
    }
    expect(rewardAt(env, [Math.PI])).toBe(0);
  });

  it("observes the pole's direction and velocity", async () => {
    const env = await create("PendulumSwingup");
    const [angle] = env.sim.qpos;
    const [horizontal, vertical, velocity] = observation(env);
    expect(horizontal).toBeCloseTo(Math.sin(angle), 6);
    expect(vertical).toBeCloseTo(Math.cos(angle), 6);
    expect(velocity).toBe(0);
  });

  it("starts leaning to one side, at rest", async () => {
    const env = await create("PendulumSwingup");
    const { low, high } = startRanges(env, () => env.sim.qpos);
    expect(low[0]).toBeGreaterThanOrEqual(0);
    expect(low[0]).toBeLessThan(0.1);
    expect(high[0]).toBeGreaterThan(3);
    expect(high[0]).toBeLessThanOrEqual(Math.PI);
  });
});
