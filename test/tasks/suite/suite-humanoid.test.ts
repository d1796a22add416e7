/** Tasks of the control suite's humanoid. In free space without weight its initial pose stays as it is, so rewards can be computed by hand. */
import { describe, expect, it } from "vitest";
import { type Environment, resolveTask } from "../../../src/tasks/index.ts";
import { near, observation, rewardAt, taskEnvironments, unsquashed } from "../registered-tasks.ts";

const create = taskEnvironments();
const JOINTS = 21;

async function weightless(name: string): Promise<Environment> {
  const env = await create(name);
  env.sim.model.opt.gravity[2] = 0;
  return env;
}

/** Coordinates with straight joints and the torso at a height, turned by an angle about the world's y or z. */
function pose(height: number, { pitch = 0, yaw = 0 } = {}): number[] {
  const turn = [Math.cos((pitch + yaw) / 2), 0, Math.sin(pitch / 2), Math.sin(yaw / 2)];
  return [0, 0, height, ...turn, ...new Array<number>(JOINTS).fill(0)];
}

describe("HumanoidStand", () => {
  it("rewards a high head, a straight torso and stillness by their product", async () => {
    const env = await weightless("HumanoidStand");
    // the head is 0.19 m above the torso
    expect(rewardAt(env, pose(1.3))).toBe(1);
    expect(rewardAt(env, pose(1.3), [2, 0])).toBeCloseTo((0.1 + 1) / 2, 7);
    expect(rewardAt(env, pose(1.3), [0, -2])).toBeCloseTo((0.1 + 1) / 2, 7);
    // lying in the air: half a margin below 1.4 m, and 0.9 of 1.9 less straight than 0.9
    expect(rewardAt(env, pose(1.4 - 0.35 / 2, { pitch: Math.PI / 2 }))).toBeCloseTo(0.1 ** 0.25 * (1 - 0.9 / 1.9), 7);
    expect(rewardAt(env, pose(3, { pitch: Math.PI }))).toBeCloseTo(0, 7);
  });

  it("takes up to a fifth for effort", async () => {
    const env = await weightless("HumanoidStand");
    env.sim.qpos.set(pose(1.3));
    env.step(1, 0, unsquashed(...new Array<number>(JOINTS).fill(0.5)), 0);
    // inner forces hardly move the whole
    expect(env.reward).toBeCloseTo((4 + 0.75) / 5, 4);
  });

  it("starts upright, at rest, above the floor", async () => {
    const env = await create("HumanoidStand");
    expect([...env.sim.qpos]).toEqual(pose(1.5));
    expect(env.sim.qvel.every((value) => value === 0)).toBe(true);
    expect(observation(env)[JOINTS]).toBeCloseTo(1.69, 6);
  });

  it("observes joints, the head's height, hands and feet seen from the torso, its vertical, and velocities", async () => {
    const env = await weightless("HumanoidStand");
    const { sim } = env;
    // lower waist and pelvis lean by 0.004 rad each
    const foot = [-0.01 + 0.165 * Math.sin(0.004) + 0.833 * Math.sin(0.008), 0.09];
    foot.push(-0.26 - 0.165 * Math.cos(0.004) - 0.833 * Math.cos(0.008));
    const limbs = [0.36, 0.17, 0.06, ...foot, 0.36, -0.17, 0.06, foot[0], -foot[1], foot[2]];
    rewardAt(env, pose(2, { yaw: 0.7 }), [0.3, -0.2, 0.1]);
    const [head, ...seen] = observation(env).slice(JOINTS);
    expect(head).toBeCloseTo(2.19 + 0.1 * 4 * 0.005, 6);
    expect(seen).toEqual(near([...limbs, 0, 0, 1, 0.3, -0.2, 0.1, ...sim.qvel]));

    rewardAt(env, pose(2, { pitch: 0.4 }));
    expect(observation(env).slice(JOINTS + 1, JOINTS + 16)).toEqual(near([...limbs, -Math.sin(0.4), 0, Math.cos(0.4)]));

    for (let i = 0; i < JOINTS; i++) sim.qpos[7 + i] = 0.001 * i;
    env.step(1, 0, new Float32Array(JOINTS), 0);
    expect(observation(env).slice(0, JOINTS)).toEqual(near([...sim.qpos.subarray(7)]));
  });
});

describe.each([
  { name: "HumanoidWalk", target: 1 },
  { name: "HumanoidRun", target: 10 },
])("$name", ({ name, target }) => {
  it(`rewards standing by a sixth at rest and in full at ${target} m/s in any direction`, async () => {
    const env = await weightless(name);
    const reward = (x: number, y: number) => rewardAt(env, pose(1.3), [x * target, y * target]);
    const rewards = [reward(0, 0), reward(0.3, 0.4), reward(0, -0.5), reward(-0.6, 0.8), reward(2, 0)];
    expect(rewards).toEqual(near([1 / 6, 3.5 / 6, 3.5 / 6, 1, 1]));
  });

  it("takes up to a fifth for effort", async () => {
    const env = await weightless(name);
    env.sim.qpos.set(pose(1.3));
    env.step(1, 0, unsquashed(...new Array<number>(JOINTS).fill(0.5)), 0);
    const { address } = env.sim.sensor("torso_subtreelinvel");
    const [vx, vy] = env.sim.sensordata.subarray(address);
    const share = Math.hypot(vx, vy) / target;
    expect(share).toBeLessThan(0.01);
    expect(env.reward).toBeCloseTo((((4 + 0.75) / 5) * (5 * share + 1)) / 6, 9);
  });
});

describe.each(["HumanoidStand", "HumanoidWalk", "HumanoidRun"])("%s by the lesson upright", (name) => {
  it("ends an episode when the head is below 1 m, and only where it is trained", async () => {
    const task = await resolveTask(name, { lesson: "upright" });
    const ends = (env: Environment, height: number) => {
      rewardAt(env, pose(height, { pitch: Math.PI / 2 }));
      return env.terminated;
    };
    const trained = await create(task.lesson!.training);
    expect([1.02, 0.98].map((height) => ends(trained, height))).toEqual([false, true]);
    const evaluated = await create(task);
    expect(ends(evaluated, 0.98)).toBe(false);
  });
});
