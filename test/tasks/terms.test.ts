import { describe, expect, it } from "vitest";
import {
  baseSlip,
  bezierHeight,
  contactMatch,
  footClearance,
  footHeightMatch,
  footPhaseMatch,
  footSlip,
  swingHeight,
  swingPeakError,
} from "../../src/tasks/terms/gait.ts";
import {
  bendSq,
  distSq,
  excessSq,
  kernel,
  normSq,
  normSqAt,
  pointDistance,
  sumAbs,
  sumAbsAt,
  sumAbsProduct,
  weightedNormSq,
} from "../../src/tasks/terms/norms.ts";
import { smallControl } from "../../src/tasks/terms/small-control.ts";
import { type Sigmoid, tolerance } from "../../src/tasks/terms/tolerance.ts";

const SIGMOIDS: Sigmoid[] = [
  "gaussian",
  "hyperbolic",
  "long_tail",
  "reciprocal",
  "cosine",
  "linear",
  "quadratic",
  "tanh_squared",
];

describe("tolerance", () => {
  it("is 1 on the bounds and inside, and 0 outside without a margin", () => {
    const near = tolerance({ bounds: [1, 2] });
    expect([0.999, 1, 1.5, 2, 2.001].map(near)).toEqual([0, 1, 1, 1, 0]);
  });

  it.each(SIGMOIDS)("has the value at margin one margin outside, on both sides: %s", (sigmoid) => {
    for (const valueAtMargin of [0.1, 0.4]) {
      const soft = tolerance({ bounds: [-1, 3], margin: 2, sigmoid, valueAtMargin });
      expect(soft(5)).toBeCloseTo(valueAtMargin, 12);
      expect(soft(-3)).toBeCloseTo(valueAtMargin, 12);
      expect(soft(4)).toBeGreaterThan(soft(5));
    }
  });

  it("falls as the formulas say, by hand", () => {
    // gaussian: exp(−½(d·k)²), k = √(−2 ln 0.1), so at half a margin 0.1^(1/4)
    expect(tolerance({ margin: 2 })(1)).toBeCloseTo(0.1 ** 0.25, 12);
    // linear with 0 at the margin: 1 − d
    expect(tolerance({ bounds: [10, Infinity], margin: 10, sigmoid: "linear", valueAtMargin: 0 })(4)).toBeCloseTo(
      0.4,
      12,
    );
    // quadratic with 0 at the margin: 1 − d²
    expect(tolerance({ margin: 1, sigmoid: "quadratic", valueAtMargin: 0 })(0.5)).toBeCloseTo(0.75, 12);
    // long tail: k = √(1/0.1 − 1) = 3, at two margins 1/(36 + 1)
    expect(tolerance({ margin: 1, sigmoid: "long_tail" })(2)).toBeCloseTo(1 / 37, 12);
  });

  it("refuses values at margin that a shape cannot have", () => {
    expect(() => tolerance({ margin: 1, valueAtMargin: 0 })).toThrow("valueAtMargin must lie in (0, 1), got 0");
    expect(() => tolerance({ bounds: [2, 1] })).toThrow("bounds must be in order");
  });
});

describe("the preference for small controls", () => {
  it("is 1 at rest and 0.8 at full effort, by the mean over the controls", () => {
    expect(smallControl([0, 0])).toBe(1);
    expect(smallControl([1, -1])).toBe(0.8);
    // (4 + (1 + 0.75) / 2) / 5
    expect(smallControl([0, 0.5])).toBeCloseTo(0.975, 12);
    expect(smallControl([3])).toBe(0.8);
  });
});

