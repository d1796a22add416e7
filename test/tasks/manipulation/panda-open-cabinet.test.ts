/** PandaOpenCabinet: what it sees, where it starts, what it pays and counts as success. */
import { describe, expect, it } from "vitest";
import { type AnyMoment, type Environment, withLesson } from "../../../src/tasks/index.ts";
import { pandaOpenCabinet } from "../../../src/tasks/manipulation/panda-open-cabinet.ts";
import { near, observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { shareOf } from "./scripts.ts";

const create = taskEnvironments();
const HANDLE = 9;
const still = (env: Environment) => env.step(1, 0, new Float32Array(env.actionSize), 0);
const degrees = (radians: number) => (radians * 180) / Math.PI;

describe("PandaOpenCabinet", () => {
  it("observes 55 numbers: the handle's coordinate in the cube's place, the drawer's way to its target along x", async () => {
    const env = await create("PandaOpenCabinet");
    expect(env.observationLayout.map(({ name, size }) => [name, size])).toEqual([
      ["qpos", 10],
      ["qvel", 10],
      ["gripper", 3],
      ["gripperRotation", 6],
      ["objectRotation", 6],
      ["toObject", 3],
      ["toTarget", 3],
      ["turnLeft", 6],
      ["lead", 8],
    ]);
    const obs = observation(env);
    expect(obs.slice(38, 41)).toEqual(near([env.sim.mocapPos[0]! - 0.5, 0, 0]));
    expect(obs.slice(41, 47)).toEqual(near([0, 0, 0, 0, 0, 0]));
    expect([env.obsSize, env.privilegedSize, env.actionSize, env.episodeSteps]).toEqual([55, 0, 8, 150]);
  });

  it("starts around upright with targets where the joints are, and a mark 10 to 30 cm before the drawer", async () => {
    const env = await create("PandaOpenCabinet");
    const { low, high } = startRanges(env, () => [...env.sim.qpos.subarray(0, 7)].map(degrees));
    const lowest = [-30, -30, -30, -60, -30, 0, -30];
    low.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(lowest[i]!);
      expect(value).toBeLessThan(lowest[i]! + 2);
      expect(high[i]).toBeLessThanOrEqual(lowest[i]! + 60);
      expect(high[i]).toBeGreaterThan(lowest[i]! + 58);
    });
    const marks = startRanges(env, () => env.sim.mocapPos);
    expect(marks.low).toEqual([expect.closeTo(0.2, 2), 0, 0.5]);
    expect(marks.high).toEqual([expect.closeTo(0.4, 2), 0, 0.5]);
    expect([...env.sim.ctrl]).toEqual(near([...env.sim.qpos.subarray(0, 7), 0]));
  });

  it("pays by tanh of distances, for the drawer once the handle was reached", () => {
    const term = (name: keyof typeof pandaOpenCabinet.reward, moment: object) =>
      pandaOpenCabinet.reward[name].of(moment as AnyMoment);
    const robot = { reach: 0.1, wayLeft: 0.2, turnLeft: [1, 1, 1, 1, 1, 1], arm: [0, 0.6, 0, -0.8, 0, 0, 0] };
    expect(term("gripperNear", { robot })).toBeCloseTo(1 - 0.46211716, 8); // 1 − tanh 0.5
    expect(term("handleNear", { robot, atObject: { set: true } })).toBeCloseTo(1 - 0.76159416, 8);
    expect(term("handleNear", { robot, atObject: { set: false } })).toBe(0);
    expect(term("armNear", { robot })).toBeCloseTo(1 - 0.76159416, 8);
    expect([true, false].map((any) => term("offBarrier", { atBarrier: { any } }))).toEqual([0, 1]);
    expect(Object.values(pandaOpenCabinet.reward).map(({ weight }) => weight)).toEqual([4, 8, 0.25, 0.3]);
  });

  it("counts a drawer within 2 cm of its mark as open, and one that stays shut never", async () => {
    const env = await create("PandaOpenCabinet");
    still(env);
    expect(env.goal?.reached).toBe(false);
    for (const [beyond, reached] of [
      [0.019, true],
      [-0.019, true],
      [0.022, false],
    ] as const) {
      env.sim.qpos[HANDLE] = env.sim.mocapPos[0]! - 0.5 + beyond;
      env.sim.qvel[HANDLE] = 0;
      still(env);
      expect(env.goal?.reached).toBe(reached);
    }
    expect(pandaOpenCabinet.goal?.success).toMatchObject({ atEnd: true });
  });

  it("notices pads beyond the barrier", async () => {
    const env = await create("PandaOpenCabinet");
    // upright, then stretched out forwards, where the hand is far behind the barrier
    for (const [arm, pays] of [
      [[0, 0, 0, -0.1, 0, 0.1, 0], 0.25],
      [[0, 1.2, 0, -0.3, 0, 1.5, 0], 0],
    ] as const) {
      env.sim.qpos.set(arm);
      env.sim.ctrl.set(arm);
      env.sim.qvel.fill(0);
      still(env);
      expect(env.rewardTerms[2]).toBe(pays);
    }
  });
});

describe("the lesson shown", () => {
  // On its own the script succeeds in 97.5 % of 200 starts.
  it("PandaOpenCabinet: its script leaves the drawer at its mark in most starts", async () => {
    const env = await create(withLesson(pandaOpenCabinet, "shown").lesson!.training);
    expect(shareOf(env, 20, ({ atEnd }) => atEnd > 0)).toBeGreaterThanOrEqual(0.9);
  });
});
