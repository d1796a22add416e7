import { describe, expect, it } from "vitest";
import { densityModes } from "../../src/diagnose/density-modes.ts";
import { entropyBits } from "../../src/diagnose/entropy.ts";
import { Rng } from "../../src/math/rng.ts";

interface Bump {
  readonly at: readonly [number, number];
  readonly deviation: readonly [number, number];
  readonly weight: number;
}

/** Draws of a mixture of Gaussians [n, 2]. */
function mixture(bumps: readonly Bump[], n: number, seed = 1): Float32Array {
  const rng = new Rng().seek(seed, 0);
  const points = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    let draw = rng.uniform();
    const bump = bumps.find(({ weight }) => {
      draw -= weight;
      return draw < 0;
    });
    const { at, deviation } = bump ?? bumps[0];
    for (let k = 0; k < 2; k++) points[2 * i + k] = at[k] + deviation[k] * rng.normal();
  }
  return points;
}

const count = (points: Float32Array) => densityModes(points).modes.length;

describe("density modes", () => {
  it("finds one in a Gaussian, however wide, elongated or far away", () => {
    for (const deviation of [
      [1, 1],
      [0.01, 0.01],
      [3, 0.05],
      [0.2, 40],
    ] as const)
      for (const n of [500, 10_000]) {
        expect(count(mixture([{ at: [0, 0], deviation, weight: 1 }], n))).toBe(1);
        expect(count(mixture([{ at: [500, -90], deviation, weight: 1 }], n))).toBe(1);
      }
  });

  it("finds one in points spread evenly over a square", () => {
    const points = new Float32Array(20_000);
    new Rng().seek(3, 0).fillUniform(points);
    expect(count(points)).toBe(1);
  });

  it("finds two, with their places and shares", () => {
    const bumps: Bump[] = [
      { at: [0, 1], deviation: [0.5, 0.2], weight: 0.7 },
      { at: [0, -1], deviation: [0.5, 0.2], weight: 0.3 },
    ];
    const { modes, labels } = densityModes(mixture(bumps, 10_000));
    expect(modes.map(({ share }) => share)).toEqual([expect.closeTo(0.7, 1), expect.closeTo(0.3, 1)]);
    expect(modes[0].centre).toEqual([expect.closeTo(0, 1), expect.closeTo(1, 1)]);
    expect(modes[1].centre).toEqual([expect.closeTo(0, 1), expect.closeTo(-1, 1)]);
    expect(Math.abs(modes[1].peak[1] + 1)).toBeLessThan(0.15);
    const shares = modes.map((_, mode) => labels.filter((label) => label === mode).length / labels.length);
    expect(shares).toEqual(modes.map(({ share }) => share));
  });

  it("tells two bumps apart from a valley of half their height on", () => {
    const pair = (distance: number) =>
      mixture(
        [0.5, -0.5].map((side) => ({ at: [side * distance, 0], deviation: [1, 1], weight: 0.5 })),
        40_000,
      );
    // The deviation with kernels of σ·40000^(−1/6) is about 1.06; the valley is half of the peaks at 3.3 of these.
    expect(count(pair(3))).toBe(1);
    expect(count(pair(4))).toBe(2);
  });

  it("finds four in the corners, and their shares", () => {
    const corners = [
      [1, 1],
      [-1, 1],
      [-1, -1],
      [1, -1],
    ] as const;
    const bumps = corners.map((at) => ({ at, deviation: [0.3, 0.3] as const, weight: 0.25 }));
    for (const n of [1000, 10_000]) {
      const { modes } = densityModes(mixture(bumps, n));
      expect(modes.map(({ centre }) => centre.map(Math.round).join()).sort()).toEqual(corners.map(String).sort());
      for (const { share } of modes) expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
    }
  });

  it("does not count a handful of stragglers", () => {
    const bumps: Bump[] = [
      { at: [0, 0], deviation: [1, 1], weight: 0.98 },
      { at: [9, 9], deviation: [0.3, 0.3], weight: 0.02 },
    ];
    const { modes, labels } = densityModes(mixture(bumps, 10_000));
    expect(modes.length).toBe(1);
    expect(labels.filter((label) => label === -1).length / labels.length).toBeCloseTo(0.02, 2);
  });

  it("does not depend on units", () => {
    const bumps: Bump[] = [
      { at: [0, 1], deviation: [0.3, 0.3], weight: 0.5 },
      { at: [1, -1], deviation: [0.3, 0.3], weight: 0.5 },
    ];
    const points = mixture(bumps, 4000);
    const scaled = points.map((value, i) => (i % 2 === 0 ? 1024 * value : value / 64));
    expect(densityModes(scaled).labels).toEqual(densityModes(points).labels);
  });

  it("takes points that are all the same for one", () => {
    expect(densityModes(new Float32Array(20)).modes).toEqual([
      { centre: [0, 0], peak: [expect.closeTo(0), expect.closeTo(0)], share: 1 },
    ]);
  });

  it("refuses no points and points that are not finite", () => {
    expect(() => densityModes(new Float32Array(0))).toThrow("density modes: points must be finite, and at least one");
    expect(() => densityModes(Float32Array.of(0, Number.NaN))).toThrow("finite");
    expect(() => densityModes(new Float32Array(3))).toThrow("density modes: points [n, 2] must have 2 values, got 3");
  });
});

describe("entropy", () => {
  it("is that of equal and unequal chances, by hand", () => {
    expect(entropyBits([5, 5])).toBe(1);
    expect(entropyBits([7, 7, 7, 7])).toBe(2);
    expect(entropyBits([9, 0])).toBe(0);
    expect(entropyBits([])).toBe(0);
    // −¾·log₂¾ − ¼·log₂¼
    expect(entropyBits([30, 10])).toBeCloseTo(0.811278, 6);
  });
});
