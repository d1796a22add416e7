import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Axes {
  readonly forward: number;
  readonly left: number;
  readonly turn: number;
}
type Ranges = readonly (readonly [number, number])[];

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/steering/axes.ts", import.meta.url));
const { twistOf, axisOf, withDeadZone, sumAxes } = (await import(source)) as {
  twistOf: (axes: Axes, ranges: Ranges) => { vx: number; vy: number; yawRate: number };
  axisOf: (value: number, range: readonly [number, number]) => number;
  withDeadZone: (x: number, y: number, zone: number) => [number, number];
  sumAxes: (all: readonly Axes[]) => Axes;
};
const ranges: Ranges = [
  [-0.6, 1.2],
  [-0.4, 0.4],
  [-1, 1],
];

describe("steering axes", () => {
  it("ask for a share of the range on their side of zero", () => {
    expect(twistOf({ forward: 1, left: 0, turn: -0.5 }, ranges)).toEqual({ vx: 1.2, vy: 0, yawRate: -0.5 });
    expect(twistOf({ forward: -1, left: 0.5, turn: 0 }, ranges)).toEqual({ vx: -0.6, vy: 0.2, yawRate: 0 });
    expect(twistOf({ forward: -1, left: 0, turn: 0 }, [[0, 2]]).vx).toBe(0);
    expect([axisOf(0.6, ranges[0]), axisOf(-0.6, ranges[0]), axisOf(-1, [0, 1])]).toEqual([0.5, -1, 0]);
  });

  it("add up and stop at the end", () => {
    const ahead = { forward: 0.7, left: 0, turn: 0 };
    expect(sumAxes([ahead, ahead, { forward: 0, left: -0.2, turn: 0 }])).toEqual({ forward: 1, left: -0.2, turn: 0 });
  });

  it("rest inside the dead zone and begin at its rim, in every direction", () => {
    expect(withDeadZone(0.08, -0.08, 0.12)).toEqual([0, 0]);
    const [x, y] = withDeadZone(0.1, 0.1, 0.12);
    expect(Math.hypot(x, y)).toBeLessThan(0.03);
    expect(x).toBe(y);
    expect(withDeadZone(-1, 0, 0.12)[0]).toBe(-1);
    expect(Math.hypot(...withDeadZone(1, 1, 0.12))).toBeCloseTo(1, 12);
  });
});
