/** PandaPickCubeCartesian: the tip that actions lead, the pay for progress, starts and ends. */
import { describe, expect, it } from "vitest";
import { pandaArm } from "../../../src/tasks/actions/panda-arm.ts";
import { type Environment, withLesson } from "../../../src/tasks/index.ts";
import { pandaPickCubeCartesian } from "../../../src/tasks/manipulation/panda-pick-cube-cartesian.ts";
import { near, observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { shareOf } from "./scripts.ts";

const create = taskEnvironments();
const CUBE = 9;
const START_TIP = [0.661053, -0.000518, 0.179068];
const act = (env: Environment, ...action: number[]) => env.step(1, 0, Float32Array.from(action), 0);

/** Where the controls put the tip. */
function tipOf({ sim }: Environment): number[] {
  const position = new Float64Array(3);
  pandaArm.forward(sim.ctrl, position, new Float64Array(9));
  return [...position];
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

/** An environment whose episode starts at low_home. */
async function low() {
  const env = await create("PandaPickCubeCartesian");
  for (let n = 0; env.sim.ctrl[7] === 0; n++) env.start(1, n);
  return env;
}

describe("PandaPickCubeCartesian", () => {
  it("observes 70 numbers: those of PandaPickCube, whether the tip is out of reach, and the action", async () => {
    const env = await low();
    expect(env.observationLayout.slice(-3).map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ["lead", 58, 8],
      ["noSolution", 66, 1],
      ["lastAction", 67, 3],
    ]);
    expect([env.obsSize, env.actionSize, env.episodeSteps, env.decimation, env.controlHz]).toEqual([
      70, 3, 200, 10, 20,
    ]);
    expect(observation(env).slice(66)).toEqual([0, 0, 0, 0]);
    act(env, 0.25, -1, 0.5);
    expect(observation(env).slice(66)).toEqual([0, 0.25, -1, 0.5]);
  });

  it("leads the tip along y and z by 5 mm per unit, actions cut off at 1, with joint 7 as it is", async () => {
    const env = await low();
    const [q7] = env.sim.ctrl.subarray(6);
    expect(tipOf(env)).toEqual(close(START_TIP));
    act(env, 1, -2, 1);
    expect(tipOf(env)).toEqual(close([START_TIP[0]!, START_TIP[1]! + 0.005, START_TIP[2]! - 0.005]));
    act(env, -0.5, 1, 1);
    expect(tipOf(env)).toEqual(close([START_TIP[0]!, START_TIP[1]! + 0.0025, START_TIP[2]!]));
    expect(env.sim.ctrl[6]).toBe(q7);
  });

  it("closes the fingers below 0 and opens them else, by 2 cm a step", async () => {
    const env = await low();
    const fingers = [-0.1, -1, -1, 0, 1].map((action) => {
      act(env, 0, 0, action);
      return env.sim.ctrl[7];
    });
    expect(fingers).toEqual(near([0.02, 0, 0, 0.02, 0.04]));
  });

  it("keeps the tip within its box, and the arm where it was while the tip is out of reach", async () => {
    const env = await low();
    // 0.179 m + 90 · 5 mm would be 0.629 m
    for (let t = 0; t < 90; t++) act(env, 0, 1, 1);
    expect(tipOf(env)).toEqual(close([START_TIP[0]!, START_TIP[1]!, 0.5]));
    expect(observation(env)[66]).toBe(0);
    for (let t = 0; t < 70; t++) act(env, 1, 0, 1);
    const arm = [...env.sim.ctrl];
    act(env, -1, 0, 1);
    expect(observation(env)[66]).toBe(1);
    expect([...env.sim.ctrl]).toEqual(arm);
    expect(env.rewardTerms[0]).toBe(0);
    for (let t = 0; t < 70; t++) act(env, -1, 0, 1);
    expect(observation(env)[66]).toBe(0);
  });

  it("pays only what exceeds the best of the episode, the start among it", async () => {
    const env = await low();
    act(env, 0, 0, 1);
    // the start alone is worth over 2; the arm sags by some millimetres towards the cube
    expect(env.reward).toBeLessThan(0.2);
    act(env, 0, 0, 1);
    const down = Array.from({ length: 12 }, () => {
      act(env, 0, -1, 1);
      return env.reward;
    });
    expect(Math.min(...down)).toBeGreaterThanOrEqual(0);
    expect(down.reduce((sum, reward) => sum + reward)).toBeGreaterThan(0.1);
    const up = Array.from({ length: 12 }, () => {
      act(env, 0, 1, 1);
      return env.reward;
    });
    expect(up.slice(4)).toEqual(new Array(8).fill(0));
    expect(env.rewardNames).toEqual(["progress"]);
  });

  it("pays 2 for the place and 0.5 for the height, and ends there as a success", async () => {
    const env = await low();
    act(env, 0, 0, 1);
    const { sim } = env;
    sim.qpos.set([sim.mocapPos[0]!, sim.mocapPos[1]!, 0.12], CUBE);
    sim.qvel.fill(0);
    act(env, 0, 0, 1);
    const lifted = env.reward;
    expect(lifted).toBeGreaterThan(0.5);
    expect([env.terminated, env.goal?.reached]).toEqual([false, false]);
    sim.qpos.set([sim.mocapPos[0]!, sim.mocapPos[1]!, 0.2], CUBE);
    sim.qvel.fill(0);
    act(env, 0, 0, 1);
    expect(env.reward).toBeGreaterThan(1.5);
    expect([...env.terminationFlags]).toEqual([0, 1, 0]);
    expect(env.goal?.reached).toBe(true);
  });

  it("starts with the cube on the floor of its strip, or one time in twenty in the hand, and the tip where the arm is", async () => {
    const env = await low();
    let picked = 0;
    for (let n = 0; n < 400; n++) {
      env.start(9, n);
      const [x, y, z] = env.sim.qpos.subarray(CUBE) as unknown as [number, number, number];
      if (env.sim.ctrl[7] === 0) {
        picked++;
        const before = tipOf(env);
        act(env, 0, 0, -1);
        expect(tipOf(env)).toEqual(close(before));
        continue;
      }
      expect([x, z]).toEqual([0.631053, 0.03]);
      expect(Math.abs(y)).toBeLessThanOrEqual(0.05);
    }
    expect(picked).toBeGreaterThan(8);
    expect(picked).toBeLessThan(36);
    expect(startRanges(env, () => env.sim.mocapPos).low).toEqual([0.631053, 0, 0.2]);
  });
});

describe("the lesson shown", () => {
  // On its own the script succeeds in all of 200 starts.
  it("PandaPickCubeCartesian: its script lifts the cube to the target", async () => {
    const env = await create(withLesson(pandaPickCubeCartesian, "shown").lesson!.training);
    expect(shareOf(env, 20, ({ atEnd }) => atEnd > 0)).toBeGreaterThanOrEqual(0.95);
  });
});
