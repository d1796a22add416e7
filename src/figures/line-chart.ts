/** A panel of lines over axes, as pieces of SVG: ticks, bands around lines, dashed reference lines. What the lines mean is the caller's affair. */
import { CHART_INK, type ChartAxes, chartAxes, pointOn } from "./chart-axes.ts";
import { type Attributes, element, label } from "./svg.ts";

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

/** What a panel shows. */
export interface LineChart extends ChartAxes {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  /** Heights of dashed lines across the panel. */
  readonly levels?: readonly number[];
}

/** The panel with its upper left corner at (0, 0); tick labels stand left of it and below, the title above. */
export function lineChart(chart: LineChart): string[] {
  const { title, width, height, x, lines, levels = [] } = chart;
  const at = pointOn(chart);
  const dash = { "stroke-dasharray": "2 3" };
  return [
    label(0, -8, title, { "font-weight": 600 }),
    ...chartAxes(chart),
    ...levels.map((y) => element("path", { d: `M${at(x[0], y)}L${at(x[1], y)}`, stroke: CHART_INK.level, ...dash })),
    ...lines.flatMap((line) => band(line, at)),
    ...lines.flatMap((line) => stroke(line, at)),
    element("rect", { width, height, fill: "none", stroke: CHART_INK.frame }),
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
