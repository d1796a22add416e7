/**
 * The picture of a ratio diagnosis: the algorithm's log-ratio of every measured action against the true one, epoch by epoch with the
 * least-squares line; below, how the comparison changes over the epochs.
 */

import type { Range } from "../figures/chart-axes.ts";
import { type ChartLine, lineChart } from "../figures/line-chart.ts";
import { scatterChart } from "../figures/scatter-chart.ts";
import { coordinate, element, label, placed, svgDocument } from "../figures/svg.ts";
import type { RatioDiagnosis, RatioEpoch, RatioPoints, TruthComparison } from "./ratio-diagnosis.ts";

// Pixels.
const MARGIN = 28;
const TOP = 112;
const LEFT = 46;
const PANEL_WIDTH = 252;
const PANEL_HEIGHT = 200;
const CURVE_HEIGHT = 130;
const COLUMNS = 3;
const COLUMN_STEP = LEFT + PANEL_WIDTH + 14;
const ROW_STEP = PANEL_HEIGHT + 72;

/** Most rows of panels. */
const MOST_ROWS = 2;
/** Share of the values that each axis reaches over. */
const SHOWN_SHARE = 0.995;

/** Distinguishable for colour-blind readers (Okabe and Ito 2008). */
const BLUE = "#0072b2";
const ORANGE = "#d55e00";
const GREEN = "#009e73";
const PINK = "#cc79a7";

/** The picture as SVG text. */
export function ratioFigure(title: string, diagnosis: RatioDiagnosis): string {
  const shown = chosenEpochs(diagnosis.points);
  const rows = Math.ceil(shown.length / COLUMNS);
  const width = 2 * MARGIN + COLUMNS * COLUMN_STEP;
  const curvesTop = TOP + rows * ROW_STEP + 20;
  const height = curvesTop + CURVE_HEIGHT + 54 + MARGIN;
  const reach = reachOf(diagnosis.points);
  const panels = shown.map((points, n) => {
    const x = MARGIN + LEFT + (n % COLUMNS) * COLUMN_STEP;
    return placed(x, TOP + Math.floor(n / COLUMNS) * ROW_STEP, panel(points, n, reach, diagnosis));
  });
  const truth = truthName(diagnosis);
  return svgDocument(width, height, title, [
    label(MARGIN, 28, title, { "font-size": 16, "font-weight": 600 }),
    label(
      MARGIN,
      46,
      `log-ratio of ${diagnosis.rows.toLocaleString("en")} actions, new policy to old: FPO's against the true one under ${truth}`,
      {
        fill: "#5d6670",
      },
    ),
    ...legend(diagnosis.clip),
    ...panels,
    ...curves(diagnosis).map((chart, n) => placed(MARGIN + LEFT + n * COLUMN_STEP, curvesTop, chart)),
  ]);
}

/** The likelihood that the ratio is held against. */
export function truthName({ epochs, sampler, flowSteps }: RatioDiagnosis): string {
  return epochs[0]?.sampler ? `the ${flowSteps}-step ${sampler} sampler` : "the continuous flow";
}

/** The comparison that the picture shows. */
function against(epoch: RatioEpoch): TruthComparison {
  return epoch.sampler ?? epoch.flow;
}

/** Epochs from the first to the last, evenly in their logarithm: full rows of panels where there are enough. */
function chosenEpochs(points: readonly RatioPoints[]): RatioPoints[] {
  const last = points.length - 1;
  const rows = Math.min(MOST_ROWS, Math.max(1, Math.floor(last / COLUMNS)));
  const count = Math.min(rows * COLUMNS, last);
  const chosen: RatioPoints[] = [];
  let epoch = 0;
  for (let n = 0; n < count; n++) {
    const wanted = Math.round(last ** (count === 1 ? 1 : n / (count - 1)));
    // Where rounding gives an epoch twice, the next one follows.
    epoch = Math.max(wanted, epoch + 1);
    chosen.push(points[epoch]!);
  }
  return chosen;
}

/** Limits that hold nearly all values, the same for all panels. */
function reachOf(points: readonly RatioPoints[]): { x: Range; y: Range } {
  const range = (pick: (one: RatioPoints) => Float64Array): Range => {
    const sizes = points.flatMap((one) => Array.from(pick(one), Math.abs)).filter(Number.isFinite);
    sizes.sort((a, b) => a - b);
    const most = 1.05 * Math.max(1e-3, sizes[Math.floor(SHOWN_SHARE * (sizes.length - 1))] ?? 0);
    return [-most, most];
  };
  return { x: range(({ truth }) => truth), y: range(({ proxy }) => proxy) };
}

