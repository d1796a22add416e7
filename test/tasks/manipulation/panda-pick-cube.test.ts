/** PandaPickCube and PandaPickCubeOrientation: what they see, pay, end by and count as success. */
import { describe, expect, it } from "vitest";
import { type AnyMoment, type Environment, withLesson } from "../../../src/tasks/index.ts";
import type { PandaRobot } from "../../../src/tasks/manipulation/panda.ts";
import { pandaPickCube, pandaPickCubeOrientation } from "../../../src/tasks/manipulation/panda-pick-cube.ts";
import { near, observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { shareOf } from "./scripts.ts";

const create = taskEnvironments();
const CUBE = 9;

/** What a reward term gives for a hand-made moment. */
const term = (name: keyof typeof pandaPickCube.reward, moment: object) =>
  pandaPickCube.reward[name].of(moment as AnyMoment);

const still = (env: Environment) => env.step(1, 0, new Float32Array(env.actionSize), 0);

/** Puts the cube between the pads. */
function grip(env: Environment) {
  const { sim } = env;
  const site = sim.siteId("gripper");
  for (let i = 0; i < 3; i++) sim.qpos[CUBE + i] = sim.siteXpos[3 * site + i];
  sim.qvel.fill(0);
}

describe("PandaPickCube", () => {
  it("observes 66 numbers in the published order", async () => {
    const env = await create("PandaPickCube");
    expect(env.observationLayout.map(({ name, offset }) => [name, offset])).toEqual([
      ["qpos", 0],
      ["qvel", 16],
      ["gripper", 31],
      ["gripperRotation", 34],
      ["objectRotation", 40],
      ["toObject", 46],
      ["toTarget", 49],
      ["turnLeft", 52],
      ["lead", 58],
    ]);
    expect([env.obsSize, env.privilegedSize, env.actionSize, env.episodeSteps, env.decimation]).toEqual([
      66, 0, 8, 150, 4,
    ]);
  });

  it("begins with real poses: the hand points down, and differences are those of the poses", async () => {
    const env = await create("PandaPickCube");
    const obs = observation(env);
    const cube = obs.slice(CUBE, CUBE + 3);
    // joints 2, 4 and 6 turn in one plane: by hand from the links, the upper arm 0.3 rad and the forearm 1.87079 rad off the vertical
    const [upper, fore, lean] = [0.3, 0.3 + 1.57079, 2 - 0.3 - 1.57079];
    const toElbow = 0.316 * Math.sin(upper) + 0.0825 * Math.cos(upper);
    const toWrist = 0.384 * Math.sin(fore) - 0.0825 * Math.cos(fore);
    const toTip = 0.088 * Math.cos(lean) + 0.207 * Math.sin(lean);
    const [gx, gy, gz] = obs.slice(31, 34) as [number, number, number];
    expect(gx).toBeCloseTo(toElbow + toWrist + toTip, 5);
    expect(gy).toBeCloseTo(0, 6);
    const height = 0.333 + 0.316 * Math.cos(upper) - 0.0825 * Math.sin(upper) + 0.0825 * Math.sin(fore);
    expect(gz).toBeCloseTo(height + 0.384 * Math.cos(fore) + 0.088 * Math.sin(lean) - 0.207 * Math.cos(lean), 5);
    expect(obs.slice(46, 49)).toEqual(near([cube[0]! - gx, cube[1]! - gy, cube[2]! - gz]));
    expect(obs.slice(40, 46)).toEqual(near([0, 1, 0, 0, 0, 1]));
    expect(obs.slice(52, 58)).toEqual(near([0, 0, 0, 0, 0, 0]));
    expect(obs.slice(58)).toEqual(near([0, 0, 0, 0, 0, 0, 0, 0]));
  });

  it("starts at home with cube and target in their ranges", async () => {
    const env = await create("PandaPickCube");
    const { low, high } = startRanges(env, () => [...env.sim.qpos.subarray(0, 12), ...env.sim.mocapPos]);
    const arm = [0, 0.3, 0, -1.57079, 0, 2, -0.7853, 0.04, 0.04];
    expect(low.slice(0, 9)).toEqual(near(arm));
    expect(high.slice(0, 9)).toEqual(near(arm));
    const lowest = [0.5, -0.2, 0.03, 0.5, -0.2, 0.23];
    const highest = [0.9, 0.2, 0.03, 0.9, 0.2, 0.43];
    low.slice(9).forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(lowest[i]!);
      expect(value).toBeLessThan(lowest[i]! + 0.01);
      expect(high[9 + i]).toBeLessThanOrEqual(highest[i]!);
      expect(high[9 + i]).toBeGreaterThan(highest[i]! - 0.01);
    });
    expect([...env.sim.mocapQuat]).toEqual([1, 0, 0, 0]);
  });

  it("pays by tanh of distances, for the way once the cube was reached", () => {
    const robot = {
      reach: 0.2,
      wayLeft: 0.1,
      turnLeft: [0.3, 0, 0, 0.4, 0, 0],
      arm: [0.3, 0.3, 0.4, -1.57079, 0, 2, -0.7853],
    };
    expect(term("gripperNear", { robot })).toBeCloseTo(1 - 0.76159416, 8); // 1 − tanh 1
    expect(term("cubeNear", { robot, atObject: { set: false } })).toBe(0);
    // 5·(0.9·0.1 + 0.1·0.5) = 0.7
    expect(term("cubeNear", { robot, atObject: { set: true } })).toBeCloseTo(1 - 0.60436778, 8);
    expect(term("armNear", { robot })).toBeCloseTo(1 - 0.46211716, 8); // 0.5 rad away
    expect([true, false].map((any) => term("offFloor", { onFloor: { any } }))).toEqual([0, 1]);
    expect(Object.values(pandaPickCube.reward).map(({ weight }) => weight)).toEqual([4, 8, 0.25, 0.3]);
  });

  it("pays for the way from the step that reaches the cube on, and not in the next episode before it is reached again", async () => {
    const env = await create("PandaPickCube");
    still(env);
    expect(env.rewardTerms[1]).toBe(0);
    grip(env);
    still(env);
    expect(env.rewardTerms[1]).toBeGreaterThan(0);
    env.sim.qpos[CUBE] += 0.1;
    still(env);
    expect(env.rewardTerms[1]).toBeGreaterThan(0);
    env.reset(1, 0);
    still(env);
    expect(env.rewardTerms[1]).toBe(0);
  });

  it("moves targets by 0.04 per unit of action, actions cut off at 1, within the control ranges", async () => {
    const env = await create("PandaPickCube");
    env.step(1, 0, Float32Array.of(0.5, -1, 3, 0, 0, 0, 0, 1), 0);
    expect([...env.sim.ctrl]).toEqual(near([0.02, 0.26, 0.04, -1.57079, 0, 2, -0.7853, 0.04]));
    env.step(1, 0, Float32Array.of(0.5, 0, 0, 0, 0, 0, 0, -0.5), 0);
    expect([...env.sim.ctrl]).toEqual(near([0.04, 0.26, 0.04, -1.57079, 0, 2, -0.7853, 0.02]));
  });

  it("ends when the cube sinks or is a metre away", async () => {
    const env = await create("PandaPickCube");
    for (const [axis, value, ends] of [
      [0, 1.1, true],
      [1, -1.1, true],
      [2, -0.06, true],
      [2, 0.9, false],
    ] as const) {
      env.start(1, 0);
      env.sim.qpos[CUBE + axis] = value;
      still(env);
      expect(env.terminated).toBe(ends);
    }
  });
});

