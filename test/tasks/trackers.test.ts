import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import type { AnyMoment } from "../../src/tasks/moment.ts";
import { actionHistory } from "../../src/tasks/trackers/action-history.ts";
import { bestSoFar } from "../../src/tasks/trackers/best-so-far.ts";
import { changeOf } from "../../src/tasks/trackers/change-of.ts";
import { contactTimers } from "../../src/tasks/trackers/contact-timers.ts";
import { type GaitSettings, gaitPhase, wrapPhase } from "../../src/tasks/trackers/gait-phase.ts";
import { meanTwist } from "../../src/tasks/trackers/mean-twist.ts";
import { kicks, shoves } from "../../src/tasks/trackers/pushes.ts";
import { surges } from "../../src/tasks/trackers/surges.ts";
import { touch } from "../../src/tasks/trackers/touch.ts";

const DT = 0.02;
const momentWith = (command: number[]) => ({ command: Float64Array.from(command) }) as unknown as AnyMoment;
const rng = () => new Rng().seek(1, 1);

describe("a change", () => {
  it("is that of the last step and begins anew with every episode", () => {
    const tracker = changeOf((robot: { height: number }) => 2 * robot.height);
    const slots = new Float64Array(tracker.size);
    const { reading, reset, afterPhysics } = tracker.bind({ sim: {} as Simulation, dt: DT, slots });
    const at = (height: number) => ({ robot: { height } }) as unknown as AnyMoment;
    reset!(at(3), rng());
    expect(reading.change).toBe(0);
    const seen = [4, 4, 1].map((height) => {
      afterPhysics!(at(height));
      return reading.change;
    });
    expect(seen).toEqual([2, 0, -6]);
    reset!(at(5), rng());
    expect(reading.change).toBe(0);
    afterPhysics!(at(5.5));
    expect(reading.change).toBe(1);
  });
});

describe("the best so far", () => {
  it("pays each gain over it once, from where an episode starts", () => {
    const tracker = bestSoFar((robot: { height: number }) => robot.height);
    const slots = new Float64Array(tracker.size);
    const { reading, reset, afterPhysics } = tracker.bind({ sim: {} as Simulation, dt: DT, slots });
    const at = (height: number) => ({ robot: { height } }) as unknown as AnyMoment;
    const gains = (...heights: number[]) =>
      heights.map((height) => {
        afterPhysics!(at(height));
        return reading.gain;
      });
    reset!(at(-2), rng());
    expect(reading.gain).toBe(0);
    expect(gains(-3, -1, -1, -4, 3)).toEqual([0, 1, 0, 0, 4]);
    const other = slots.slice();
    reset!(at(1), rng());
    expect(gains(2)).toEqual([1]);
    slots.set(other);
    expect(gains(4)).toEqual([1]);
  });
});

