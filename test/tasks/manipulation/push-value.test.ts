/** How a pushed box slides, and how long pushes to a target take. */
import { describe, expect, it } from "vitest";
import {
  FACES,
  missingAfter,
  PUSH_SPEED,
  secondsLeft,
  slideRate,
} from "../../../src/tasks/manipulation/pushing/push-value.ts";

const rateOf = (face: number, at: number) => {
  const rate = { x: 0, y: 0, turn: 0 };
  slideRate(FACES[face]!, at, rate);
  return rate;
};

describe("a pushed box", () => {
  it("moves straight where its middle is pushed, and turns towards the end that is not", () => {
    expect(rateOf(1, 0)).toEqual({ x: expect.closeTo(0, 9), y: -1, turn: 0 });
    for (const face of FACES.keys()) {
      expect(rateOf(face, 0.05).turn).toBeGreaterThan(0);
      expect(rateOf(face, -0.05).turn).toBeLessThan(0);
    }
  });

  it("moves with what pushes it: the place of contact has the speed of the push", () => {
    const { x, y, turn } = rateOf(0, 0.08);
    expect(Math.hypot(x - turn * 0.08, y + turn * FACES[0]!.depth)).toBeCloseTo(1, 9);
  });

  it("is where it was once it has turned around", () => {
    const rate = rateOf(2, 0.1);
    const before = { x: 0.2, y: -0.1, turn: 1 };
    const after = { x: 0, y: 0, turn: 0 };
    missingAfter(before, rate, (2 * Math.PI) / rate.turn, after);
    expect([after.x, after.y]).toEqual([expect.closeTo(before.x, 9), expect.closeTo(before.y, 9)]);
    expect(after.turn).toBeCloseTo(before.turn - 2 * Math.PI, 9);
  });

  it("takes no time at its target, one placing and the way beside it, and more where it has to turn too", () => {
    expect(secondsLeft({ x: 0, y: 0, turn: 0 })).toBe(0);
    const straight = secondsLeft({ x: -0.125, y: 0, turn: 0 });
    expect(straight).toBeGreaterThan(1.2 + 0.1 / PUSH_SPEED);
    expect(straight).toBeLessThan(1.2 + 0.16 / PUSH_SPEED);
    expect(secondsLeft({ x: -0.125, y: 0, turn: 3 })).toBeGreaterThan(straight + 1.2);
    // the box's mirror image
    expect(secondsLeft({ x: 0.1, y: -0.05, turn: 0.7 })).toBeCloseTo(secondsLeft({ x: -0.1, y: -0.05, turn: -0.7 }), 9);
  });
});
