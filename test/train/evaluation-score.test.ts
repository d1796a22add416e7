import { describe, expect, it } from "vitest";
import { evaluationScore } from "../../src/train/evaluate.ts";

/** Of a task of 1000 steps. */
const score = (returnMean: number, episodeLengthMean: number, followsCommands = true) =>
  evaluationScore({ returnMean, episodeLengthMean }, { followsCommands, episodeSteps: 1000 });

describe("the best evaluation", () => {
  it("is the highest return", () => {
    expect(score(20, 900)).toBeGreaterThan(score(19, 1000));
    expect(score(5, 10, false)).toBeGreaterThan(score(4, 1000, false));
    expect(score(-5, 10, false)).toBeGreaterThan(score(-6, 1000, false));
  });

  it("of robots that walk is not the one that falls before it has cost much", () => {
    // the G1's lesson at 0.6 and 5.4 million steps
    expect(score(-26, 620)).toBeGreaterThan(score(-5, 57));
    expect(score(-26, 700)).toBeGreaterThan(score(-26, 620));
    expect(score(1, 1000)).toBeGreaterThan(score(-0.1, 20));
  });
});
