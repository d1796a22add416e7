/** Tasks of swimming to a target: fish and swimmer. What is at rest in water stays so. */
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";
import { near, observation, rewardAt, startRanges, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();

describe("FishSwim", () => {
  /** Reward at rest at the origin with the target at a place from there; the mouth is 0.0745 m along the fish's y. */
  function rewardWith(env: Environment, target: readonly number[], quat = [1, 0, 0, 0]): number {
    env.sim.mocapPos.set(target);
    return rewardAt(env, [0, 0, 0, ...quat, 0, 0, 0, 0, 0, 0, 0]);
  }

  it("rewards nearness by seven parts and an upright back by one", async () => {
    const env = await create("FishSwim");
    expect(rewardWith(env, [0, 0.0745, 0.044])).toBeCloseTo(1, 9);
    // one margin of 0.09 m beyond touching
    expect(rewardWith(env, [0.135, 0.0745, 0])).toBeCloseTo((0.7 + 1) / 8, 9);
    // turned about its long axis
    expect(rewardWith(env, [0, 0.0745 + 0.045 + 0.045, 0], [0, 0, 1, 0])).toBeCloseTo((7 * 0.1 ** 0.25) / 8, 9);
  });

  it("observes uprightness, joints, the target in the mouth's frame (right, down, ahead), and velocities", async () => {
    const env = await create("FishSwim");
    rewardWith(env, [0.1, 0.0745 + 0.2, 0.3]);
    expect(observation(env)).toEqual(near([1, ...new Array(7).fill(0), 0.1, -0.3, 0.2, ...new Array(13).fill(0)]));
    // turned to the left by a quarter, the mouth is at (-0.0745, 0, 0)
    rewardWith(env, [-0.0745 - 0.2, 0.1, 0.3], [Math.SQRT1_2, 0, 0, Math.SQRT1_2]);
    expect(observation(env).slice(8, 11)).toEqual(near([0.1, -0.3, 0.2]));
    env.step(1, 0, unsquashed(0.5, -0.5, 0.9, 0.1, -0.1), 0);
    const { qpos, qvel } = env.sim;
    expect(observation(env).slice(1, 8)).toEqual([...qpos.subarray(7)].map(Math.fround));
    expect(observation(env).slice(11)).toEqual([...qvel].map(Math.fround));
    expect(qvel.every((value) => value !== 0)).toBe(true);
  });

  it("starts at the origin in any orientation, slightly bent, the target in a box around it", async () => {
    const env = await create("FishSwim");
    const { low, high } = startRanges(env, () => [...env.sim.qpos, ...env.sim.mocapPos]);
    const whole = (count: number, least: number, most: number) => new Array(count).fill([least, most]);
    const box = [...whole(2, -0.4, 0.4), [0.1, 0.3]];
    [...whole(3, 0, 0), ...whole(4, -1, 1), ...whole(7, -0.2, 0.2), ...box].forEach(([least, most], i) => {
      expect(low[i]).toBeGreaterThanOrEqual(least);
      expect(low[i]).toBeLessThanOrEqual(least + 0.1 * (most - least));
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThanOrEqual(most - 0.1 * (most - least));
    });
    expect(Math.hypot(...env.sim.qpos.subarray(3, 7))).toBeCloseTo(1, 12);
    expect(env.sim.qvel.every((value) => value === 0)).toBe(true);
  });
});

describe("SwimmerSwimmer6", () => {
  /** Coordinates of a straight swimmer; its front end is at (0, -0.05), the nose 1 cm further. */
  const straight = (heading: number) => [0, 0, heading, 0, 0, 0, 0, 0];

  it("rewards the nose's nearness to the target, with a long tail", async () => {
    const env = await create("SwimmerSwimmer6");
    const ahead = (distance: number) => {
      env.sim.mocapPos.set([0, -0.06 - distance, 0.05]);
      return rewardAt(env, straight(0));
    };
    // 1 within 0.1 m, 0.1 one margin of 0.5 m further, 1/(9·4 + 1) two
    expect([0, 0.099, 0.6, 1.1].map(ahead)).toEqual(near([1, 1, 0.1, 1 / 37]));
  });

  it("observes joints and the target from the nose, in the head's frame", async () => {
    const env = await create("SwimmerSwimmer6");
    env.sim.mocapPos.set([0.3, -0.06 - 0.5, 0.05]);
    rewardAt(env, straight(0));
    expect(observation(env).slice(0, 7)).toEqual(near([0, 0, 0, 0, 0, 0.3, -0.5]));
    // turned by a quarter to the left about the front end, the nose points along +x, from (0.01, -0.05)
    env.sim.mocapPos.set([0.01 + 0.5, -0.05 + 0.3, 0.05]);
    rewardAt(env, straight(Math.PI / 2));
    expect(observation(env).slice(5, 7)).toEqual(near([0.3, -0.5]));
    rewardAt(env, [0, 0, 1, 0.1, -0.2, 0.3, -0.4, 0.5]);
    expect(observation(env).slice(0, 5)).toEqual(near([0.1, -0.2, 0.3, -0.4, 0.5]));
  });

  it("observes each link's velocity in its own frame", async () => {
    const env = await create("SwimmerSwimmer6");
    // without water, what moves straight or spins about its middle keeps on
    env.sim.model.opt.density = 0;
    rewardAt(env, straight(Math.PI / 2), [0.2, -0.1]);
    expect(observation(env).slice(7)).toEqual(near(new Array(6).fill([-0.1, -0.2, 0]).flat()));
    // the middle is 0.3 m behind the front end; link i's is 0.25 - 0.1 i in front of it
    const spin = 0.5;
    rewardAt(env, straight(0), [0.3 * spin, 0, spin]);
    const expected = Array.from({ length: 6 }, (_, i) => [(0.25 - 0.1 * i) * spin, 0, spin]).flat();
    observation(env)
      .slice(7)
      .forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 3);
      });
  });

  it("starts with any heading and bend, the target near in a fifth of the episodes", async () => {
    const env = await create("SwimmerSwimmer6");
    const targets: number[][] = [];
    const { low, high } = startRanges(env, () => {
      targets.push([...env.sim.mocapPos]);
      return [...env.sim.qpos, ...env.sim.mocapPos];
    });
    const bend = new Array(5).fill([-Math.PI / 3, Math.PI / 3]);
    const box = [
      [-2, 2],
      [-2, 2],
      [0.05, 0.05],
    ];
    [[0, 0], [0, 0], [-Math.PI, Math.PI], ...bend, ...box].forEach(([least, most], i) => {
      expect(low[i]).toBeGreaterThanOrEqual(least);
      expect(low[i]).toBeLessThanOrEqual(least + 0.05 * (most - least));
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThanOrEqual(most - 0.05 * (most - least));
    });
    // a fifth, and 0.15² of the others: 65 of 300 expected, with a standard deviation of 7
    const nearby = targets.filter(([x, y]) => Math.abs(x) <= 0.3 && Math.abs(y) <= 0.3).length;
    expect(nearby).toBeGreaterThan(40);
    expect(nearby).toBeLessThan(90);
    expect(env.sim.qvel.every((value) => value === 0)).toBe(true);
  });
});
