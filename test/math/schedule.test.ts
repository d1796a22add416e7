import { describe, expect, it } from "vitest";
import { readSchedule, scheduleText, valueAt } from "../../src/math/schedule.ts";

describe("a schedule", () => {
  it("goes in a straight line to its end and stays there", () => {
    const falling = { start: 0.06, end: 0.02, over: 1000 };
    const values = [0, 500, 1000, 9000].map((steps) => valueAt(falling, steps));
    [0.06, 0.04, 0.02, 0.02].forEach((value, k) => {
      expect(values[k]).toBeCloseTo(value, 12);
    });
    expect(valueAt({ start: 0.3, end: 0.3, over: 0 }, 9000)).toBe(0.3);
  });

  it.each([
    ["0.06..0.015 over 12M", { start: 0.06, end: 0.015, over: 12_000_000 }, "0.06..0.015 over 12M"],
    ["  8..1  over 600_000 ", { start: 8, end: 1, over: 600_000 }, "8..1 over 600k"],
    ["3e-4..0 over 2e8", { start: 3e-4, end: 0, over: 200_000_000 }, "0.0003..0 over 200M"],
    ["-1..-.5 over 1234", { start: -1, end: -0.5, over: 1234 }, "-1..-0.5 over 1234"],
    ["0.3", { start: 0.3, end: 0.3, over: 0 }, "0.3"],
  ])("reads %j and writes it in its shortest form", (text, schedule, shortest) => {
    expect(readSchedule(text)).toEqual(schedule);
    expect(scheduleText(schedule)).toBe(shortest);
    expect(readSchedule(shortest)).toEqual(schedule);
  });

  it.each(["", "1..2", "1..2 over", "1..x over 3", "a", "1..2 over 0", "1..2 over 1.5", "1..2 over -3", "..2 over 5"])(
    "does not read %j",
    (text) => {
      expect(readSchedule(text)).toBeNull();
    },
  );
});
