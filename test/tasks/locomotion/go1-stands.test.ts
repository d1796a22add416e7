/** Getting up, and standing on two legs: the Go1's other tasks, with rewards by hand. */
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";
import { observation, taskEnvironments } from "../registered-tasks.ts";
import { hold, lift, plainEnvironments, term } from "./aloft.ts";

/** rad from home */
const DRAWN_UP = [0, 1.1, -0.9];
const HOME = [0.1, 0.9, -1.8, -0.1, 0.9, -1.8, 0.1, 0.9, -1.8, -0.1, 0.9, -1.8];
/** Pitched by −90° and 90°: nose up, nose down. */
const NOSE_UP = [Math.SQRT1_2, 0, -Math.SQRT1_2, 0];
const NOSE_DOWN = [Math.SQRT1_2, 0, Math.SQRT1_2, 0];
/** cos and sin of half of 120°, about y */
const BEYOND_UPSIDE_DOWN = [0.5, 0, Math.sqrt(3) / 2, 0];

/** Without weight, 5 m up at most: lower where a height is given. */
async function aloft(create: () => Promise<Environment>): Promise<Environment> {
  const env = await create();
  lift(env);
  return env;
}

/** Sets a base height, with the legs drawn up above the floor; otherwise as `hold`. */
function holdAt(env: Environment, height: number): void {
  const { sim } = env;
  sim.qpos.set([0, 0, height, 1, 0, 0, 0, ...HOME.map((angle, i) => angle + DRAWN_UP[i % 3])]);
  sim.qvel.fill(0);
  sim.model.actuator_gainprm.fill(0);
  sim.model.actuator_biasprm.fill(0);
  env.step(1, 0, new Float32Array(12), 0);
}

describe("Go1Getup", () => {
  const create = plainEnvironments("Go1Getup");

  it("observes 42 values and gives the critic 49 more, in the published order, over 300 steps", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["jointPos", 12, 0.03],
      ["jointVel", 12, 1.5],
      ["lastAction", 12, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 12, 12, 12, 1]);
    expect(env.episodeSteps).toBe(300);
    expect(env.terminationNames).toEqual(["nan"]);
  });

  it("moves joints from where they are", async () => {
    const env = await create();
    const { sim } = env;
    const before = [...sim.qpos.subarray(7)];
    env.step(1, 0, new Float32Array(12).fill(0.4), 0);
    sim.ctrl.forEach((target, i) => {
      expect(target).toBeCloseTo(before[i] + 0.2, 6);
    });
    expect(env.actionDescription.kind).toBe("joint-offsets");
  });

  it("starts at rest on the ground: three times in five thrown, else from standing", async () => {
    const env = await create();
    const { sim } = env;
    let thrown = 0;
    for (let n = 0; n < 60; n++) {
      env.start(3, n);
      expect(sim.clock[0]).toBe(0);
      expect(sim.qpos[2]).toBeLessThan(0.45);
      expect(Math.max(...sim.qvel.subarray(0, 3).map(Math.abs))).toBeLessThan(2.5);
      const isUp = sim.sensordata[sim.sensor("upvector").address + 2] > 0.9 && sim.qpos[2] > 0.2;
      if (!isUp) thrown++;
    }
    expect(thrown / 60).toBeGreaterThan(0.4);
    expect(thrown / 60).toBeLessThan(0.8);
  });

  it("rewards straightness, height up to that of standing, and home and calm only where it is straight", async () => {
    const env = await aloft(create);
    hold(env);
    expect(term(env, "upright")).toBeCloseTo(1, 6);
    expect(term(env, "height")).toBeCloseTo(Math.exp(0.275) - 1, 6);
    expect(term(env, "pose")).toBeCloseTo(1, 6);
    expect(term(env, "calm")).toBe(1);
    // gravity (−sin, 0, −cos) of a pitch of 0.5 rad is 2 − 2 cos 0.5 away from straight
    hold(env, { quat: [Math.cos(0.25), 0, Math.sin(0.25), 0] });
    expect(term(env, "upright")).toBeCloseTo(Math.exp(-2 * (2 - 2 * Math.cos(0.5))), 5);
    expect(term(env, "pose")).toBe(0);
    expect(term(env, "calm")).toBe(0);
    holdAt(env, 0.2);
    const imuHeight = env.sim.siteXpos[3 * env.sim.siteId("imu") + 2];
    expect(imuHeight).toBeCloseTo(0.194, 2);
    expect(term(env, "height")).toBeCloseTo(Math.exp(imuHeight) - 1, 3);
    expect(term(env, "pose")).toBeCloseTo(Math.exp(-0.5 * 4 * (1.1 ** 2 + 0.9 ** 2)), 3);
    expect(term(env, "calm")).toBe(0);
  });

  it("costs jerky actions by first and second differences, and joints faster than a turn per second", async () => {
    const env = await aloft(create);
    const act = (value: number) => {
      env.sim.qpos.set([0, 0, 5, 1, 0, 0, 0, ...HOME]);
      env.sim.qvel.fill(0);
      env.step(1, 0, new Float32Array(12).fill(value), 0);
      return term(env, "actionRate");
    };
    env.sim.model.actuator_gainprm.fill(0);
    env.sim.model.actuator_biasprm.fill(0);
    expect(act(0.25)).toBeCloseTo(12 * (0.0625 + 0.0625), 6);
    expect(act(0.25)).toBeCloseTo(12 * 0.0625, 6); // 0.25 − 2 · 0.25 + 0
    expect(act(0.25)).toBeCloseTo(0, 9);
    expect(act(0)).toBeCloseTo(12 * (0.0625 + 0.0625), 6);
    hold(env, { velocity: [0, 0, 0, 0, 0, 0, 8] });
    const speed = env.sim.qvel[6];
    expect(speed).toBeGreaterThan(6.5);
    expect(term(env, "fastJoints")).toBeCloseTo((speed - 2 * Math.PI) ** 2, 6);
  });
});

