/** Noise that is more than a number added to each value: shared between terms, or a turn of directions. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import type { AnyMoment, ObservationTerm } from "../../src/tasks/index.ts";
import { scaledNoise, turnNoise } from "../../src/tasks/index.ts";
import { ObservationGroup } from "../../src/tasks/observation.ts";

const moment = {} as AnyMoment;
const claim = (size: number) => new Float64Array(size);
type Terms = Readonly<Record<string, ObservationTerm<AnyMoment>>>;

/** Observations of so many steps. */
function observed(terms: Terms, steps: number, noise = true): number[][] {
  const group = new ObservationGroup(terms, moment, noise, claim);
  const rng = new Rng().seek(3, 5);
  return Array.from({ length: steps }, (_, step) => {
    group.observe(moment, rng, step === 0);
    return [...group.values];
  });
}

describe("shared noise", () => {
  const angle = { of: () => [1, 2], noise: 0.5, scale: 2 };
  const error = { of: () => [10, 20], noise: { as: "angle" } };

  it("is what the earlier term drew in the same step, before its scale", () => {
    const rows = observed({ angle, error }, 50);
    for (const [a, b, c, d] of rows) {
      expect(c - 10).toBeCloseTo(a / 2 - 1, 5);
      expect(d - 20).toBeCloseTo(b / 2 - 2, 5);
      expect(Math.abs(c - 10)).toBeLessThanOrEqual(0.5);
    }
    expect(new Set(rows.flat()).size).toBe(4 * 50);
  });

  it("is none where noise is off", () => {
    expect(observed({ angle, error }, 1, false)).toEqual([[2, 4, 10, 20]]);
  });

  it("needs a term before it, of as many values", () => {
    expect(() => observed({ error, angle }, 1)).toThrow(
      'observation "error": shares the noise of "angle"; expected a term before it',
    );
    expect(() => observed({ angle, error: { ...error, of: () => [1] } }, 1)).toThrow(
      'observation "error": has 1 values, the term whose noise it shares 2',
    );
  });
});

describe("noise of an orientation", () => {
  const rows = [0, 1, 0, 0, 0, 1];
  const turned = { of: () => rows, noise: turnNoise(0.1) };

  it("turns all directions by one rotation", () => {
    for (const [a, b, c, d, e, f] of observed({ turned }, 20)) {
      expect(a * a + b * b + c * c).toBeCloseTo(1, 5);
      expect(a * d + b * e + c * f).toBeCloseTo(0, 5);
      expect(b).toBeLessThan(1);
    }
  });

  it("is as large as that of a quaternion whose components are disturbed by so much", () => {
    // angle ≈ 2·(x, y, z), each component of standard deviation 0.1: that of y about x and z is 0.2 rad each
    const steps = observed({ turned }, 4000);
    const meanSquare = steps.reduce((sum, [a, , c]) => sum + a * a + c * c, 0) / steps.length;
    expect(meanSquare).toBeGreaterThan(2 * 0.04 * 0.85);
    expect(meanSquare).toBeLessThan(2 * 0.04 * 1.02);
    expect(rows).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it("is described with its kind", () => {
    const { layout, noisy } = new ObservationGroup({ turned }, moment, true, claim);
    expect(layout[0]).toMatchObject({ noise: 0.1, noiseKind: "turn" });
    expect(noisy).toBe(true);
  });
});

describe("more or less noise", () => {
  it("is a factor on every kind; what is shared follows its term", () => {
    expect(scaledNoise(0.5, 2)).toBe(1);
    expect(scaledNoise(undefined, 2)).toBe(0);
    expect(scaledNoise([1, 2], 3)).toEqual([3, 6]);
    expect(scaledNoise(turnNoise(0.1), 3)).toMatchObject({ kind: "turn", size: 0.1 * 3 });
    expect(scaledNoise({ as: "angle" }, 3)).toEqual({ as: "angle" });
  });
});