describe("contact timers", () => {
  /** Feet whose contact sensors say what the test writes. */
  function feet() {
    const sensordata = new Float64Array(2);
    const sim = { sensordata, sensor: (name: string) => ({ address: name === "left" ? 0 : 1, size: 1 }) };
    const tracker = contactTimers(["left", "right"]);
    const slots = new Float64Array(tracker.size);
    const bound = tracker.bind({ sim: sim as unknown as Simulation, dt: DT, slots });
    const step = (left: number, right: number) => {
      sensordata.set([left, right]);
      bound.afterPhysics?.(momentWith([]));
      const seen = { air: [...bound.reading.airTime], landed: [...bound.reading.landed] };
      const reward = bound.reading.onLanding((time) => time - 0.02);
      bound.afterReward?.(momentWith([]));
      return { ...seen, reward };
    };
    sensordata.fill(1);
    bound.reset?.(momentWith([]), rng());
    return { step, bound };
  }

  it("count a flight from lift-off to landing, by hand", () => {
    const { step, bound } = feet();
    expect(step(1, 1).landed).toEqual([0, 0]);
    expect(step(0, 1).landed).toEqual([0, 0]); // in the air since this step: 1 · 0.02 s
    expect(step(0, 1).air[0]).toBeCloseTo(0.04, 12);
    const landing = step(1, 1); // 3 · 0.02 s when it comes down
    expect(landing.landed).toEqual([1, 0]);
    expect(landing.air[0]).toBeCloseTo(0.06, 12);
    expect(landing.reward).toBeCloseTo(0.04, 12);
    expect([...bound.reading.airTime]).toEqual([0, 0]);
    expect(step(1, 1).landed).toEqual([0, 0]);
  });

  it("take a foot for touching where one of its sensors says so", () => {
    const sensordata = Float64Array.of(0, 0, 0);
    const sim = { sensordata, sensor: (name: string) => ({ address: Number(name) }) } as unknown as Simulation;
    const tracker = contactTimers([["0", "1"], "2"]);
    const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
    const contacts = [
      [0, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ].map((values) => {
      sensordata.set(values);
      bound.afterPhysics?.(momentWith([]));
      return [...bound.reading.contact];
    });
    expect(contacts).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  it("follow how high a foot has been since it last touched", () => {
    const sensordata = Float64Array.of(1);
    const siteXpos = Float64Array.of(0, 0, 0.02);
    const sim = { sensordata, siteXpos, sensor: () => ({ address: 0 }), siteId: () => 0 } as unknown as Simulation;
    const tracker = contactTimers(["touch"], ["foot"]);
    const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
    bound.reset?.(momentWith([]), rng());
    const peaks = [
      [0, 0.05],
      [0, 0.12],
      [0, 0.07],
      [1, 0.02],
      [1, 0.02],
    ].map(([touch, height]) => {
      sensordata[0] = touch;
      siteXpos[2] = height;
      bound.afterPhysics?.(momentWith([]));
      const peak = bound.reading.peakHeight[0];
      bound.afterReward?.(momentWith([]));
      return peak;
    });
    // known when the foot comes down, forgotten after
    expect(peaks).toEqual([0.05, 0.12, 0.12, 0.12, 0.02]);
  });

  it("give the contacts as 0 and 1", () => {
    const { step, bound } = feet();
    step(3, 0);
    expect([...bound.reading.contact]).toEqual([1, 0]);
  });
});

describe("mean twist", () => {
  function walker(controlSteps: number) {
    const tracker = meanTwist(controlSteps);
    const bound = tracker.bind({ sim: {} as Simulation, dt: DT, slots: new Float64Array(tracker.size) });
    const at = (vx: number) => ({ robot: { twist: [vx, 2 * vx, -vx] } }) as unknown as AnyMoment;
    bound.reset?.(at(7), rng());
    return (vx: number) => {
      bound.afterPhysics?.(at(vx));
      return [...bound.reading.twist];
    };
  }

  it("averages over the steps of an episode until a stride is full, then over the last stride", () => {
    const step = walker(3);
    expect([3, 6, 0, 9, 3].map((vx) => step(vx)[0])).toEqual([3, 4.5, 3, 5, 4]);
    expect(step(0)).toEqual([4, 8, -4]);
  });

  it("is zero for a sway that returns within the stride", () => {
    const step = walker(4);
    let mean = [NaN];
    for (let i = 0; i < 8; i++) mean = step([1, 0, -1, 0][i % 4]);
    expect(mean.map(Math.abs)).toEqual([0, 0, 0]);
  });

  it("refuses a robot without a twist", () => {
    const tracker = meanTwist(3);
    const bound = tracker.bind({ sim: {} as Simulation, dt: DT, slots: new Float64Array(tracker.size) });
    expect(() => bound.afterPhysics?.({ robot: {} } as unknown as AnyMoment)).toThrow(/no reading `twist`/);
  });
});

describe("touch", () => {
  it("is felt where any of the sensors counts a contact", () => {
    const sensordata = new Float64Array(3);
    const sim = { sensordata, sensor: (name: string) => ({ address: Number(name) }) } as unknown as Simulation;
    const { reading } = touch(["0", "2"]).bind({ sim, dt: DT, slots: new Float64Array(0) });
    const felt = [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 2],
      [1, 1, 1],
    ].map((counts) => {
      sensordata.set(counts);
      return reading.any;
    });
    expect(felt).toEqual([false, false, true, true]);
  });
});

describe("action history", () => {
  it("holds the action before the last, and none at the start of an episode", () => {
    const tracker = actionHistory(1);
    const bound = tracker.bind({ sim: {} as Simulation, dt: DT, slots: new Float64Array(tracker.size).fill(9) });
    const moment = (action: number) => ({ action: Float64Array.of(action) }) as unknown as AnyMoment;
    bound.reset?.(moment(0), rng());
    const seen = [1, 2, 3].map((action) => {
      const before = bound.reading.lastButOne[0];
      bound.afterReward?.(moment(action));
      return before;
    });
    expect(seen).toEqual([0, 0, 1]);
  });
});

describe("gait phase", () => {
  const settings = { hz: 1.25, offsets: [0, Math.PI], standBelow: 0.1, fadeSeconds: 0.1 };

  function clock(command: number[], more: Partial<GaitSettings> = {}) {
    const slots = new Float64Array(2);
    const bound = gaitPhase({ ...settings, ...more }).bind({ sim: {} as Simulation, dt: DT, slots });
    bound.reset?.(momentWith(command), rng());
    return { bound, slots };
  }

  it("advances by 2π·dt·hz and keeps the feet half a turn apart", () => {
    const { bound } = clock([1]);
    const before = bound.reading.phase[0];
    bound.afterReward?.(momentWith([1]));
    expect(wrapPhase(bound.reading.phase[0] - before)).toBeCloseTo(2 * Math.PI * DT * 1.25, 12);
    expect(Math.abs(wrapPhase(bound.reading.phase[1] - bound.reading.phase[0]))).toBeCloseTo(Math.PI, 12);
  });

  it("returns to where it was after one period", () => {
    const { bound } = clock([1]);
    const before = bound.reading.phase[0];
    for (let i = 0; i < 40; i++) bound.afterReward?.(momentWith([1])); // 40 · 0.02 s · 1.25 Hz = 1
    expect(wrapPhase(bound.reading.phase[0] - before)).toBeCloseTo(0, 9);
  });

  it("fades over the declared time when told to stand, and its signals with it", () => {
    const { bound } = clock([1]);
    expect(bound.reading.amplitude).toBe(1);
    const amplitudes = [];
    for (let i = 0; i < 6; i++) {
      bound.afterReward?.(momentWith([0]));
      amplitudes.push(bound.reading.amplitude);
    }
    // 0.02 s of 0.1 s per step
    expect(amplitudes.map((value) => Math.round(value * 1000) / 1000)).toEqual([0.8, 0.6, 0.4, 0.2, 0, 0]);
    expect([...bound.reading.signals].every((value) => Math.abs(value) < 1e-12)).toBe(true);
    expect(clock([0.1]).bound.reading.amplitude).toBe(0);
  });

  it("begins where it shall, and fades from there as the command asks", () => {
    expect(clock([1], {}).bound.reading.amplitude).toBe(1);
    const { bound } = clock([1], { startAmplitude: 0.5 });
    expect(bound.reading.amplitude).toBe(0.5);
    bound.afterReward?.(momentWith([1]));
    expect(bound.reading.amplitude).toBeCloseTo(0.7, 12);
  });

  it("fades out more slowly than in where it shall", () => {
    const { bound } = clock([0], { startAmplitude: 1, fadeOutSeconds: 0.4 });
    bound.afterReward?.(momentWith([0]));
    expect(bound.reading.amplitude).toBeCloseTo(0.95, 12);
    for (let i = 0; i < 19; i++) bound.afterReward?.(momentWith([0]));
    expect(bound.reading.amplitude).toBeCloseTo(0, 12);
    bound.afterReward?.(momentWith([1]));
    expect(bound.reading.amplitude).toBeCloseTo(0.2, 12);
  });

  it("goes on while the base is faster than asked, though it is told to stand", () => {
    const { bound } = clock([1], { stepAbove: 0.25, startAmplitude: 1 });
    const at = (vx: number, vy: number) => ({ ...momentWith([0]), robot: { twist: [vx, vy, 0] } }) as AnyMoment;
    bound.afterReward?.(at(0.2, 0.2));
    expect(bound.reading.amplitude).toBe(1);
    bound.afterReward?.(at(0.2, 0.1));
    expect(bound.reading.amplitude).toBeCloseTo(0.8, 12);
    bound.afterReward?.(at(-0.3, 0));
    expect(bound.reading.amplitude).toBeCloseTo(1, 12);
    expect(() => bound.afterReward?.({ ...momentWith([0]), robot: {} } as AnyMoment)).toThrow(
      "gaitPhase: the task's robot has no reading `twist`",
    );
  });

  it("hurries by as much as the base moves otherwise than commanded", () => {
    const { bound } = clock([1], { hurry: { between: [0.4, 0.8], times: 2 } });
    const advance = (vx: number, vy: number) => {
      const before = bound.reading.phase[0];
      bound.afterReward?.({ ...momentWith([1, 0, 0]), robot: { twist: [vx, vy, 0] } } as AnyMoment);
      return wrapPhase(bound.reading.phase[0] - before);
    };
    const own = advance(0.7, 0);
    expect(advance(1, 0.4)).toBeCloseTo(own, 12);
    expect(advance(1, -0.6)).toBeCloseTo(1.5 * own, 12);
    expect(advance(0.2, 0)).toBeCloseTo(2 * own, 12);
    expect(advance(-1, 0)).toBeCloseTo(2 * own, 12);
  });

  it("reads its own environment's clock after a swap", () => {
    const { bound, slots } = clock([1]);
    slots.set([0.5, 1]);
    bound.beforePhysics?.(momentWith([1]), rng());
    expect(bound.reading.phase[0]).toBeCloseTo(0.5, 12);
    expect([...bound.reading.signals]).toEqual(
      [Math.cos(0.5), -Math.cos(0.5), Math.sin(0.5), -Math.sin(0.5)].map((x) => expect.closeTo(x, 12)),
    );
  });

  it("draws a rate per episode where the rate is a range, starts where it is told and goes on when told to stand", () => {
    const tracker = gaitPhase({ hz: [1, 2], offsets: [0, Math.PI], start: 0.3 });
    const bound = tracker.bind({ sim: {} as Simulation, dt: DT, slots: new Float64Array(tracker.size) });
    const random = new Rng();
    const rates = Array.from({ length: 100 }, (_, n) => {
      bound.reset?.(momentWith([0]), random.seek(2, 1, n));
      expect(bound.reading.phase[0]).toBeCloseTo(0.3, 12);
      const before = bound.reading.phase[0];
      bound.afterReward?.(momentWith([0]));
      const first = bound.reading.phase[0] - before;
      bound.afterReward?.(momentWith([0]));
      expect(bound.reading.phase[0] - before).toBeCloseTo(2 * first, 12);
      expect(bound.reading.amplitude).toBe(1);
      return first / (2 * Math.PI * DT);
    });
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1);
    expect(Math.min(...rates)).toBeLessThan(1.1);
    expect(Math.max(...rates)).toBeLessThanOrEqual(2);
    expect(Math.max(...rates)).toBeGreaterThan(1.9);
  });

  it("wraps angles into [−π, π)", () => {
    expect(wrapPhase(Math.PI)).toBeCloseTo(-Math.PI, 12);
    expect(wrapPhase(-Math.PI)).toBeCloseTo(-Math.PI, 12);
    expect(wrapPhase(5 * Math.PI + 0.1)).toBeCloseTo(-Math.PI + 0.1, 12);
    expect(wrapPhase(-7)).toBeCloseTo(-7 + 2 * Math.PI, 12);
  });
});

describe("pushes", () => {
  const random = new Rng();
  const moment = momentWith([]);

  it("kick the base at the declared times with the declared speeds, in all directions", () => {
    const qvel = new Float64Array(6);
    const sim = { qvel, joint: () => ({ dofAddress: 0 }) } as unknown as Simulation;
    const tracker = kicks({ joint: "root", everySeconds: [1, 2], speed: [0.5, 1] });
    const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
    bound.reset?.(moment, random.seek(3, 1));
    const times: number[] = [];
    const angles: number[] = [];
    for (let t = 0; t < 20_000; t++) {
      bound.beforePhysics?.(moment, random.seek(3, 2, 0, t));
      if (qvel[0] === 0 && qvel[1] === 0) continue;
      const speed = Math.hypot(qvel[0], qvel[1]);
      expect(speed).toBeGreaterThanOrEqual(0.5);
      expect(speed).toBeLessThanOrEqual(1);
      expect([...bound.reading.push]).toEqual([qvel[0], qvel[1]]);
      times.push(t);
      angles.push(Math.atan2(qvel[1], qvel[0]));
      qvel.fill(0);
    }
    expect(times[0]).toBeLessThanOrEqual(100);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(101);
    const quadrants = new Set(angles.map((angle) => Math.floor((angle + Math.PI) / (Math.PI / 2))));
    expect(quadrants.size).toBeGreaterThanOrEqual(4);
  });

  it("grow with the curriculum where they shall", () => {
    const qvel = new Float64Array(6);
    const sim = { qvel, joint: () => ({ dofAddress: 0 }) } as unknown as Simulation;
    const kickAt = (growing: boolean, progress: number) => {
      qvel.fill(0);
      const tracker = kicks({ joint: "root", everySeconds: [1, 1], speed: [2, 2], growing });
      const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
      bound.reset?.(moment, rng());
      for (let t = 0; t <= 50; t++) bound.beforePhysics?.({ ...moment, progress }, rng());
      return Math.hypot(qvel[0], qvel[1]);
    };
    expect([0, 0.5, 1].map((progress) => kickAt(true, progress))).toEqual([0, 1, 2].map((v) => expect.closeTo(v, 12)));
    expect(kickAt(false, 0.5)).toBeCloseTo(2, 12);
  });

  it("kick steadily where asked: the time is drawn once per episode and passes before the first kick too", () => {
    const qvel = new Float64Array(6);
    const sim = { qvel, joint: () => ({ dofAddress: 0 }) } as unknown as Simulation;
    const tracker = kicks({ joint: "root", everySeconds: [1, 2], steady: true, speed: [1, 1] });
    const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
    const episode = (n: number) => {
      bound.reset?.(moment, random.seek(8, 1, n));
      const times: number[] = [];
      for (let t = 1; t <= 500; t++) {
        bound.beforePhysics?.(moment, random.seek(8, 2, n, t));
        if (qvel[0] !== 0) times.push(t);
        qvel.fill(0);
      }
      return times;
    };
    const [first, second] = [episode(0), episode(1)];
    for (const times of [first, second]) {
      expect(times[0]).toBeGreaterThanOrEqual(50);
      expect(times[0]).toBeLessThanOrEqual(100);
      expect(times).toEqual(times.map((_, i) => (i + 1) * times[0]));
    }
    expect(first[0]).not.toBe(second[0]);
  });

  /** Forces of 200 steps of a surge every second that lasts 0.1 s and drives 10 kg at 2 m/s. */
  function surgeForces(enabled: boolean): number[][] {
    const forces: number[][] = [];
    const sim = {
      bodyId: () => 1,
      modelFields: { body_subtreemass: Float64Array.of(10, 10) },
      applyForce: (_body: number, force: ArrayLike<number>) => forces.push(Array.from(force)),
    } as unknown as Simulation;
    const tracker = surges({ body: "trunk", everySeconds: [1, 1], seconds: [0.1, 0.1], speed: [2, 2], enabled });
    const bound = tracker.bind({ sim, dt: DT, slots: new Float64Array(tracker.size) });
    bound.reset?.(moment, random.seek(6, 1));
    for (let t = 0; t < 200; t++) bound.beforePhysics?.(moment, random.seek(6, 2, 0, t));
    return forces;
  }

  it("surge like half a sine, again and again, along the ground", () => {
    const forces = surgeForces(true);
    const sizes = forces.map((force) => Math.hypot(...force));
    // 50 steps of waiting, then 5 of ½·sin(π·t/T)·M·v/T = 100 N · sin
    const surge = [0, 0.02, 0.04, 0.06, 0.08].map((t) => expect.closeTo(100 * Math.sin((Math.PI * t) / 0.1), 9));
    expect(sizes.slice(50, 56)).toEqual([...surge, 0]);
    expect(sizes.slice(105, 111)).toEqual([...surge, 0]);
    expect(sizes.filter((size) => size > 0)).toHaveLength(3 * 4);
    expect(forces.every((force) => force[2] === 0)).toBe(true);
    expect(forces[52].map((x) => x / sizes[52])).not.toEqual(forces[107].map((x) => x / sizes[107]));
  });

  it("leave the robot in peace where surges are not enabled", () => {
    expect(surgeForces(false)).toEqual([]);
  });

  it("shove for the declared time and let go", () => {
    const forces: number[][] = [];
    const sim = { bodyId: () => 2, applyForce: (body: number, force: number[]) => forces.push([body, ...force]) };
    const tracker = shoves({ body: "torso", everySeconds: [10, 10], newtons: [30, 30], seconds: 0.1 });
    const slots = new Float64Array(tracker.size);
    const bound = tracker.bind({ sim: sim as unknown as Simulation, dt: DT, slots });
    const events: number[] = [];
    for (let t = 0; t < 20; t++) {
      const before = forces.length;
      bound.beforePhysics?.(moment, random.seek(4, 2, 0, t));
      if (forces.length > before) events.push(t);
    }
    // at once, as no reset has set a waiting time, and released 0.1 s / 0.02 s = 5 steps later
    expect(events).toEqual([0, 5]);
    expect(Math.hypot(forces[0][1], forces[0][2])).toBeCloseTo(30, 9);
    expect(forces[1]).toEqual([2, 0, 0, 0]);
  });
});
