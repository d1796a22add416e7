import { expect, it } from "vitest";
import { closedLoop } from "../../src/studio/closed-loop.ts";

/** A root that goes ahead, and a leg that swings once in `period` frames. */
function walk(frames: number, period: number): number[][] {
  return Array.from({ length: frames }, (_, k) => {
    const phase = (2 * Math.PI * k) / period;
    const world = [0, 0, 0, 1, 0, 0, 0];
    const root = [0.03 * k, -0.01 * k, 0.7, 1, 0, 0, 0];
    const leg = [0.03 * k + 0.2 * Math.sin(phase), -0.01 * k, 0.3 + 0.1 * Math.cos(phase), 1, 0, 0, 0];
    return [...world, ...root, ...leg];
  });
}

it("a film of a walk ends where the next step begins as the first one did", () => {
  for (const period of [11, 17, 23]) expect(closedLoop(walk(80, period), 1).length % period).toBe(0);
});
