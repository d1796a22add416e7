import { describe, expect, it } from "vitest";
import { ratesText } from "../../src/cli/bench.ts";

describe("a bench's table", () => {
  it("has a row per number, of tasks too, where nothing is promised", () => {
    const text = ratesText("training", { CheetahRun: { stepsPerSecond: 20123.4, share: 0.1234 }, memory: null }, {});
    expect(text.split("\n")).toEqual([
      "training",
      "  CheetahRun stepsPerSecond        20,123",
      "  CheetahRun share                  0.123",
      "  memory                     not measured",
    ]);
  });

  it("says what is promised beside what was measured", () => {
    const text = ratesText("stream", { lost: 0.01, frames: 30 }, { lost: "at most 0.02" });
    expect(text.split("\n")).toEqual([
      "stream",
      "                asked",
      "  lost    0.01  at most 0.02",
      "  frames    30",
    ]);
  });
});
