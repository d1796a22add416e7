/** Environments of registered tasks, for tests that look into one. */
import { afterEach, expect } from "vitest";
import { Environment, registry, type Task } from "../../src/tasks/index.ts";

/** @returns makes an environment in its first episode; it lives until the test's end */
export function taskEnvironments(): (task: string | Task) => Promise<Environment> {
  const alive: Environment[] = [];
  afterEach(() => {
    for (const env of alive.splice(0)) env.delete();
  });
  return async (task) => {
    const env = await Environment.create(typeof task === "string" ? registry.get(task) : task);
    alive.push(env);
    env.start(1, 0);
    return env;
  };
}

/** atanh, so that the environment sees the action itself. */
export function unsquashed(...actions: number[]): Float32Array {
  return Float32Array.from(actions, Math.atanh);
}

/** The latest observation. */
export function observation(env: Environment): number[] {
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return [...obs];
}

/** Matches numbers that agree with these within float32's precision. */
export function near(values: readonly number[]): unknown[] {
  return values.map((value) => expect.closeTo(value, 6));
}

/** Reward of a step without effort from the given coordinates and velocities; velocities are 0 where none are given. */
export function rewardAt(env: Environment, qpos: readonly number[], qvel: readonly number[] = []): number {
  env.sim.qpos.set(qpos);
  env.sim.qvel.fill(0);
  env.sim.qvel.set(qvel);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
  return env.reward;
}

/** Lowest and highest of what `read` gives in the first states of many episodes, number by number. */
export function startRanges(env: Environment, read: () => ArrayLike<number>): { low: number[]; high: number[] } {
  const starts = Array.from({ length: 300 }, (_, n) => {
    env.start(5, n);
    return Array.from(read());
  });
  const each = (pick: (...values: number[]) => number) =>
    starts[0].map((_, i) => pick(...starts.map((values) => values[i])));
  return { low: each(Math.min), high: each(Math.max) };
}
