import { describe, expect, it } from "vitest";
import { steeredFactor } from "../../src/train/rate-steering.ts";

/** Steers until nothing changes, where a factor f leaves the share `slope · f` of ratios outside. */
function settled(slope: number, target: number): number {
  let factor = 1;
  for (let k = 0; k < 200; k++) factor = steeredFactor(factor, slope * factor, target);
  return factor;
}

describe("a learning rate steered by the trust region", () => {
  it("falls where too many ratios leave it and rises where few do", () => {
    expect(steeredFactor(1, 0.5, 0.1)).toBeLessThan(1);
    expect(steeredFactor(1, 0.01, 0.1)).toBeGreaterThan(1);
    expect(steeredFactor(1, 0.1, 0.1)).toBe(1);
  });

  it("settles where the share is near its target", () => {
    for (const slope of [0.03, 0.1, 0.9, 3]) {
      const share = slope * settled(slope, 0.1);
      expect(share).toBeGreaterThan(0.1 / 1.8);
      expect(share).toBeLessThan(0.1 * 1.8);
    }
  });

  it("stays within a fiftieth and four times, and ignores a share that is not a number", () => {
    expect(settled(1000, 0.1)).toBeCloseTo(1 / 50);
    expect(settled(1e-9, 0.1)).toBe(4);
    expect(steeredFactor(0.5, Number.NaN, 0.1)).toBe(0.5);
  });
});
