import { describe, expect, it } from "vitest";
import { median } from "../../src/math/median.ts";

describe("the median", () => {
  it("is the middle one, or the mean of the two in the middle, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 1e9])).toBe(7);
    expect(median([])).toBeNaN();
  });
});
