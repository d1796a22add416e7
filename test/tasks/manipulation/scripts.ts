/** Episodes in which a lesson's scripted controller acts. */
import { expect } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";

/** What is counted of an episode, in control steps. */
export interface Followed {
  /** Longest time for which the goal's state was kept */
  readonly longest: number;
  /** The same at the end */
  readonly atEnd: number;
  /** How often the goal's state was reached */
  readonly times: number;
}

/** Plays the episode of an environment whose only privileged observation is the advice, as that says. */
export function followed(env: Environment, seed: number, episode: number): Followed {
  const action = new Float32Array(env.actionSize);
  let [longest, atEnd, times] = [0, 0, 0];
  env.start(seed, episode);
  while (!env.terminated && !env.truncated) {
    env.writePrivileged(action, 0);
    expect(Math.max(...action.map(Math.abs))).toBeLessThanOrEqual(1);
    env.step(seed, episode, action, 0);
    atEnd = env.goal!.reached ? atEnd + 1 : 0;
    if (atEnd === 1) times++;
    longest = Math.max(longest, atEnd);
  }
  return { longest, atEnd, times };
}

/** Share of the first episodes of a seed that succeed. */
export function shareOf(env: Environment, episodes: number, succeeds: (one: Followed) => boolean): number {
  let successes = 0;
  for (let n = 0; n < episodes; n++) if (succeeds(followed(env, 7, n))) successes++;
  return successes / episodes;
}
