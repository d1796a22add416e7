/** A panel of points over axes, with a straight line through them, bands and a dashed line of equal values, as pieces of SVG. */
import { CHART_INK, type ChartAxes, chartAxes, placeOn, pointOn, type Range } from "./chart-axes.ts";
import { coordinate, element, label } from "./svg.ts";

/** What a panel shows. Points beyond the axes are omitted. */
export interface ScatterChart extends ChartAxes {
  readonly title: string;
  /** At the right end of the title's line */
  readonly note?: string;
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** y = slope·x + intercept */
  readonly line: { readonly slope: number; readonly intercept: number } | null;
  /** Shaded where either coordinate lies within */
  readonly band?: Range;
  readonly colour: string;
  readonly lineColour: string;
}

/** The panel with its upper left corner at (0, 0); tick labels stand left of it and below, the title above. */
export function scatterChart(chart: ScatterChart): string[] {
  const { title, note, width, height, x, y, line, band } = chart;
  const frame = { width, height, fill: "none", stroke: CHART_INK.frame };
  const equal: Range = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
  const at = pointOn(chart);
  return [
    label(0, -8, title, { "font-weight": 600 }),
    ...(note === undefined ? [] : [label(width, -8, note, { "text-anchor": "end", fill: CHART_INK.text })]),
    ...(band === undefined ? [] : bandShapes(chart, band)),
    ...chartAxes(chart),
    element("path", {
      d: `M${at(equal[0], equal[0])}L${at(equal[1], equal[1])}`,
      stroke: CHART_INK.level,
      "stroke-dasharray": "4 4",
    }),
    ...points(chart),
    ...(line === null ? [] : [straightLine(chart, line)]),
    element("rect", frame),
  ];
}

function bandShapes(chart: ScatterChart, [low, high]: Range): string[] {
  const { width, height } = chart;
  const at = placeOn(chart);
  const within = (value: number, size: number) => Math.min(size, Math.max(0, value));
  const [left, right] = [within(at.x(low), width), within(at.x(high), width)];
  const [top, bottom] = [within(at.y(high), height), within(at.y(low), height)];
  const shade = { fill: "#f1e9d2", opacity: 0.6 };
  return [
    element("rect", { x: left, y: 0, width: right - left, height, ...shade }),
    element("rect", { x: 0, y: top, width, height: bottom - top, ...shade }),
  ];
}

/** Layers that the points are dealt out to: each is one path, and where many lie together the layers add up. */
const LAYERS = 12;

/** All points as round dots. */
function points(chart: ScatterChart): string[] {
  const { xs, ys, x, y, colour } = chart;
  const at = placeOn(chart);
  const layers = Array.from({ length: LAYERS }, (): string[] => []);
  for (let i = 0; i < xs.length; i++) {
    // Written so that values that are not finite fail too.
    const inside = xs[i] >= x[0] && xs[i] <= x[1] && ys[i] >= y[0] && ys[i] <= y[1];
    if (inside) layers[i % LAYERS]!.push(`M${tenth(at.x(xs[i]))} ${tenth(at.y(ys[i]))}h0`);
  }
  const round = { stroke: colour, "stroke-width": 2.8, "stroke-linecap": "round", fill: "none", opacity: 0.3 };
  return layers.filter((dots) => dots.length > 0).map((dots) => element("path", { d: dots.join(""), ...round }));
}

/** The part of the line that lies on the panel. */
function straightLine(chart: ScatterChart, { slope, intercept }: NonNullable<ScatterChart["line"]>): string {
  const { x, y, lineColour } = chart;
  const at = pointOn(chart);
  const xAt = (value: number) => (slope === 0 ? Number.NaN : (value - intercept) / slope);
  const crossings = [xAt(y[0]), xAt(y[1])].sort((a, b) => a - b);
  const flat = !crossings.every(Number.isFinite);
  const [from, to] = flat ? x : [Math.max(x[0], crossings[0]), Math.min(x[1], crossings[1])];
  const off = from >= to || (flat && (intercept < y[0] || intercept > y[1]));
  if (off) return "";
  const d = `M${at(from, slope * from + intercept)}L${at(to, slope * to + intercept)}`;
  return element("path", { d, stroke: lineColour, "stroke-width": 2, fill: "none", "stroke-linecap": "round" });
}

/** A pixel to one decimal, which keeps thousands of points small. */
function tenth(value: number): string {
  return coordinate(Math.round(value * 10) / 10);
}
