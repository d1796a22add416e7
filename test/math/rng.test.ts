import { describe, expect, it } from "vitest";
import { Rng, STREAM } from "../../src/math/rng.ts";

describe("counter-based random numbers", () => {
  it("threefry equals the published known answers", () => {
    // Known-answer vectors of Random123 for threefry2x32, 20 rounds.
    expect(Rng.block([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    expect(Rng.block([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(Rng.block([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
  });

  it("a position gives the same numbers whatever was drawn before", () => {
    const rng = new Rng().seek(7, STREAM.reset, 3, 11);
    const first = [rng.normal(), rng.uniform(), rng.uint32()];
    rng.seek(7, STREAM.reset, 4, 11).normal();
    rng.seek(7, STREAM.reset, 3, 11);
    expect([rng.normal(), rng.uniform(), rng.uint32()]).toEqual(first);
  });

  it("seeds, streams and coordinates give different numbers", () => {
    const rng = new Rng();
    const draws = [
      rng.seek(1, 1, 1, 1).uint32(),
      rng.seek(2, 1, 1, 1).uint32(),
      rng.seek(1, 2, 1, 1).uint32(),
      rng.seek(1, 1, 2, 1).uint32(),
      rng.seek(1, 1, 1, 2).uint32(),
      rng.seek(1 + 2 ** 32, 1, 1, 1).uint32(),
    ];
    expect(new Set(draws).size).toBe(draws.length);
  });

  it("normal draws have mean 0, variance 1 and kurtosis 3", () => {
    const values = new Float64Array(200_000);
    new Rng().seek(5, STREAM.policy).fillNormal(values);
    const moment = (k: number) => values.reduce((sum, v) => sum + v ** k, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
  });

  it("draws that are skipped count as made", () => {
    for (const [before, skipped] of [
      [0, 4],
      [0, 5],
      [3, 4],
      [3, 5],
      [1, 0],
    ]) {
      const [whole, rng] = [new Rng(), new Rng()];
      for (const one of [whole, rng]) one.seek(7, STREAM.pairs, 3, 11).fillNormal(new Float64Array(before));
      whole.fillNormal(new Float64Array(skipped));
      rng.skipNormal(skipped);
      expect([rng.normal(), rng.normal(), rng.uniform()]).toEqual([whole.normal(), whole.normal(), whole.uniform()]);
    }
  });

  it("a shuffle is a permutation", () => {
    const order = Int32Array.from({ length: 100 }, (_, i) => i);
    new Rng().seek(1, STREAM.shuffle).shuffle(order);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
