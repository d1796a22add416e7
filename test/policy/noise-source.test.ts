import { describe, expect, it } from "vitest";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { advanced, emptyPlace, forkedAt, moveTo, type RunClock, startOfRun } from "../../src/policy/run-clock.ts";

const ENVS = 10;

/** A source of 2 values a row whose period falls to 1 over so many ticks; 0: it stays. */
function sourceOf(period: number, fallTicks = 0): NoiseSource {
  const schedule = fallTicks === 0 ? constantly(period) : { start: period, end: 1, over: fallTicks * ENVS };
  return new NoiseSource(STREAM.policy, { period: schedule, envs: ENVS }, 2);
}

/** Noise of 2 values for rows 0 … rows - 1, so many ticks after the clock. */
function drawn(source: NoiseSource, rows: number, ticks: number, clock: RunClock = startOfRun): Float32Array {
  const place = emptyPlace(3);
  moveTo(place, clock, ticks, ENVS);
  const out = new Float32Array(rows * 2);
  for (place.env = 0; place.env < rows; place.env++) source.draw(place, out, place.env * 2);
  return out;
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0) / a.length;
}

describe("noise that lasts", () => {
  it("is the stream's own draw at every step with a period of 1", () => {
    const expected = new Float32Array(2);
    new Rng().seek(3, STREAM.policy, 5, 77).fillNormal(expected);
    expect(drawn(sourceOf(1), 6, 77).subarray(10)).toEqual(expected);
  });

  it("has mean 0 and deviation 1 at every step of a period", () => {
    for (let tick = 30; tick < 38; tick++) {
      const at = drawn(sourceOf(8), 20_000, tick);
      const mean = at.reduce((sum, value) => sum + value, 0) / at.length;
      expect(Math.abs(mean)).toBeLessThan(0.02);
      expect(Math.abs(product(at, at) - 1)).toBeLessThan(0.03);
    }
  });

  it("resembles itself within a period and forgets itself after two", () => {
    const [start, near, far] = [16, 18, 32].map((tick) => drawn(sourceOf(8), 20_000, tick));
    expect(product(start, near)).toBeCloseTo(Math.cos(Math.PI / 8), 1);
    expect(Math.abs(product(start, far))).toBeLessThan(0.02);
  });

  it("lasts less and less until every step has a draw of its own", () => {
    const likeness = (tick: number) =>
      product(drawn(sourceOf(8, 400), 20_000, tick), drawn(sourceOf(8, 400), 20_000, tick + 1));
    expect(likeness(0)).toBeGreaterThan(0.95);
    expect(likeness(300)).toBeLessThan(0.9);
    for (const tick of [400, 401, 900]) expect(Math.abs(likeness(tick)), String(tick)).toBeLessThan(0.02);
  });

  it("depends on the place alone, not on what was drawn before", () => {
    const source = sourceOf(8);
    for (const tick of [90, 3]) drawn(source, 1, tick);
    expect(drawn(source, 1, 41)).toEqual(drawn(sourceOf(8), 1, 41));
  });

  it("is the same for a run that resumes", () => {
    for (const fallTicks of [0, 400])
      for (const tick of [100, 399, 500]) {
        const resumed = advanced(startOfRun, tick, ENVS);
        expect(drawn(sourceOf(8, fallTicks), 3, 0, resumed)).toEqual(drawn(sourceOf(8, fallTicks), 3, tick));
      }
  });

  it("of a fork with twice the environments lasts as long as the parent's at the same environment steps", () => {
    const parent = advanced(startOfRun, 200, ENVS / 2);
    const source = sourceOf(8, 400);
    const likeness = (ticks: number, clock: RunClock) =>
      product(drawn(source, 20_000, ticks, clock), drawn(source, 20_000, ticks + 1, clock));
    expect(likeness(0, forkedAt(parent))).toBeCloseTo(likeness(100, startOfRun), 1);
    for (const ticks of [300, 301, 800]) expect(Math.abs(likeness(ticks, forkedAt(parent)))).toBeLessThan(0.02);
  });

  it("of a fork is drawn afresh, not again what the parent drew", () => {
    const parent = advanced(startOfRun, 50, ENVS);
    const fork = drawn(sourceOf(1), 3, 0, forkedAt(parent));
    for (let tick = 0; tick < 50; tick++) expect(drawn(sourceOf(1), 3, tick)).not.toEqual(fork);
  });
});