describe.each([
  { name: "Go1Handstand", height: 0.55, goal: NOSE_DOWN, away: NOSE_UP, raised: 6 },
  { name: "Go1Footstand", height: 0.53, goal: NOSE_UP, away: NOSE_DOWN, raised: 0 },
])("$name", ({ name, height, goal, away, raised }) => {
  const create = plainEnvironments(name);

  it("observes 45 values and gives the critic 49 more, in the published order, over 500 steps", async () => {
    const env = await create();
    expect(env.observationLayout.map(({ name: slice, size, noise }) => [slice, size, noise])).toEqual([
      ["linVel", 3, 0.1],
      ["gyro", 3, 0.2],
      ["gravity", 3, 0.05],
      ["jointPos", 12, 0.01],
      ["jointVel", 12, 1.5],
      ["lastAction", 12, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([3, 3, 3, 3, 12, 12, 12, 1]);
    expect(env.episodeSteps).toBe(500);
  });

  it("adds each action to the target before, past the drives' ranges too, and begins where the joints are", async () => {
    const env = await create();
    expect([...env.sim.ctrl]).toEqual(HOME);
    for (let t = 0; t < 10; t++) env.step(1, 0, new Float32Array(12).fill(1), 0);
    env.sim.ctrl.forEach((target, i) => {
      expect(target).toBeCloseTo(HOME[i] + 3, 6);
    });
    env.start(1, 1);
    expect([...env.sim.ctrl]).toEqual(HOME);
    expect(env.actionDescription.kind).toBe("joint-increments");
  });

  it("rewards the trunk on end at its height, and the legs in the air at home", async () => {
    const env = await aloft(create);
    hold(env, { quat: goal });
    expect(term(env, "orientation")).toBeCloseTo(1, 6);
    expect(term(env, "height")).toBe(1);
    expect(term(env, "footContact")).toBeCloseTo(0, 12);
    hold(env, { quat: away });
    expect(term(env, "orientation")).toBeCloseTo(0, 6);
    hold(env);
    expect(term(env, "orientation")).toBeCloseTo(0.25, 6);
    holdAt(env, 0.4);
    const imuHeight = env.sim.siteXpos[3 * env.sim.siteId("imu") + 2];
    expect(term(env, "height")).toBeCloseTo(Math.exp(imuHeight - height), 4);
    const joints = HOME.map((angle, i) => (i >= raised && i < raised + 6 ? angle + 0.1 : angle - 0.2));
    hold(env, { joints });
    expect(term(env, "pose")).toBeCloseTo(6 * 0.01, 6);
  });

  it("costs any foot on the floor, and ends where a front leg lies on it or the trunk is turned over", async () => {
    const env = await create();
    for (let t = 0; t < 25; t++) env.step(1, 0, new Float32Array(12), 0);
    expect(term(env, "footContact")).toBe(1);
    expect(env.terminated).toBe(false);
    const drop = (quat: readonly number[], z: number) => {
      env.start(1, 0);
      env.sim.qpos.set([0, 0, z, ...quat, ...HOME]);
      env.sim.qvel.fill(0);
      for (let t = 0; t < 20 && !env.terminated; t++) env.step(1, 0, new Float32Array(12), 0);
      return [...env.terminationFlags];
    };
    // rolled to the right by 90°: falls on the right legs, while up is level
    expect(drop([Math.SQRT1_2, Math.SQRT1_2, 0, 0], 0.2)).toEqual([0, 1, 0]);
    expect(drop(BEYOND_UPSIDE_DOWN, 1)).toEqual([1, 0, 0]);
  });
});

describe("robots of the tasks in which the Go1 falls", () => {
  const create = taskEnvironments();

  it.each([
    { name: "Go1Handstand", contype: 0 },
    { name: "Go1Getup", contype: 1 },
  ])("touch with trunk and legs, in $name", async ({ name, contype }) => {
    const { sim } = await create(name);
    const solid = sim.names
      .all("geom")
      .map((geom, id) => ({ geom, id }))
      .filter(({ geom, id }) => geom !== "floor" && sim.model.geom_conaffinity[id] > 0);
    const legs = ["FR", "FL", "RR", "RL"].flatMap((leg) => [
      ...["hip", "thigh1", "thigh2", "thigh3", "calf1", "calf2"].map((part) => `${leg.toLowerCase()}_${part}`),
      leg,
    ]);
    expect(solid.map(({ geom }) => geom)).toEqual(expect.arrayContaining(["trunk_right", "trunk_left", ...legs]));
    expect(solid).toHaveLength(2 + 4 * 7);
    for (const { geom, id } of solid) {
      expect(sim.model.geom_contype[id]).toBe(contype);
      expect(sim.model.geom_condim[id]).toBe(legs.includes(geom) && geom.length === 2 ? 3 : 1);
      expect(sim.model.geom_priority[id]).toBe(0);
    }
  });

  it("see the same beginnings from the same seed, though each settles first", async () => {
    const [first, second] = [await create("Go1Getup"), await create("Go1Getup")];
    first.start(4, 2);
    second.start(9, 0);
    second.start(4, 2);
    expect(observation(second)).toEqual(observation(first));
    first.start(4, 3);
    expect(observation(first)).not.toEqual(observation(second));
  });
});
