import { describe, expect, it } from "vitest";
import { diagnoseStability, measureCurves } from "../../src/diagnose/stability-diagnosis.ts";

const evaluation = (steps: number, returnMean: number) => ({
  event: "evaluation",
  steps,
  returnMean,
  returnStd: 1,
  episodes: 8,
});
const iteration = (steps: number, losses: Record<string, number | null>, nanResets = 0) => ({
  event: "iteration",
  steps,
  seconds: steps / 100,
  losses,
  nanResets,
});
const calm = iteration(1000, { cfmLoss: 4 });

function dipsOf(returns: readonly number[], threshold = 0.8) {
  const evaluations = returns.map((value, k) => evaluation(100 * (k + 1), value));
  return diagnoseStability([...evaluations, calm], threshold, "metrics.jsonl").dips;
}

describe("a run's stability", () => {
  it("holds every evaluation against the best before it", () => {
    expect(dipsOf([50, 100, 81, 79, 100, 60, 70, 90])).toEqual([
      { from: 400, to: 400, evaluations: 1, lowestShare: 0.79 },
      { from: 600, to: 700, evaluations: 2, lowestShare: 0.6 },
    ]);
    expect(dipsOf([50, 100, 81, 79], 0.5)).toEqual([]);
  });

  it("is measured in parts whatever the number of iterations", () => {
    for (let count = 1; count <= 300; count++) {
      const iterations = Array.from({ length: count }, (_, k) => iteration(6144 * (k + 1), { cfmLoss: 1 }));
      const [{ parts }] = measureCurves(iterations, 200);
      expect(parts.filter(({ median }) => median === 1).length, String(count)).toBe(Math.min(count, 200));
    }
  });

  it("is not spoken of before a return is above 0", () => {
    const reports = [evaluation(100, -20), evaluation(200, -50), calm];
    const { dips, evaluations, best } = diagnoseStability(reports, 0.8, "metrics.jsonl");
    expect([dips, evaluations.map(({ share }) => share), best.returnMean]).toEqual([[], [null, null], -20]);
  });

  it("counts iterations with a measure that was no number, which JSON writes as null, and robots that were reset", () => {
    const reports = [iteration(500, { cfmLoss: null, valueLoss: 1 }, 3), calm, evaluation(1000, 1)];
    expect(diagnoseStability(reports, 0.8, "metrics.jsonl")).toMatchObject({ brokenIterations: 1, nanResets: 3 });
  });

  it("cannot be told of a run without evaluations", () => {
    expect(() => diagnoseStability([calm], 0.8, "runs/a/metrics.jsonl")).toThrow(
      "runs/a/metrics.jsonl: the run has no evaluation yet; expected at least one",
    );
  });

  it("shows medians over parts of the training, so that one outlier moves no line, and the largest beside them", () => {
    const losses = [1, 2, 1e9, 4, 5, 6, 7, null];
    const reports = losses.map((cfmLoss, k) => iteration(100 * (k + 1), { cfmLoss }));
    expect(measureCurves(reports, 2)).toEqual([
      {
        name: "cfmLoss",
        parts: [
          { steps: 200, median: 3, largest: 1e9 },
          { steps: 600, median: 6, largest: 7 },
        ],
      },
    ]);
  });

  it("of a fork is divided from where the fork begins", () => {
    const reports = [1, 2, 3, 4].map((cfmLoss, k) => iteration(5000 + 100 * (k + 1), { cfmLoss }));
    expect(measureCurves(reports, 2)[0]!.parts.map(({ steps, median }) => [steps, median])).toEqual([
      [5100, 1.5],
      [5300, 3.5],
    ]);
    expect(diagnoseStability([...reports, evaluation(5400, 1)], 0.8, "metrics.jsonl").begin).toBe(5000);
  });
});
