/** Tasks of planar robots on legs: hopper and walker. In free space without weight a pose at rest stays as it is, so rewards can be computed by hand. */
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";
import { near, observation, rewardAt, startRanges, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();
const ALOFT = 5; // m
const KNEE = Math.PI / 6;

async function weightless(name: string): Promise<Environment> {
  const env = await create(name);
  env.sim.model.opt.gravity[2] = 0;
  return env;
}

/** Coordinates of a hopper aloft with a bent knee. */
const hopper = (pitch: number) => [0, ALOFT, pitch, 0, 0, KNEE, 0];

/** How far the torso's centre of mass is above the foot's: 0.0789 m of torso, 0.58 m down to the knee, then calf and foot turned by the knee. */
function hopperHeight(pitch: number): number {
  const ahead = 0.00745552058 + 0.32 * Math.sin(KNEE) - 0.045 * Math.cos(KNEE);
  const above = 0.0788898368 + 0.58 + 0.32 * Math.cos(KNEE) + 0.045 * Math.sin(KNEE);
  return above * Math.cos(pitch) - ahead * Math.sin(pitch);
}

describe("HopperStand", () => {
  it("rewards a torso at least 0.6 m above the foot", async () => {
    const env = await weightless("HopperStand");
    expect(rewardAt(env, hopper(0))).toBe(1);
    // the pitch at which the height passes 0.6 m, from both sides
    let edge = 0;
    while (hopperHeight(edge) > 0.6) edge += 0.001;
    expect(rewardAt(env, hopper(edge - 0.002))).toBe(1);
    expect(rewardAt(env, hopper(edge + 0.002))).toBe(0);
    expect(rewardAt(env, hopper(Math.PI))).toBe(0);
  });

  it("takes up to a fifth for effort", async () => {
    const env = await weightless("HopperStand");
    env.sim.qpos.set(hopper(0));
    env.step(1, 0, unsquashed(0.5, 0, 0, -0.2), 0);
    expect(env.reward).toBeCloseTo((4 + (0.75 + 1 + 1 + 0.96) / 4) / 5, 7);
  });

  it("observes the pose without x, velocities, and the logarithms of the forces on toe and heel", async () => {
    const env = await create("HopperStand");
    const { sim } = env;
    // the foot level, its sole 1 mm inside the floor
    const foot = 0.05 + 0.2 + (0.33 + 0.32) * Math.cos(0.5); // m below the torso
    sim.qpos.set([3, foot + 0.04 - 0.001 - 1, 0, 0, -0.5, 1, -0.5]);
    sim.qvel.fill(0);
    env.step(1, 0, unsquashed(0, 0, 0, 0), 0);
    const { address: toe } = sim.sensor("touch_toe");
    const { address: heel } = sim.sensor("touch_heel");
    const forces = [sim.sensordata[toe], sim.sensordata[heel]];
    for (const force of forces) expect(force).toBeGreaterThan(1);
    expect(observation(env)).toEqual(near([...sim.qpos.subarray(1), ...sim.qvel, ...forces.map(Math.log1p)]));
  });

  it("feels contacts within 5 cm of the ends of the foot", async () => {
    const { sim } = await create("HopperStand");
    for (const site of ["touch_toe", "touch_heel"]) expect(sim.model.site_size[3 * sim.siteId(site)]).toBe(0.05);
  });
});

describe("HopperHop", () => {
  it("rewards speed up to 2 m/s, from 0 on, while the torso is up", async () => {
    const env = await weightless("HopperHop");
    const speeds = [-1, 0, 0.5, 1, 1.5, 2, 3];
    const rewards = speeds.map((speed) => rewardAt(env, hopper(0), [speed]));
    expect(rewards).toEqual(near([0, 0, 0.25, 0.5, 0.75, 1, 1]));
    expect(rewardAt(env, hopper(Math.PI), [2])).toBe(0);
  });
});

describe.each(["HopperStand", "HopperHop", "WalkerStand", "WalkerWalk", "WalkerRun"])("%s", (name) => {
  it("starts at any pitch, with joints anywhere in their ranges, at rest", async () => {
    const env = await create(name);
    const { low, high } = startRanges(env, () => env.sim.qpos);
    const ranges = env.sim.actuatorJoints().map((joint) => env.sim.joint(joint).range);
    [[0, 0], [0, 0], [-Math.PI, Math.PI], ...ranges].forEach(([least, most], i) => {
      const width = most - least;
      expect(low[i]).toBeGreaterThanOrEqual(least);
      expect(low[i]).toBeLessThanOrEqual(least + 0.03 * width);
      expect(high[i]).toBeLessThanOrEqual(most);
      expect(high[i]).toBeGreaterThanOrEqual(most - 0.03 * width);
    });
    expect(env.sim.qvel.every((value) => value === 0)).toBe(true);
  });
});

/** Coordinates of a straight walker whose torso is at a height: z comes first, from 1.3 m. */
const walker = (height: number, pitch: number) => [height - 1.3, 0, pitch, 0, 0, 0, 0, 0, 0];
/** Velocities of a walker that moves forward. */
const forward = (speed: number) => [0, speed];

describe("WalkerStand", () => {
  it("rewards the torso's height by three parts and its uprightness by one", async () => {
    const env = await weightless("WalkerStand");
    expect(rewardAt(env, walker(ALOFT, 0))).toBe(1);
    expect(rewardAt(env, walker(ALOFT, Math.PI / 3))).toBeCloseTo((3 + 0.75) / 4, 9);
    expect(rewardAt(env, walker(ALOFT, Math.PI))).toBeCloseTo(3 / 4, 9);
    // lying in the air 0.9 m high: half a margin below 1.2 m
    expect(rewardAt(env, walker(0.9, Math.PI / 2))).toBeCloseTo((3 * 0.1 ** 0.25 + 0.5) / 4, 9);
  });

  it("observes the direction of every body, the torso's uprightness and velocities", async () => {
    const env = await create("WalkerStand");
    const [, , pitch, ...joints] = env.sim.qpos;
    const leg = ([hip, knee, ankle]: number[]) => [pitch - hip, pitch - hip - knee, pitch - hip - knee - ankle];
    const pitches = [pitch, ...leg(joints.slice(0, 3)), ...leg(joints.slice(3))];
    const directions = pitches.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
    expect(observation(env)).toEqual(near([...directions, Math.cos(pitch), ...env.sim.qvel]));
    env.step(1, 0, unsquashed(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 0);
    expect(observation(env).slice(15)).toEqual([...env.sim.qvel].map(Math.fround));
  });
});

describe.each([
  { name: "WalkerWalk", target: 1 },
  { name: "WalkerRun", target: 8 },
])("$name", ({ name, target }) => {
  it(`rewards standing by a sixth at rest and in full at ${target} m/s`, async () => {
    const env = await weightless(name);
    const shares = [-1, 0, 0.5, 0.75, 1, 1.5];
    const rewards = shares.map((share) => rewardAt(env, walker(ALOFT, 0), forward(share * target)));
    // the linear fall is 0.5 half a target below it, 0 at rest
    expect(rewards).toEqual(near([1 / 6, 1 / 6, 3.5 / 6, 4.75 / 6, 1, 1]));
    expect(rewardAt(env, walker(ALOFT, Math.PI), forward(target))).toBeCloseTo(3 / 4, 9);
  });
});
