/** A panel of lines over axes, as pieces of SVG: ticks, bands around lines, dashed reference lines. What the lines mean is the caller's affair. */
import { type Attributes, coordinate, element, label } from "./svg.ts";

/** One point of a line; the band around it reaches from y − half to y + half. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly half?: number;
}

/** One line. */
export interface ChartLine {
  readonly colour: string;
  readonly points: readonly ChartPoint[];
  readonly dashed?: boolean;
}

/** What a panel shows. Axes begin at 0. */
export interface LineChart {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly xMax: number;
  readonly yMax: number;
  readonly lines: readonly ChartLine[];
  /** Heights of dashed lines across the panel. */
  readonly levels?: readonly number[];
  readonly xText: (value: number) => string;
}

const GRID = "#e6e9ec";
const AXIS = "#c3c9cf";
const TEXT = "#5d6670";
const LEVEL = "#8a939c";

/** The panel with its upper left corner at (0, 0); tick labels stand left of it and below, the title above. */
export function lineChart(chart: LineChart): string[] {
  const { title, width, height, xMax, yMax, lines, levels = [] } = chart;
  const at = (x: number, y: number) => `${coordinate((width * x) / xMax)} ${coordinate(height * (1 - y / yMax))}`;
  const dash = { "stroke-dasharray": "2 3" };
  return [
    label(0, -8, title, { "font-weight": 600 }),
    ...axes(chart),
    ...levels.map((y) => element("path", { d: `M${at(0, y)}L${at(xMax, y)}`, stroke: LEVEL, ...dash })),
    ...lines.flatMap((line) => band(line, at)),
    ...lines.flatMap((line) => stroke(line, at)),
    element("rect", { width, height, fill: "none", stroke: AXIS }),
  ];
}

/** Share of a step by which the last tick may lie beyond the end of its axis. */
const OVERHANG = 0.02;

/** Round numbers from 0 to about `max`, at most `most` of them besides 0, each 1, 2 or 5 times a power of ten from the last. */
export function roundTicks(max: number, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(max / most));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => max / size <= most * (1 + 1e-9))!;
  return Array.from({ length: Math.floor(max / step + OVERHANG) + 1 }, (_, k) => k * step);
}

function axes({ width, height, xMax, yMax, xText }: LineChart): string[] {
  const small = { "font-size": 10, fill: TEXT };
  const rows = roundTicks(yMax, 5).map((value) => [value, height * (1 - value / yMax)]);
  const columns = roundTicks(xMax, 4).map((value) => [value, (width * value) / xMax]);
  const grid = [
    ...rows.map(([, y]) => `M0 ${coordinate(y)}H${width}`),
    ...columns.map(([, x]) => `M${coordinate(x)} 0V${height}`),
  ];
  return [
    element("path", { d: grid.join(""), stroke: GRID, fill: "none" }),
    ...rows.map(([value, y]) => label(-6, y + 3.5, String(value), { "text-anchor": "end", ...small })),
    ...columns.map(([value, x]) => label(x, height + 14, xText(value), { "text-anchor": "middle", ...small })),
  ];
}

function band({ points, colour }: ChartLine, at: (x: number, y: number) => string): string[] {
  if (points.length < 2 || !points.some(({ half = 0 }) => half > 0)) return [];
  const upper = points.map(({ x, y, half = 0 }) => at(x, y + half));
  const lower = points.map(({ x, y, half = 0 }) => at(x, y - half)).reverse();
  return [element("path", { d: `M${[...upper, ...lower].join("L")}z`, fill: colour, opacity: 0.2 })];
}

/** A line, or a dot where there is only one point. */
function stroke({ points, colour, dashed }: ChartLine, at: (x: number, y: number) => string): string[] {
  if (points.length === 0) return [];
  const d = `M${points.map(({ x, y }) => at(x, y)).join("L")}${points.length === 1 ? "h0" : ""}`;
  const width = points.length === 1 ? 5 : 1.8;
  const ends = { "stroke-linejoin": "round", "stroke-linecap": "round" };
  const dash: Attributes = dashed === true ? { "stroke-dasharray": "5 4", opacity: 0.6 } : {};
  return [element("path", { d, stroke: colour, fill: "none", "stroke-width": width, ...ends, ...dash })];
}