describe("the lesson around", () => {
  it("starts every second episode with the open hand around the cube, as far from home as it is", async () => {
    const env = await create(withLesson(pandaPickCube, "around").lesson!.training);
    const robot = env.task.robot.bind(env.sim) as PandaRobot;
    const reaches = Array.from({ length: 60 }, (_, n) => {
      env.start(3, n);
      robot.update();
      return robot.reach;
    });
    const around = reaches.filter((reach) => reach < 0.04).length;
    expect(around).toBeGreaterThan(18);
    expect(around).toBeLessThan(42);
    expect(reaches.filter((reach) => reach > 0.04).every((reach) => reach > 0.3)).toBe(true);
    expect(env.sim.mocapPos[2]).toBeGreaterThanOrEqual(0.23);
  });
});

describe("the lesson shown", () => {
  it("gives the critic of training the script's action, and changes nothing else", async () => {
    const task = withLesson(pandaPickCube, "shown");
    const [played, trained] = [await create(task), await create(task.lesson!.training)];
    expect([played.privilegedSize, trained.privilegedLayout]).toEqual([
      0,
      [expect.objectContaining({ name: "advice", offset: 0, size: 8 })],
    ]);
    expect(observation(trained)).toEqual(observation(played));
    expect(trained.rewardNames).toEqual(played.rewardNames);
  });

  // On its own the script succeeds in 97.5 % and 94.5 % of 200 starts.
  it.each([
    ["PandaPickCube", pandaPickCube, 0.9],
    ["PandaPickCubeOrientation", pandaPickCubeOrientation, 0.85],
  ] as const)(
    "%s: its script brings the cube to the target and holds it in most starts",
    async (_name, task, share) => {
      const env = await create(withLesson(task, "shown").lesson!.training);
      expect(shareOf(env, 20, ({ atEnd }) => atEnd >= 25)).toBeGreaterThanOrEqual(share);
    },
  );
});

describe("PandaPickCubeOrientation", () => {
  it("tilts its target by up to 45°", async () => {
    const env = await create("PandaPickCubeOrientation");
    const { low, high } = startRanges(env, () => [2 * Math.acos(env.sim.mocapQuat[0]!)]);
    expect(low[0]).toBeGreaterThanOrEqual(0);
    expect(low[0]).toBeLessThan(0.02);
    expect(high[0]).toBeLessThanOrEqual(Math.PI / 4);
    expect(high[0]).toBeGreaterThan(Math.PI / 4 - 0.02);
  });

  it("counts success by place and orientation, the other task by place alone", async () => {
    const env = await create("PandaPickCubeOrientation");
    const robot = env.task.robot.bind(env.sim) as PandaRobot;
    const turnedBy = (angle: number, offset: number) => {
      env.sim.qpos.set([...env.sim.mocapPos, Math.cos(angle / 2), 0, 0, Math.sin(angle / 2)], CUBE);
      env.sim.qpos[CUBE] += offset;
      env.sim.mocapQuat.set([1, 0, 0, 0]);
      env.sim.forward();
      robot.update();
      expect(robot.angleLeft).toBeCloseTo(Math.abs(angle), 6);
      expect(robot.wayLeft).toBeCloseTo(offset, 6);
      const moment = { robot } as unknown as AnyMoment;
      return [pandaPickCubeOrientation, pandaPickCube].map(({ goal }) => goal!.success!.of(moment));
    };
    expect(turnedBy(0.19, 0.019)).toEqual([true, true]);
    expect(turnedBy(-0.21, 0.019)).toEqual([false, true]);
    expect(turnedBy(0, 0.021)).toEqual([false, false]);
  });
});
