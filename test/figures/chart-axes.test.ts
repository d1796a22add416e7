import { describe, expect, it } from "vitest";
import { chartAxes, placeOn, roundTicks } from "../../src/figures/chart-axes.ts";
import { scatterChart } from "../../src/figures/scatter-chart.ts";
import { checkWellFormed } from "../cli/well-formed.ts";

describe("chart axes", () => {
  it("have round ticks within their range", () => {
    expect(roundTicks([0, 1000], 5)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(roundTicks([0, 59_965_440], 4)).toEqual([0, 20e6, 40e6]);
    expect(roundTicks([0, 2048], 4)).toEqual([0, 1000, 2000]);
    expect(roundTicks([0, 0.3], 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(roundTicks([-0.57, 0.57], 5)).toEqual([-0.5, 0, 0.5]);
    expect(roundTicks([5.64, 6.08], 5)).toEqual([5.7, 5.8, 5.9, 6]);
  });

  it("place values between the panel's corners and name the sides", () => {
    const axes = { width: 200, height: 100, x: [-1, 1], y: [10, 20], xName: "seconds", yName: "return" } as const;
    const at = placeOn(axes);
    expect([at.x(-1), at.x(0.5), at.y(20), at.y(10)]).toEqual([0, 150, 0, 100]);
    const shapes = chartAxes(axes).join("");
    for (const words of [">seconds<", ">return<", ">−0.5<", ">20<"]) expect(shapes).toContain(words);
  });
});

describe("a scatter chart", () => {
  const axes = { width: 200, height: 100, x: [-1, 1], y: [-1, 1] } as const;
  const chart = { ...axes, title: "a < b", colour: "#123456", lineColour: "#654321" };

  it("draws points that lie on it and leaves out the rest", () => {
    const xs = [0, 0.5, 7, Number.NaN];
    const shapes = scatterChart({ ...chart, xs, ys: [0, -1, 0, 0], line: null });
    const dots = shapes.filter((shape) => shape.includes("#123456"));
    expect(dots.map((shape) => /d="([^"]*)"/.exec(shape)?.[1])).toEqual(["M100 50h0", "M150 100h0"]);
    checkWellFormed(`<g>${shapes.join("")}</g>`);
  });

  it.each([
    [{ slope: 0.5, intercept: 0 }, "M0 75L200 25"],
    [{ slope: -2, intercept: 0 }, "M50 0L150 100"],
    [{ slope: 0, intercept: 0.5 }, "M0 25L200 25"],
    [{ slope: 1, intercept: 1.5 }, "M0 25L50 0"],
  ])("draws the part of the line %o that lies on it", (line, expected) => {
    const shapes = scatterChart({ ...chart, xs: [], ys: [], line }).join("");
    expect(shapes).toContain(`d="${expected}" stroke="#654321"`);
  });

  it("draws no line that misses it", () => {
    for (const line of [
      { slope: 0, intercept: 2 },
      { slope: 1, intercept: 5 },
    ])
      expect(scatterChart({ ...chart, xs: [], ys: [], line }).join("")).not.toContain("#654321");
  });
});
