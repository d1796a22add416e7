import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface CurveStyleModule {
  smoothed(values: readonly (number | null)[], smoothing: number): readonly (number | null)[];
  readCurveStyle(kept: unknown): object;
  readonly plainCurves: object;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/curve-style.ts", import.meta.url));
const { smoothed, readCurveStyle, plainCurves } = (await import(source)) as CurveStyleModule;

describe("a smoothed curve", () => {
  it("is the curve where nothing is smoothed", () => {
    const values = [1, null, 3];
    expect(smoothed(values, 0)).toBe(values);
  });

  it("begins at the first value, stays at a constant, and forgets by its share", () => {
    expect(smoothed([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((value) => expect.closeTo(value, 12)));
    const [first, second] = smoothed([0, 1], 0.5) as number[];
    expect(first).toBe(0);
    expect(second).toBeCloseTo(0.5 / 0.75, 12);
  });

  it("keeps gaps, and continues behind them", () => {
    const [, gap, after] = smoothed([2, null, 2], 0.8);
    expect(gap).toBeNull();
    expect(after).toBeCloseTo(2, 12);
  });
});

describe("how curves were drawn last time", () => {
  it("is kept as far as it can be read", () => {
    expect(readCurveStyle({ axis: "time", isLog: true, smoothing: 0.5 })).toEqual({
      axis: "time",
      isLog: true,
      smoothing: 0.5,
    });
    expect(readCurveStyle({ axis: "weeks", isLog: "yes", smoothing: "much" })).toEqual(plainCurves);
    expect(readCurveStyle({ smoothing: 7 })).toEqual({ ...plainCurves, smoothing: 0.95 });
    expect(readCurveStyle(undefined)).toEqual(plainCurves);
  });
});