describe("gait terms", () => {
  it("lifts the foot in the swing half only", () => {
    expect(swingHeight(Math.PI / 2, 0.08)).toBeCloseTo(0.08, 12);
    expect(swingHeight(Math.PI / 6, 0.08)).toBeCloseTo(0.04, 12);
    expect(swingHeight(-1, 0.08)).toBe(0);
  });

  it("follows the Bézier step of Playground by hand", () => {
    // x = ¼: B(½) = ⅛ + 3·¼·½ = ½; peak at phase 0, ground at ±π
    expect(bezierHeight(-Math.PI / 2, 0.1)).toBeCloseTo(0.05, 12);
    expect(bezierHeight(0, 0.1)).toBeCloseTo(0.1, 12);
    expect(bezierHeight(Math.PI / 2, 0.1)).toBeCloseTo(0.05, 12);
    expect(bezierHeight(-Math.PI, 0.1)).toBeCloseTo(0, 12);
  });

  it("rewards feet at their wanted height", () => {
    const gait = { phase: [Math.PI / 2, -Math.PI / 2], amplitude: 1 };
    expect(footHeightMatch([0.08, 0], gait, 0.08, 0.0025)).toBeCloseTo(2, 12);
    // standing: 0.05 m above the ground where 0 is wanted is exp(−0.0025/0.0025)
    expect(footHeightMatch([0.05, 0], { ...gait, amplitude: 0 }, 0.08, 0.0025)).toBeCloseTo(Math.exp(-1) + 1, 12);
  });

  it("counts the feet that touch exactly when they should", () => {
    const walking = { phase: [1, -1], amplitude: 1 };
    expect(contactMatch([0, 1], walking)).toBe(2);
    expect(contactMatch([1, 1], walking)).toBe(1);
    expect(contactMatch([1, 1], { ...walking, amplitude: 0 })).toBe(2);
  });

  it("sums the slip of touching feet only, along the ground", () => {
    expect(footSlip([1, 0], [3, 4, 100, 5, 5, 5])).toBe(25);
  });

  it("sums the base's speed along the ground once per touching foot", () => {
    expect(baseSlip([1, 1], [3, 4, 100])).toBe(10);
    expect(baseSlip([0, 1], [3, 4, 100])).toBe(5);
    expect(baseSlip([0, 0], [3, 4, 100])).toBe(0);
  });

  it("wants both feet at the heights of their phases at once", () => {
    // the left foot at the top, the right on the ground
    expect(footPhaseMatch([0.15, 0], [0, -Math.PI], 0.15, 0.01)).toBeCloseTo(1, 12);
    expect(footPhaseMatch([0.05, 0.1], [0, -Math.PI], 0.15, 0.01)).toBeCloseTo(Math.exp(-(0.01 + 0.01) / 0.01), 12);
  });

  it("weighs how far moving feet are from their clearance by the root of their speed along the ground", () => {
    expect(footClearance([0.3, 0.5], [0, 0, 9, 3, 4, 9], 0.1)).toBeCloseTo(0.4 * Math.sqrt(5), 12);
    expect(footClearance([0, 0.1], [0, 4, 0, 1, 1, 1], 0.1)).toBeCloseTo(0.1 * 2, 12);
  });

  it("judges the peak of a swing when the foot comes down", () => {
    expect(swingPeakError([1, 0, 1], [0.05, 0, 0.13], 0.1)).toBeCloseTo(0.25 + 0.09, 12);
  });
});

describe("norms", () => {
  it("agree with sums by hand", () => {
    expect(normSq([3, 4, 5], 2)).toBe(25);
    expect(normSq([1, 2])).toBe(5);
    expect(distSq([1, 2, 9], [0, 4], 2)).toBe(5);
    expect(bendSq([1, 0], [2, 0], [4, 3])).toBe(1 + 9);
    expect(excessSq([-3, 1, 2.5], 2)).toBe(1 + 0.25);
    expect(sumAbs([-1, 2])).toBe(3);
    expect(normSqAt([1, 2, 3], [0, 2])).toBe(10);
    expect(sumAbsAt([1, 2, -3], [0, 2])).toBe(4);
    expect(weightedNormSq([1, 2, 3, 4], [1, 0.5])).toBe(1 + 2 + 9 + 8);
    expect(sumAbsProduct([-1, 2], [3, -4])).toBe(11);
    expect(pointDistance([9, 9, 9, 1, 2, 3, 0, 0, 1], 1, 2)).toBe(3);
    expect(kernel(0.25, 0.25)).toBeCloseTo(Math.exp(-1), 15);
  });
});