function panel(points: RatioPoints, n: number, reach: { x: Range; y: Range }, diagnosis: RatioDiagnosis): string[] {
  const { clip, epochs } = diagnosis;
  const { slope, intercept, correlation } = against(epochs[points.epoch]!);
  const numbers =
    slope === null || correlation === null ? undefined : `slope ${fixed(slope)}, correlation ${fixed(correlation)}`;
  return scatterChart({
    title: `epoch ${points.epoch}`,
    note: numbers,
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    ...reach,
    xName: "ln of the true ratio",
    yName: n % COLUMNS === 0 ? "ln of FPO's ratio" : undefined,
    xs: points.truth,
    ys: points.proxy,
    line: slope === null || intercept === null ? null : { slope, intercept },
    band: [Math.log(Math.max(1e-9, 1 - clip)), Math.log(1 + clip)],
    colour: BLUE,
    lineColour: ORANGE,
  });
}

function fixed(value: number): string {
  return value.toFixed(2).replace("-", "−");
}

function legend(clip: number): string[] {
  let x = MARGIN;
  const entry = (name: string, mark: string) => {
    const text = label(x + 28, 70, name);
    const moved = element("g", { transform: `translate(${coordinate(x)} 66)` }, [mark]);
    x += 28 + 6.6 * name.length + 24;
    return moved + text;
  };
  const line = (attributes: Record<string, string | number>) =>
    element("path", { d: "M0 0h20", fill: "none", ...attributes });
  const dot = { stroke: BLUE, "stroke-width": 5, "stroke-linecap": "round" };
  return [
    entry("an action", element("path", { d: "M10 0h0", ...dot })),
    entry("least-squares line", line({ stroke: ORANGE, "stroke-width": 2 })),
    entry("equal ratios", line({ stroke: "#8a939c", "stroke-dasharray": "4 4" })),
    entry(`within 1 ± ${clip}`, element("rect", { x: 0, y: -6, width: 20, height: 12, fill: "#f1e9d2" })),
  ];
}

/** Three panels over the epochs. */
function curves({ epochs }: RatioDiagnosis): string[][] {
  const line = (colour: string, pick: (epoch: RatioEpoch) => number | null): ChartLine => ({
    colour,
    points: epochs.slice(1).flatMap((epoch) => {
      const y = pick(epoch);
      return y === null || !Number.isFinite(y) ? [] : [{ x: epoch.epoch, y }];
    }),
  });
  const agreement = {
    correlation: line(BLUE, (epoch) => against(epoch).correlation),
    "same sign": line(GREEN, (epoch) => against(epoch).signAgreement),
    slope: line(ORANGE, (epoch) => against(epoch).slope),
  };
  const clipping = {
    "FPO's outside": line(BLUE, ({ clipped }) => clipped),
    "true outside": line(GREEN, (epoch) => against(epoch).clipped),
    "sides differ": line(PINK, (epoch) => against(epoch).clipDisagreement),
  };
  const gap = { "mean of ln π − bound, nats": line(BLUE, (epoch) => against(epoch).gap) };
  return [
    curve("agreement", agreement, [0, 1]),
    curve("trust region, share of ratios", clipping, [0, 1]),
    curve("gap of the likelihood bound", gap),
  ];
}

/** @param shown values that the axis reaches over at least */
function curve(title: string, lines: Readonly<Record<string, ChartLine>>, shown: readonly number[] = []): string[] {
  const points = Object.values(lines).flatMap((line) => line.points);
  const values = [...points.map(({ y }) => y), ...shown];
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const room = shown.length > 0 ? 0 : Math.max(0.05, 0.3 * (high - low));
  const last = Math.max(2, ...points.map(({ x }) => x));
  const chart = lineChart({
    title,
    width: PANEL_WIDTH,
    height: CURVE_HEIGHT,
    x: [1, last],
    y: [low - room, high + room],
    xName: "epoch",
    lines: Object.values(lines),
  });
  return [...chart, ...curveNames(lines)];
}

/** The lines' names in their colours, below the panel. */
function curveNames(lines: Readonly<Record<string, ChartLine>>): string[] {
  let x = 0;
  return Object.entries(lines).map(([name, { colour }]) => {
    const text = label(x, CURVE_HEIGHT + 48, name, { fill: colour, "font-size": 11, "font-weight": 600 });
    x += 6.2 * name.length + 16;
    return text;
  });
}
