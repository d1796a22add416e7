import { describe, expect, it } from "vitest";
import { TrackingError } from "../../src/rollout/tracking-error.ts";

const HZ = 10;

/** Sums after the twists of consecutive control steps, with a command per step. */
function sums(steps: number, command: (t: number) => number[], twist: (t: number) => number[]) {
  const error = new TrackingError(HZ);
  for (let t = 0; t < steps; t++) error.add(command(t), twist(t));
  return error.sums;
}

describe("tracking errors", () => {
  it("do not count the first second after a command change", () => {
    const forward = (t: number) => [t < 25 ? 1 : 0.5, 0, 0];
    // steps 10 to 24 of the first command and 35 to 39 of the second
    expect(sums(40, forward, forward).counted).toBe(15 + 5);
  });

  it("compare the command with the twist averaged over half a second, and with each step's own", () => {
    // sways by ±0.2 m/s and ±0.4 rad/s with a period of 0.2 s, about what is asked for
    const sway = (t: number) => (t % 2 === 0 ? 1 : -1);
    const found = sums(
      30,
      () => [0.5, 0.1, 0.3],
      (t) => [0.5, 0.1 + 0.2 * sway(t), 0.3 + 0.4 * sway(t)],
    );
    expect(found.counted).toBe(20);
    // of the last five steps one way wins by one
    expect(found.linVel / found.counted).toBeCloseTo(0.2 / 5, 9);
    expect(found.yawRate / found.counted).toBeCloseTo(0.4 / 5, 9);
    expect(found.linVelUnaveraged / found.counted).toBeCloseTo(0.2, 9);
    expect(found.yawRateUnaveraged / found.counted).toBeCloseTo(0.4, 9);
  });

  it("take planar velocities together", () => {
    const found = sums(
      11,
      () => [0, 0, 0],
      () => [0.3, -0.4, 0],
    );
    expect(found.linVel).toBeCloseTo(0.5, 9);
    expect(found.linVelUnaveraged).toBeCloseTo(0.5, 9);
    expect(found.yawRate).toBe(0);
  });
});
