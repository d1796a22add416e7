import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import type { AnyMoment } from "../../src/tasks/moment.ts";
import { footClocks } from "../../src/tasks/trackers/foot-clocks.ts";

const DT = 0.02;
const momentWith = (command: number[]) => ({ command: Float64Array.from(command) }) as unknown as AnyMoment;
const WALK = momentWith([0.3, 0, 0]);
const STAND = momentWith([0.006, 0.008, 0]);

function clocks() {
  const tracker = footClocks({ hz: [1.25, 1.75], start: [0, Math.PI], standBelow: 0.0101, rest: Math.PI });
  const slots = new Float64Array(tracker.size);
  const bound = tracker.bind({ sim: {} as Simulation, dt: DT, slots });
  const start = (seed: number) => bound.reset?.(WALK, new Rng().seek(seed, 1));
  start(1);
  return { bound, slots, start };
}

describe("the clocks of feet", () => {
  it("start where they are told and go on at the episode's rate, half a cycle apart", () => {
    const { bound, start } = clocks();
    const rates = Array.from({ length: 50 }, (_, seed) => {
      start(seed);
      expect([...bound.reading.phase]).toEqual([0, -Math.PI]);
      expect([...bound.reading.signals]).toEqual([1, -1, 0, 0].map((value) => expect.closeTo(value, 12)));
      for (let t = 0; t < 10; t++) bound.afterReward?.(WALK);
      const [left, right] = bound.reading.phase;
      expect(left - right).toBeCloseTo(Math.PI, 12);
      return left / (10 * 2 * Math.PI * DT);
    });
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1.25);
    expect(Math.min(...rates)).toBeLessThan(1.3);
    expect(Math.max(...rates)).toBeGreaterThan(1.7);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1.75);
  });

  it("rest together while told to stand, and stay together until the next episode", () => {
    const { bound, start } = clocks();
    bound.afterReward?.(WALK);
    bound.afterReward?.(STAND);
    expect([...bound.reading.signals]).toEqual([-1, -1, 0, 0].map((value) => expect.closeTo(value, 12)));
    bound.afterReward?.(STAND);
    expect([...bound.reading.phase]).toEqual([-Math.PI, -Math.PI]);
    bound.afterReward?.(WALK);
    const [left, right] = bound.reading.phase;
    expect(left).toBe(right);
    expect(left).toBeGreaterThan(-Math.PI);
    start(1);
    expect([...bound.reading.phase]).toEqual([0, -Math.PI]);
  });

  it("follow the slots when another environment's are swapped in", () => {
    const { bound, slots } = clocks();
    slots.set([Math.PI / 2, 0, 1.5]);
    bound.beforePhysics?.(WALK, new Rng());
    expect([...bound.reading.signals]).toEqual([0, 1, 1, 0].map((value) => expect.closeTo(value, 12)));
  });
});
