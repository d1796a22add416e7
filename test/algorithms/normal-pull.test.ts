import { describe, expect, it } from "vitest";
import { normalPull } from "../../src/algorithms/flow-matching.ts";
import { constant, graphFunction, interpret, reshape } from "../../src/graph/index.ts";

/** c(t) at each of `times`. */
function pullAt(times: readonly number[]): number[] {
  const t = reshape(constant(times), [times.length]);
  return Array.from(interpret(graphFunction("pull", { c: normalPull(t) }), {}).c);
}

describe("the velocity that makes standard normal actions", () => {
  it("brings every start back to its own size, so that noise of deviation 1 ends as actions of deviation 1", () => {
    const steps = 4000;
    const times = Array.from({ length: steps }, (_, k) => 1 - (k + 0.5) / steps);
    const size = pullAt(times).reduce((x, c) => x * (1 - c / steps), 1);
    expect(size).toBeCloseTo(1, 3);
  });

  it("is the mean of noise minus action given a point between independent draws", () => {
    // For independent normal a and ε: cov(ε − a, x) / var(x) with x = t·ε + (1 − t)·a.
    for (const t of [0.1, 0.5, 0.8]) {
      expect(pullAt([t])[0]).toBeCloseTo((t - (1 - t)) / (t ** 2 + (1 - t) ** 2), 5);
    }
  });
});
