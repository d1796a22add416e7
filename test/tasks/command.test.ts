import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { CommandState, twistCommand } from "../../src/tasks/command.ts";

const HZ = 50;
const source = twistCommand({ vx: [-0.6, 1.2], vy: 0.4, yawRate: 1, resampleSeconds: [4, 8], zeroProbability: 0.1 });

function state() {
  const slots = new Float64Array(CommandState.slots(3));
  const command = new CommandState(source, slots, HZ);
  command.begin(false);
  return { command, slots, rng: new Rng() };
}

describe("twist command", () => {
  it("draws within its ranges, and a tenth of the time tells to stand", () => {
    const rng = new Rng().seek(5, 3);
    const out = new Float64Array(3);
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    let standing = 0;
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      source.sample(rng, out);
      if (out.every((value) => value === 0)) standing++;
      for (let k = 0; k < 3; k++) {
        low[k] = Math.min(low[k], out[k]);
        high[k] = Math.max(high[k], out[k]);
      }
    }
    // binomial with p = 0.1: standard deviation 0.0021
    expect(standing / draws).toBeGreaterThan(0.092);
    expect(standing / draws).toBeLessThan(0.108);
    [-0.6, -0.4, -1].forEach((bound, k) => {
      expect(low[k]).toBeGreaterThanOrEqual(bound);
      expect(low[k]).toBeLessThan(bound + 0.02);
    });
    [1.2, 0.4, 1].forEach((bound, k) => {
      expect(high[k]).toBeLessThanOrEqual(bound);
      expect(high[k]).toBeGreaterThan(bound - 0.02);
    });
  });

  it("is drawn anew every 4 to 8 seconds", () => {
    const { command, rng } = state();
    command.reset(rng.seek(1, 3));
    const gaps: number[] = [];
    let last = 0;
    for (let t = 1; t <= 40_000; t++) {
      if (!command.tick()) continue;
      command.draw(rng.seek(1, 3, 0, t));
      gaps.push((t - last) / HZ);
      last = t;
    }
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(8);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(6, 0);
  });

  it("wanders by components: changes, zeros and times by their chances", () => {
    const wander = { change: 0.5, nonzero: [0.9, 0.25, 0.5] };
    const resampleSeconds = { mean: 5 };
    const walk = twistCommand({ vx: 1.5, vy: 0.8, yawRate: 1.2, resampleSeconds, zeroProbability: 0, wander });
    const command = new CommandState(walk, new Float64Array(CommandState.slots(3)), HZ);
    command.begin(false);
    const rng = new Rng();
    command.reset(rng.seek(8, 3));
    expect([...command.values].every((value) => value !== 0)).toBe(true);
    const kept = [0, 0, 0];
    const zeros = [0, 0, 0];
    let draws = 0;
    for (let t = 1; t <= 2_000_000; t++) {
      if (!command.tick()) continue;
      const before = [...command.values];
      command.draw(rng.seek(8, 3, 0, t));
      draws++;
      for (let k = 0; k < 3; k++) {
        const value = command.values[k];
        if (value === before[k] && value !== 0) kept[k]++;
        if (value === 0) zeros[k]++;
        expect(Math.abs(value)).toBeLessThanOrEqual([1.5, 0.8, 1.2][k]);
      }
    }
    // 40,000 s / 5 s = 8,000 draws; their number has a standard deviation of √8000
    expect(Math.abs(draws - 8000)).toBeLessThan(4 * Math.sqrt(8000));
    // in the long run a component is zero as often as it is drawn to be, and stays non-zero in half of the other cases
    wander.nonzero.forEach((chance, k) => {
      expect(zeros[k] / draws).toBeCloseTo(1 - chance, 1);
      expect(kept[k] / draws).toBeCloseTo(0.5 * chance, 1);
    });
  });

  it("stays as it is held by hand, over episodes, and is drawn after it is released", () => {
    const { command, rng } = state();
    command.reset(rng.seek(1, 3));
    command.hold([0.7, 0, 0.2]);
    for (let t = 0; t < 1000; t++) expect(command.tick()).toBe(false);
    command.reset(rng.seek(2, 3));
    expect([...command.values]).toEqual([0.7, 0, 0.2]);
    command.hold(null);
    expect(command.tick()).toBe(true);
    expect(() => command.hold([1])).toThrow("command: must have 3 values, got 1");
  });

  describe("a curriculum", () => {
    const growing = twistCommand({
      vx: [0, 1],
      vy: 0,
      yawRate: 0,
      resampleSeconds: [4, 8],
      zeroProbability: 0,
      curriculum: { from: 0.2, step: 0.4 },
    });
    /** Shares of the range that first commands are drawn from after each of these episodes. */
    function shares(learns: boolean, lasted: number[]): number[] {
      const command = new CommandState(growing, new Float64Array(CommandState.slots(3)), HZ);
      const rng = new Rng();
      const whole = new Float64Array(3);
      command.begin(learns);
      return [null, ...lasted].map((share, episode) => {
        if (share !== null) command.grade(share);
        command.reset(rng.seek(4, 3, 0, episode));
        growing.sample(rng.seek(4, 3, 0, episode), whole);
        return command.values[0] / whole[0];
      });
    }

    it("widens the ranges after long episodes and narrows them after short ones, within its bounds", () => {
      const seen = shares(true, [1, 0.35, 0.1, 0, 1, 1, 1, 1, 1]);
      [0.2, 0.46, 0.46, 0.36, 0.22, 0.48, 0.74, 1, 1, 1].forEach((share, i) => {
        expect(seen[i]).toBeCloseTo(share, 12);
      });
    });

    it("may ask for longer episodes before it widens the ranges", () => {
      const patient = { ...growing, curriculum: { from: 0.2, step: 0.4, enough: 0.7 } };
      const command = new CommandState(patient, new Float64Array(CommandState.slots(3)), HZ);
      command.begin(true);
      command.grade(0.7);
      expect(command.progress).toBe(0);
      command.grade(0.9); // 0.2 + 0.4 · 0.2
      expect(command.progress).toBeCloseTo(0.08 / 0.8, 12);
      command.grade(0.6);
      expect(command.progress).toBeCloseTo(0.04 / 0.8, 12);
    });

    it("may let commands grow before everything else that grows", () => {
      const first = { ...growing, curriculum: { from: 0.2, step: 1, enough: 0.5, commandsFirst: true } };
      const command = new CommandState(first, new Float64Array(CommandState.slots(3)), HZ);
      const whole = new Float64Array(3);
      const rng = new Rng();
      command.begin(true);
      const seen = [0.7, 1, 1, 1, 0.2].map((lasted, episode) => {
        command.grade(lasted);
        command.reset(rng.seek(4, 3, 0, episode));
        growing.sample(rng.seek(4, 3, 0, episode), whole);
        return [command.values[0] / whole[0], command.progress];
      });
      const expected = [
        [0.4, 0],
        [0.9, 0],
        [1, 0.4],
        [1, 0.9],
        [1, 0.6],
      ];
      for (const [i, pair] of expected.entries())
        expect(seen[i]).toEqual(pair.map((value) => expect.closeTo(value, 12)));
      command.begin(false);
      expect(command.progress).toBe(1);
    });

    it("says how far it has come, which is all the way where nothing is learned", () => {
      const slots = new Float64Array(CommandState.slots(3));
      const command = new CommandState(growing, slots, HZ);
      command.begin(true);
      expect(command.progress).toBe(0);
      command.grade(1); // 0.2 + 0.4 · 0.65 = 0.46, of 0.2 … 1
      expect(command.progress).toBeCloseTo(0.26 / 0.8, 12);
      command.begin(false);
      expect(command.progress).toBe(1);
      const { curriculum: _, ...whole } = growing;
      const without = new CommandState(whole, slots, HZ);
      without.begin(true);
      expect(without.progress).toBe(1);
    });

    it("is for learning only", () => {
      expect(shares(false, [0, 0, 1])).toEqual([1, 1, 1, 1]);
    });
  });
});
