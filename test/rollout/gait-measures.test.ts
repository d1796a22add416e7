import { describe, expect, it } from "vitest";
import { GaitMeasures } from "../../src/rollout/gait-measures.ts";

const HZ = 50;

describe("foot clearance", () => {
  /** Sums of one foot that follows the given heights, touching where they are 0.037 m or less. */
  function swing(heights: readonly number[]) {
    const measures = new GaitMeasures(HZ);
    for (const height of heights)
      measures.add([1, 0, 0], { position: [0, 0], footHeight: [height], contact: [height > 0.037 ? 0 : 1] });
    return measures.sums;
  }

  it("is how far a foot rises above where it stood", () => {
    const { clearance, swings } = swing([0.035, 0.06, 0.09, 0.12, 0.1, 0.08, 0.037]);
    expect(swings).toBe(1);
    expect(clearance).toBeCloseTo(0.12 - 0.035, 12);
  });

  it("does not count chatter, nor a flight that began before the episode", () => {
    expect(swing([0.037, 0.05, 0.05, 0.037, 0.05, 0.037]).swings).toBe(0);
    expect(swing([0.5, 0.4, 0.3, 0.2, 0.1, 0.08, 0.037, 0.037]).swings).toBe(0);
  });

  it("says how long swings take, and how much they differ", () => {
    const sums = swing([0.03, ...new Array<number>(5).fill(0.08), 0.03, ...new Array<number>(10).fill(0.13), 0.03]);
    expect(sums.swings).toBe(2);
    expect(sums.swingSeconds).toBeCloseTo(0.1 + 0.2, 12);
    expect(sums.swingSecondsSquares).toBeCloseTo(0.1 ** 2 + 0.2 ** 2, 12);
    expect(sums.clearanceSquares).toBeCloseTo(0.05 ** 2 + 0.1 ** 2, 12);
  });

  it("counts each swing by itself, from where that began", () => {
    const step = [0.05, 0.08, 0.1, 0.08, 0.05];
    const { clearance, swings } = swing([0.03, ...step, 0.037, 0.036, ...step.map((height) => height + 0.1), 0.03]);
    expect(swings).toBe(2);
    expect(clearance).toBeCloseTo(0.07 + (0.2 - 0.036), 12);
  });
});

describe("standing drift", () => {
  /** Sums of a base that glides along x at a speed, told to stand from `from` on. */
  function stand(seconds: number, speed: number, from = 0) {
    const measures = new GaitMeasures(HZ);
    for (let t = 1; t <= seconds * HZ; t++) {
      const command = t <= from * HZ ? [0.5, 0, 0] : [0, 0, 0];
      measures.add(command, { position: [(speed * t) / HZ, 1], footHeight: [], contact: [] });
    }
    return measures.sums;
  }

  it("is the way within 10 s, after a second to come to rest", () => {
    expect(stand(10.9, 0.02).stands).toBe(0);
    const { drift, stands } = stand(11, 0.02);
    expect(stands).toBe(1);
    expect(drift).toBeCloseTo(0.2, 9);
    expect(stand(21.5, 0.02)).toMatchObject({ stands: 2, drift: expect.closeTo(0.4, 9) });
  });

  it("begins anew with every command to stand", () => {
    expect(stand(14, 0.02, 4).stands).toBe(0);
    expect(stand(15, 0.02, 4)).toMatchObject({ stands: 1, drift: expect.closeTo(0.2, 9) });
  });
});
