/** Trackers of late readings and of what once came true, over hand-made moments. */
import { expect, it } from "vitest";
import type { Rng } from "../../src/math/rng.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import type { AnyMoment } from "../../src/tasks/moment.ts";
import { delayed } from "../../src/tasks/trackers/delayed.ts";
import { latch } from "../../src/tasks/trackers/latch.ts";

const at = (place: number) => ({ robot: { place } }) as unknown as AnyMoment;
/** Draws the given choice. */
const drawing = (choice: number) => ({ integer: () => choice }) as unknown as Rng;

it("late readings are interpolated between control steps, and at first those of the start", () => {
  const tracker = delayed({
    parts: { place: 1, twice: 1 },
    least: 1.5,
    most: 2.5,
    choices: 3,
    read: (s: { robot: { place: number } }, out) => {
      out.place[0] = s.robot.place;
      out.twice[0] = 2 * s.robot.place;
    },
  });
  const slots = new Float64Array(tracker.size);
  const { reading, reset, beforePhysics, afterReward } = tracker.bind({ sim: {} as Simulation, dt: 0.02, slots });
  const seen = (place: number, choice: number) => {
    beforePhysics!(at(place), drawing(choice));
    afterReward!(at(place));
    return [reading.place[0], reading.twice[0]];
  };
  reset!(at(10), drawing(0));
  expect([reading.place[0], reading.twice[0]]).toEqual([10, 20]);
  expect(seen(11, 0)).toEqual([10, 20]);
  expect(seen(13, 0)).toEqual([10.5, 21]);
  // 1.5, 2 and 2.5 steps ago
  const kept = slots.slice();
  expect(seen(17, 0)).toEqual([12, 24]);
  slots.set(kept);
  expect(seen(17, 1)).toEqual([11, 22]);
  slots.set(kept);
  expect(seen(17, 2)).toEqual([10.5, 21]);
  reset!(at(5), drawing(0));
  expect(seen(6, 2)).toEqual([5, 10]);
});

it("a latch stays set until the next episode, and is the environment's own", () => {
  const tracker = latch((robot: { place: number }) => robot.place > 3);
  const slots = new Float64Array(tracker.size);
  const { reading, reset, afterPhysics } = tracker.bind({ sim: {} as Simulation, dt: 0.02, slots });
  const other = slots.slice();
  const seen = [2, 4, 1].map((place) => {
    afterPhysics!(at(place));
    return reading.set;
  });
  expect(seen).toEqual([false, true, true]);
  slots.set(other);
  expect(reading.set).toBe(false);
  slots.fill(1);
  reset!(at(0), drawing(0));
  expect(reading.set).toBe(false);
});
