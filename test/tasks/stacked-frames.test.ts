/** Observations that are stacks of frames. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import {
  type AnyMoment,
  defineTask,
  type ObservationTerm,
  registry,
  stackedFrames,
  withOverrides,
} from "../../src/tasks/index.ts";
import { ObservationGroup } from "../../src/tasks/observation.ts";

const moment = { episodeStep: 0 } as { -readonly [Key in keyof AnyMoment]: AnyMoment[Key] };
const claim = (size: number) => new Float64Array(size);

/** Observations of so many steps. */
function observed(terms: Readonly<Record<string, ObservationTerm<AnyMoment>>>, steps: number): number[][] {
  const group = new ObservationGroup(terms, moment, true, claim);
  const rng = new Rng().seek(3, 5);
  return Array.from({ length: steps }, (_, step) => {
    moment.episodeStep = step;
    group.observe(moment, rng, step === 0);
    return [...group.values];
  });
}

describe("stacked frames", () => {
  const step = { of: (s: AnyMoment) => s.episodeStep, scale: 0.5 };
  const pair = { of: (s: AnyMoment) => [10 * s.episodeStep, 100 * s.episodeStep] };

  it("give whole frames one after another, newest first, an episode's first ones being copies", () => {
    const rows = observed(stackedFrames(3, { step, pair }), 5);
    expect(rows[0]).toEqual(new Array(9).fill(0));
    expect(rows[1]).toEqual([0.5, 10, 100, 0, 0, 0, 0, 0, 0]);
    expect(rows[4]).toEqual([2, 40, 400, 1.5, 30, 300, 1, 20, 200]);
  });

  it("keep a measurement's noise as it grows old, and the noise that it shares with another term", () => {
    const angle = { of: () => 5, noise: 0.5 };
    const error = { of: () => 1, noise: { as: "angle" } };
    const rows = observed({ angle, ...stackedFrames(2, { pair: { ...pair, noise: 0.1 }, error }) }, 20);
    for (let t = 1; t < 20; t++) {
      const [noisy, x, y, off, oldX, oldY, oldOff] = rows[t];
      expect(off - 1).toBeCloseTo(noisy - 5, 5);
      expect([oldX, oldY, oldOff]).toEqual(rows[t - 1].slice(1, 4));
      expect(Math.abs(x - 10 * t)).toBeLessThanOrEqual(0.1 + 1e-5);
      expect(x - 10 * t).not.toBe(y - 100 * t);
    }
  });

  it("are named by their age", () => {
    expect(Object.keys(stackedFrames(3, { step, pair }))).toEqual(["step", "pair", "step1", "pair1", "step2", "pair2"]);
  });

  it("are refused in one line where there are none, or more than an episode has", () => {
    for (const count of [0, 1.5]) {
      expect(() => stackedFrames(count, { step })).toThrow(
        `stackedFrames: found ${count} frames; expected a whole number from 1`,
      );
    }
    const pendulum = registry.get("PendulumSwingup");
    const look = (observe: Readonly<Record<string, ObservationTerm<AnyMoment>>>) => () =>
      defineTask({
        ...pendulum,
        timing: { ...pendulum.timing, episodeSeconds: 5 / pendulum.timing.controlHz },
        observe,
      });
    expect(look(stackedFrames(6, { step }))).toThrow(
      'task PendulumSwingup: observation "step5" looks back 5 control steps; expected fewer than the 5 of an episode',
    );
    expect(look({ step: { ...step, history: 6 } })).toThrow('observation "step" looks back 5 control steps');
    expect(look(stackedFrames(5, { step }))).not.toThrow();
  });

  it("are refused where a shorter time limit leaves fewer control steps than frames", () => {
    const barkour = registry.get("BarkourJoystick");
    expect(() => withOverrides(barkour, { episodeSeconds: 0.28 })).toThrow(
      /^task BarkourJoystick: observation "turning14" looks back 14 control steps; expected fewer than the 14 of an episode$/,
    );
    expect(withOverrides(barkour, { episodeSeconds: 0.3 }).episodeSteps).toBe(15);
  });
});
