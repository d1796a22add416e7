import { describe, expect, it } from "vitest";
import { iterationSeconds, type JobSeconds, parallelShare } from "../../bench/parallel.ts";

/** 16 shards of 3 s and 1 s, 2 s alone, 2 minibatches of 4 parts. */
const JOBS: JobSeconds = {
  shards: 16,
  collect: 3,
  prepare: 1,
  serial: 2,
  minibatches: 2,
  parts: 4,
  gradient: { critic: 1, actor: 2 },
  step: { critic: 0.5, actor: 0.25 },
  criticFirst: false,
};

describe("the simulated schedule of an iteration", () => {
  it("takes on one thread as long as all jobs together", () => {
    const descent = 2 * (4 * 1 + 0.5 + 4 * 2 + 0.25);
    expect(iterationSeconds(JOBS, 1)).toBeCloseTo(16 * 4 + 2 + descent, 12);
    expect(parallelShare(JOBS, 1)).toBe(1);
  });

  it("collects in as many rounds as the threads need for all shards", () => {
    const collecting = { ...JOBS, minibatches: 0, serial: 0 };
    expect([2, 3, 16, 20].map((threads) => iterationSeconds(collecting, threads))).toEqual([32, 24, 4, 4]);
  });

  it("steps a network once all its parts are there, and nobody begins the next gradient before", () => {
    // with a thread for every part: critic 1 s and its step, while others work on the policy's 2 s and its step
    const learning = { ...JOBS, shards: 1, collect: 0, prepare: 0, serial: 0 };
    expect(iterationSeconds({ ...learning, minibatches: 1 }, 8)).toBe(2.25);
    expect(iterationSeconds(learning, 8)).toBe(4.5);
  });

  it("lets the policy wait for the critic where that computes its advantages", () => {
    const learning = { ...JOBS, shards: 1, collect: 0, prepare: 0, serial: 0, minibatches: 1, criticFirst: true };
    expect(iterationSeconds(learning, 8)).toBe(1 + 0.5 + 2 + 0.25);
  });

  it("more threads are never slower, and what waits counts as unused", () => {
    const seconds = [1, 2, 4, 8, 16].map((threads) => iterationSeconds(JOBS, threads));
    expect([...seconds].sort((a, b) => b - a)).toEqual(seconds);
    expect(parallelShare(JOBS, 16)).toBeCloseTo(seconds[0] / (16 * seconds[4]), 12);
  });
});
