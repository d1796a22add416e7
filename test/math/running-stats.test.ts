import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { RunningStats } from "../../src/math/running-stats.ts";

/** Batches of `rows` draws of a normal distribution with mean 3 and deviation 2. */
function batches(count: number, rows: number): Float32Array[] {
  const rng = new Rng().seek(1, 1);
  return Array.from({ length: count }, () => Float32Array.from({ length: rows }, () => 3 + 2 * rng.normal()));
}

function deviation(stats: RunningStats): number {
  const [mean, std] = [new Float32Array(1), new Float32Array(1)];
  stats.write(mean, std);
  return std[0];
}

describe("running statistics", () => {
  it("the correct rule converges to the mean and deviation of a known normal", () => {
    const stats = new RunningStats(1);
    for (const batch of batches(20, 4096)) stats.update([batch]);
    expect(stats.mean[0]).toBeCloseTo(3, 1);
    expect(Math.abs(deviation(stats) - 2)).toBeLessThan(0.02);
  });

  it("splitting a batch does not change the result beyond rounding", () => {
    const [whole, split] = [new RunningStats(2), new RunningStats(2)];
    const [data] = batches(1, 1000) as [Float32Array];
    whole.update([data]);
    split.update([data.subarray(0, 600)]);
    split.update([data.subarray(600)]);
    expect(split.mean[1]).toBeCloseTo(whole.mean[1], 10);
    expect(split.squares[1]).toBeCloseTo(whole.squares[1], 6);
  });

  it("the released rule shrinks as one over the root of the updates", () => {
    const stats = new RunningStats(1, "released");
    for (const batch of batches(20, 4096)) stats.update([batch]);
    expect(deviation(stats)).toBeCloseTo(2 / Math.sqrt(20), 1);
  });

  it("a batch that is not whole rows is refused", () => {
    expect(() => new RunningStats(3).update([new Float32Array(4)])).toThrow("rows of 3 values, got 4");
  });
});
