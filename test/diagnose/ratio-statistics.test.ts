import { describe, expect, it } from "vitest";
import {
  compareClipping,
  compareLogRatios,
  describeRatios,
  meanDifference,
} from "../../src/diagnose/ratio-statistics.ts";

describe("ratio statistics", () => {
  it("a line through points has their slope, intercept and correlation", () => {
    // y = 0.5·x + 0.1 exactly
    const truth = [-2, -1, 0, 1, 4];
    const line = compareLogRatios(
      truth.map((x) => 0.5 * x + 0.1),
      truth,
    );
    expect(line.slope).toBeCloseTo(0.5, 12);
    expect(line.intercept).toBeCloseTo(0.1, 12);
    expect(line.correlation).toBeCloseTo(1, 12);
    // 0 and 0.1 differ in sign, as 0 has none
    expect(line.signAgreement).toBeCloseTo(4 / 5, 12);
  });

  it("a scattered example matches the one by hand", () => {
    // means 2 and 2; Sxx = 2, Syy = 8, Sxy = (−1)(−2) + 0·2 + 1·0 = 2
    const { slope, intercept, correlation } = compareLogRatios([0, 4, 2], [1, 2, 3]);
    expect(slope).toBeCloseTo(1, 12);
    expect(intercept).toBeCloseTo(0, 12);
    expect(correlation).toBeCloseTo(2 / Math.sqrt(16), 12);
  });

  it("where nothing varies there is no slope and no correlation", () => {
    expect(compareLogRatios([0, 0], [0, 0])).toEqual({
      actions: 2,
      slope: null,
      intercept: null,
      correlation: null,
      signAgreement: 1,
    });
  });

  it("actions whose likelihood is not known are left out", () => {
    const known = compareLogRatios([1, 5, 3], [1, Number.NaN, 3]);
    expect([known.actions, known.slope]).toEqual([2, 1]);
    expect(meanDifference([1, Number.NaN, 5], [0, 0, 2])).toBe(2);
    expect(compareClipping([0, 9, 0], [0, Number.NaN, 0], 1, 0.1)).toMatchObject({ clipped: 0, clipDisagreement: 0 });
  });

  it("sides of the trust region are counted per ratio that is clipped", () => {
    // clip 0.1: true ratios 1 and 1.2; the first action's pairs 1 and 0.8, the second's 1.2 and 1.3
    const logs = [1, 0.8, 1.2, 1.3].map(Math.log);
    const truth = [1, 1.2].map(Math.log);
    const { ratioMean, clipped, clipDisagreement, divergence } = compareClipping(logs, truth, 2, 0.1);
    expect(ratioMean).toBeCloseTo(1.1, 12);
    expect([clipped, clipDisagreement]).toEqual([0.5, 0.25]);
    // mean of r − 1 − ln r over 1 and 1.2
    expect(divergence).toBeCloseTo((0 + 0.2 - Math.log(1.2)) / 2, 12);
    const own = describeRatios(logs, 0.1);
    expect(own.ratioMean).toBeCloseTo(4.3 / 4, 12);
    expect(own.clipped).toBe(0.75);
  });
});
