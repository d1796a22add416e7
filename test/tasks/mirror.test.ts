import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { Environment, type Mirror, mirrorOf, registry, writeMirrored } from "../../src/tasks/index.ts";

const SEED = 5;
const STEPS = 25;

const mirrored = registry.list().filter((task) => Object.values(task.observe).every((term) => term.mirror !== undefined));

describe.each(mirrored.map((task) => [task.name, task] as const))("the mirror of %s", (_name, task) => {
  let env: Environment;
  let mirror: Mirror;

  beforeAll(async () => {
    env = await Environment.create(task, { noise: false, events: false, randomise: false });
    mirror = mirrorOf(env);
  });
  afterAll(() => env.delete());

  it("is its own inverse", () => {
    for (const { source, sign } of [mirror.obs, mirror.privileged, mirror.action]) {
      source.forEach((from, i) => {
        expect(source[from]).toBe(i);
        expect(sign[from] * sign[i]).toBe(1);
      });
    }
  });

  it("leaves the environment's state as it was", () => {
    const before = new Float64Array(env.stateSize);
    const after = new Float64Array(env.stateSize);
    env.save(before, 0);
    mirrorOf(env);
    env.save(after, 0);
    expect(after).toEqual(before);
  });

  it("turns a trajectory from home into the trajectory of the mirrored actions", () => {
    const rng = new Rng().seek(1, 2, 3, 4);
    const command = [0.6, 0.3, -0.5];
    const straight = walk(env, mirror, rng.seek(1, 2, 3, 4), command, false);
    const reflected = walk(env, mirror, rng.seek(1, 2, 3, 4), command, true);
    const image = new Float32Array(env.obsSize);
    straight.obs.forEach((obs, t) => {
      writeMirrored(mirror.obs, obs, 0, image, 0);
      image.forEach((value, i) => {
        expect(reflected.obs[t][i], `step ${t}, value ${i}`).toBeCloseTo(value, 3);
      });
      expect(reflected.rewards[t]).toBeCloseTo(straight.rewards[t], 4);
    });
    expect(Math.abs(straight.obs[STEPS - 1][0])).toBeGreaterThan(1e-3);
  });
});

/** Steps from the home pose under random actions; `reflect` mirrors command, gait clock and actions. */
function walk(env: Environment, mirror: Mirror, rng: Rng, command: readonly number[], reflect: boolean) {
  env.start(SEED, 0);
  const { sim } = env;
  sim.qpos.set(sim.keyframeQpos(env.task.keyframe as string));
  sim.qvel.fill(0);
  sim.qaccWarmstart.fill(0);
  env.holdCommand(reflect ? [command[0], -command[1], -command[2]] : command);
  if (reflect) swapFeet(env);
  sim.forward();
  const action = new Float32Array(env.actionSize);
  const image = new Float32Array(env.actionSize);
  const obs: Float32Array[] = [];
  const rewards: number[] = [];
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < action.length; i++) action[i] = 0.5 * rng.normal();
    writeMirrored(mirror.action, action, 0, image, 0);
    env.step(SEED, 0, reflect ? image : action, 0);
    obs.push(new Float32Array(env.obsSize));
    env.writeObservation(obs[t], 0);
    rewards.push(env.reward);
  }
  return { obs, rewards };
}

/** Turns the gait's clock by half a cycle, so that the other foot is where this one was; tasks without a clock stay as they are. */
function swapFeet(env: Environment): void {
  const gait = env.observationLayout.find((slice) => slice.name === "gait");
  if (gait === undefined) return;
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  const phase = Math.atan2(obs[gait.offset + 2], obs[gait.offset]);
  const state = new Float64Array(env.stateSize);
  env.save(state, 0);
  const slots = [...state.keys()].filter((i) => i >= env.sim.stateSize && Math.abs(state[i] - phase) < 1e-6);
  expect(slots).toHaveLength(1);
  state[slots[0]] += phase > 0 ? -Math.PI : Math.PI;
  env.load(state, 0);
}
