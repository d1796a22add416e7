import { describe, expect, it } from "vitest";
import { GoalMeasures, summariseGoal } from "../../src/rollout/goal-measures.ts";
import type { AnyMoment, Goal } from "../../src/tasks/index.ts";

const HZ = 10;
const NOTHING = { about: "", of: () => false };

/** Measures of an episode whose condition of success holds in the steps marked "1", and which drops where one is "d". */
function episode(steps: string, rule: { seconds?: number; atEnd?: boolean } = {}) {
  const measures = new GoalMeasures({ success: { ...NOTHING, ...rule } }, HZ);
  for (const step of steps) measures.add({ reached: step === "1", dropped: step === "d", counts: new Float64Array(0) });
  return measures.sums;
}

describe("success", () => {
  it("comes by the first step in which the condition holds, where no time is asked", () => {
    expect(episode("00100").secondsToSuccess).toBeCloseTo(0.3, 12);
    expect(episode("00000").secondsToSuccess).toBeNull();
  });

  it("needs the condition for its time without a break, and counts from where that began", () => {
    expect(episode("0110111100", { seconds: 0.3 }).secondsToSuccess).toBeCloseTo(0.5, 12);
    expect(episode("0110110110", { seconds: 0.3 }).secondsToSuccess).toBeNull();
  });

  it("at the end is lost when the condition breaks after it", () => {
    const rule = { seconds: 0.2, atEnd: true };
    expect(episode("0111011", rule).secondsToSuccess).toBeCloseTo(0.6, 12);
    expect(episode("0111110", rule).secondsToSuccess).toBeNull();
    expect(episode("0111101", rule).secondsToSuccess).toBeNull();
  });
});

describe("a summary of episodes", () => {
  const goal: Goal<AnyMoment> = {
    success: NOTHING,
    drop: NOTHING,
    counters: {
      turned: { about: "", unit: "rad", of: () => 0, per: "second" },
      reached: { about: "", unit: "targets", of: () => 0, per: "minute" },
      tries: { about: "", unit: "tries", of: () => 0, per: "episode" },
      error: { about: "", unit: "mm", of: () => 0, per: "step" },
    },
  };

  it("gives rates over episodes, and counters per second, minute, episode and step", () => {
    const sums = [
      { secondsToSuccess: 2, dropped: false, counts: [6, 1, 2, 500], steps: 100 },
      { secondsToSuccess: null, dropped: true, counts: [4, 2, 3, 700], steps: 100 },
      { secondsToSuccess: 3, dropped: false, counts: [0, 0, 0, 0], steps: 100 },
      { secondsToSuccess: null, dropped: false, counts: [0, 0, 0, 0], steps: 100 },
    ];
    expect(summariseGoal(goal, sums, 40)).toEqual({
      successRate: 0.5,
      secondsToSuccess: 2.5,
      dropRate: 0.25,
      counters: { turned: 0.25, reached: 4.5, tries: 1.25, error: 3 },
    });
  });

  it("is null in all that the task does not declare", () => {
    const nothing = { successRate: null, secondsToSuccess: null, dropRate: null, counters: null };
    expect(summariseGoal(undefined, [], 40)).toEqual(nothing);
    expect(summariseGoal({}, [{ secondsToSuccess: null, dropped: false, counts: [], steps: 0 }], 1)).toEqual(nothing);
  });
});
