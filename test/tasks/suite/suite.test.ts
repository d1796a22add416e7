/** Rewards, observations and starts of the control suite's tasks, computed by hand from the published formulas. */
import { describe, expect, it } from "vitest";
import { observation, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();

describe("CartpoleBalance", () => {
  it("rewards the product of four soft indicators", async () => {
    const env = await create("CartpoleBalance");
    env.sim.qpos.set([0, 0]);
    env.sim.qvel.set([0, 0]);
    env.step(1, 0, unsquashed(0), 0);
    expect(env.reward).toBeCloseTo(1, 9);
    // one step moves the cart by about 1 mm, so positions and velocities are read back after it
    env.sim.qpos.set([1, Math.PI / 3]);
    env.sim.qvel.set([0, 2]);
    env.step(1, 0, unsquashed(0.5), 0);
    const [x, angle] = env.sim.qpos;
    const soft = (value: number, margin: number) => Math.exp(0.5 * 2 * Math.log(0.1) * (value / margin) ** 2);
    const expected =
      ((Math.cos(angle) + 1) / 2) *
      ((1 + soft(x, 2)) / 2) *
      ((4 + (1 - 0.5 ** 2)) / 5) *
      ((1 + soft(env.sim.qvel[1], 5)) / 2);
    expect(env.reward).toBeCloseTo(expected, 6);
    expect(env.reward).toBeLessThan(0.75);
  });

  it("observes position, cosine and sine of the pole, and velocities", async () => {
    const env = await create("CartpoleBalance");
    const { qpos, qvel } = env.sim;
    expect(observation(env)).toEqual(
      [qpos[0], Math.cos(qpos[1]), Math.sin(qpos[1]), qvel[0], qvel[1]].map(Math.fround),
    );
    expect(Math.abs(qpos[0])).toBeLessThanOrEqual(0.1);
    expect(Math.abs(qpos[1])).toBeLessThanOrEqual(0.034);
  });
});

describe("CartpoleSwingup", () => {
  it("starts with the pole hanging", async () => {
    const env = await create("CartpoleSwingup");
    expect(observation(env)[1]).toBeLessThan(-0.99);
    env.step(1, 0, unsquashed(0), 0);
    expect(env.reward).toBeLessThan(0.01);
  });
});

describe("CheetahRun", () => {
  it("rewards a tenth of the body's forward speed, between 0 and 1", async () => {
    const env = await create("CheetahRun");
    // every mass moves at the root's speed when nothing turns
    const speeds = [4, -1, 12];
    for (const speed of speeds) {
      env.sim.qvel.fill(0);
      env.sim.qvel[0] = speed;
      env.step(1, 0, unsquashed(0, 0, 0, 0, 0, 0), 0);
      expect(env.reward).toBeCloseTo(Math.max(0, Math.min(1, speed / 10)), 9);
    }
  });

  it("starts settled on the ground, and observes everything but how far it has run", async () => {
    const env = await create("CheetahRun");
    expect(env.sim.clock[0]).toBe(0);
    expect(Math.abs(env.sim.qvel[1])).toBeLessThan(1);
    expect(observation(env)).toEqual([...env.sim.qpos.subarray(1), ...env.sim.qvel].map(Math.fround));
  });

  it("applies tanh of the action to the motors", async () => {
    const env = await create("CheetahRun");
    const raw = Float32Array.of(0.3, -2, 0, 5, 0.1, -0.1);
    env.step(1, 0, raw, 0);
    expect([...env.sim.ctrl]).toEqual([...raw].map(Math.tanh));
  });
});

describe("ReacherEasy", () => {
  it("rewards a finger within 6 cm of the target", async () => {
    const env = await create("ReacherEasy");
    const place = (x: number) => {
      env.sim.qpos.fill(0);
      env.sim.qvel.fill(0);
      env.sim.mocapPos.set([x, 0, 0.01]);
      env.step(1, 0, unsquashed(0, 0), 0);
      return env.reward;
    };
    // stretched out, the finger is at 0.12 + 0.12 = 0.24 m
    expect(place(0.24 + 0.059)).toBe(1);
    expect(place(0.24 + 0.061)).toBe(0);
    expect(observation(env)[2]).toBeCloseTo(0.061, 6);
  });

  it("shows the target's true place in the first observation", async () => {
    const env = await create("ReacherEasy");
    const finger = env.sim.geomXpos.subarray(3 * env.sim.geomId("finger"));
    expect(observation(env).slice(2, 4)).toEqual(
      [env.sim.mocapPos[0] - finger[0], env.sim.mocapPos[1] - finger[1]].map(Math.fround),
    );
    const radius = Math.hypot(env.sim.mocapPos[0], env.sim.mocapPos[1]);
    expect(radius).toBeGreaterThanOrEqual(0.05);
    expect(radius).toBeLessThanOrEqual(0.2);
  });
});
