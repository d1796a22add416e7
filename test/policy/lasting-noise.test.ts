import { describe, expect, it } from "vitest";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { LastingNoise } from "../../src/policy/lasting-noise.ts";

/** Noise of 2 values for rows 0 … rows - 1 at `tick`. */
function drawn(period: number, rows: number, tick: number, fallTicks = 0): Float32Array {
  const noise = new LastingNoise({ period, fallTicks }, 2);
  const out = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) noise.draw(3, STREAM.policy, row, tick, out, row * 2);
  return out;
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0) / a.length;
}

describe("noise that lasts", () => {
  it("is the stream's own draw at every step with a period of 1", () => {
    const expected = new Float32Array(2);
    new Rng().seek(3, STREAM.policy, 5, 77).fillNormal(expected);
    expect(drawn(1, 6, 77).subarray(10)).toEqual(expected);
  });

  it("has mean 0 and deviation 1 at every step of a period", () => {
    for (let tick = 30; tick < 38; tick++) {
      const at = drawn(8, 20_000, tick);
      const mean = at.reduce((sum, value) => sum + value, 0) / at.length;
      expect(Math.abs(mean)).toBeLessThan(0.02);
      expect(Math.abs(product(at, at) - 1)).toBeLessThan(0.03);
    }
  });

  it("resembles itself within a period and forgets itself after two", () => {
    const [start, near, far] = [16, 18, 32].map((tick) => drawn(8, 20_000, tick));
    expect(product(start, near)).toBeCloseTo(Math.cos(Math.PI / 8), 1);
    expect(Math.abs(product(start, far))).toBeLessThan(0.02);
  });

  it("lasts less and less until every step has a draw of its own", () => {
    const likeness = (tick: number) => product(drawn(8, 20_000, tick, 400), drawn(8, 20_000, tick + 1, 400));
    expect(likeness(0)).toBeGreaterThan(0.95);
    expect(likeness(300)).toBeLessThan(0.9);
    for (const tick of [400, 401, 900]) expect(Math.abs(likeness(tick)), String(tick)).toBeLessThan(0.02);
  });

  it("depends on where it is asked for, not on what was drawn before", () => {
    const noise = new LastingNoise({ period: 8, fallTicks: 0 }, 2);
    const out = new Float32Array(2);
    for (const tick of [90, 3, 41]) noise.draw(3, STREAM.policy, 0, tick, out, 0);
    expect(out).toEqual(drawn(8, 1, 41));
  });
});
