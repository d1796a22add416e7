/** Axes of a panel as pieces of SVG: round ticks, grid, names; and where values lie on it. What is drawn over them is the charts' affair. */
import { coordinate, element, label } from "./svg.ts";

/** Least and largest value. */
export type Range = readonly [number, number];

/** A panel's size in pixels and what its sides stand for. */
export interface ChartAxes {
  readonly width: number;
  readonly height: number;
  readonly x: Range;
  readonly y: Range;
  /** Names below and beside the ticks */
  readonly xName?: string;
  readonly yName?: string;
  readonly xText?: (value: number) => string;
}

/** Colours of what is not data. */
export const CHART_INK = { grid: "#e6e9ec", frame: "#c3c9cf", text: "#5d6670", level: "#8a939c" } as const;

/** Pixels of values on the panel, from its upper left corner. */
export function placeOn({ width, height, x, y }: ChartAxes) {
  return {
    x: (value: number) => (width * (value - x[0])) / (x[1] - x[0]),
    y: (value: number) => height * (1 - (value - y[0]) / (y[1] - y[0])),
  };
}

/** "12.5 80" for a path. */
export function pointOn(axes: ChartAxes): (x: number, y: number) => string {
  const at = placeOn(axes);
  return (x, y) => `${coordinate(at.x(x))} ${coordinate(at.y(y))}`;
}

/** Round numbers within a range, each 1, 2 or 5 times a power of ten from the next, at most `most` steps of them. */
export function roundTicks([low, high]: Range, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => (high - low) / size <= most * (1 + 1e-9))!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Grid, tick labels left of the panel and below it, and the names. */
export function chartAxes(axes: ChartAxes): string[] {
  const { width, height, xName, yName, xText = signed } = axes;
  const at = placeOn(axes);
  const small = { "font-size": 10, fill: CHART_INK.text };
  const rows = roundTicks(axes.y, 5);
  const columns = roundTicks(axes.x, Math.max(2, Math.round(width / 55)));
  const grid = [
    ...rows.map((value) => `M0 ${coordinate(at.y(value))}H${width}`),
    ...columns.map((value) => `M${coordinate(at.x(value))} 0V${height}`),
  ];
  const turned = { "text-anchor": "middle", transform: `translate(-36 ${coordinate(height / 2)}) rotate(-90)` };
  return [
    element("path", { d: grid.join(""), stroke: CHART_INK.grid, fill: "none" }),
    ...rows.map((value) => label(-6, at.y(value) + 3.5, signed(value), { "text-anchor": "end", ...small })),
    ...columns.map((value) => label(at.x(value), height + 14, xText(value), { "text-anchor": "middle", ...small })),
    ...(xName === undefined ? [] : [label(width / 2, height + 30, xName, { "text-anchor": "middle", ...small })]),
    ...(yName === undefined ? [] : [label(0, 0, yName, { ...turned, ...small })]),
  ];
}

/** With a true minus sign. */
function signed(value: number): string {
  return String(value).replace("-", "−");
}

/** Names environment steps: "2M" where the axis reaches millions, else "2,000". */
export function stepsText(max: number): (steps: number) => string {
  return (steps) => (max >= 1e6 && steps > 0 ? `${Number((steps / 1e6).toPrecision(3))}M` : steps.toLocaleString("en"));
}
