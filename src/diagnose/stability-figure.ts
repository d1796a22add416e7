/** The picture of a run's stability: its evaluations with the level that they should not fall below, and measures of its updates (medians), one panel each. */

import { type Range, stepsText } from "../figures/chart-axes.ts";
import { type ChartLine, lineChart } from "../figures/line-chart.ts";
import { coordinate, element, label, placed, svgDocument } from "../figures/svg.ts";
import type { MeasureCurve, StabilityDiagnosis } from "./stability-diagnosis.ts";

// Pixels.
const MARGIN = 28;
const TOP = 62;
const LEFT = 46;
const WIDTH = 560;
const RETURNS_HEIGHT = 170;
const MEASURE_HEIGHT = 90;
const GAP = 46;

/** Distinguishable for colour-blind readers (Okabe and Ito 2008). */
const [BLUE, ORANGE, GREEN, PINK] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/** A panel of measures; one that the run's algorithm does not have is omitted. */
interface MeasurePanel {
  readonly title: string;
  /** The second one is dashed */
  readonly names: readonly string[];
  readonly colour: string;
}

const PANELS: readonly MeasurePanel[] = [
  { title: "flow-matching loss of the executed actions", names: ["cfmLoss"], colour: ORANGE! },
  {
    title: "norm of the policy's gradient, and (dashed) spread of actions",
    names: ["gradientNormActor", "actionSpread"],
    colour: GREEN!,
  },
  { title: "share of ratios outside the trust region", names: ["clipFraction"], colour: PINK! },
  { title: "the policy's learning rate", names: ["learningRate"], colour: BLUE! },
];

/** Share of a measure's medians that its axis reaches over; what is above is cut off. */
const SHOWN_SHARE = 0.98;

/** The picture as SVG text. */
export function stabilityFigure(title: string, diagnosis: StabilityDiagnosis, curves: readonly MeasureCurve[]): string {
  const x: Range = [diagnosis.begin, diagnosis.envSteps];
  const measured = PANELS.map((panel) => measurePanel(panel, curves)).filter((panel) => panel.lines.length > 0);
  const shapes: string[] = [];
  let top = TOP;
  for (const panel of [returnsPanel(diagnosis), ...measured]) {
    const chart = lineChart({ ...panel, width: WIDTH, x, xText: stepsText(x[1]) });
    const marks = triangles(panel.outside, panel.lines[0]!.colour, x);
    shapes.push(placed(MARGIN + LEFT, top, [...chart, ...marks]));
    top += panel.height + GAP;
  }
  const name = label(MARGIN + LEFT + WIDTH / 2, top - 8, "environment steps", { "text-anchor": "middle" });
  return svgDocument(2 * MARGIN + LEFT + WIDTH, top + MARGIN - 8, title, [
    label(MARGIN, 28, title, { "font-size": 16, "font-weight": 600 }),
    ...shapes,
    name,
  ]);
}

function returnsPanel({ evaluations, episodes, best, threshold }: StabilityDiagnosis) {
  const points = evaluations.map(({ steps, returnMean, returnStd }) => ({ x: steps, y: returnMean, half: returnStd }));
  const level = threshold * best.returnMean;
  return {
    title: `return of evaluations, ± over ${episodes} episodes; dashed: ${Math.round(100 * threshold)} % of the best`,
    height: RETURNS_HEIGHT,
    y: rangeOf(points.flatMap(({ y, half }) => [y - half, y + half])),
    lines: [{ colour: BLUE!, points }],
    levels: level > 0 ? [level] : [],
    outside: [],
  };
}

function measurePanel({ title, names, colour }: MeasurePanel, curves: readonly MeasureCurve[]) {
  const shown = curves
    .filter(({ name }) => names.includes(name))
    .map(({ name, parts }) => ({ name, parts: parts.filter(({ median }) => Number.isFinite(median)) }));
  const values = shown.flatMap(({ parts }) => parts.map(({ median }) => median)).sort((a, b) => a - b);
  const y = rangeOf([1.4 * (values[Math.floor(SHOWN_SHARE * (values.length - 1))] ?? 1)]);
  const lines = shown.map(({ name, parts }): ChartLine => {
    const cut = parts.map(({ steps, median }) => ({ x: steps, y: Math.max(y[0], Math.min(y[1], median)) }));
    return { colour, dashed: name !== names[0], points: cut };
  });
  const outside = shown.flatMap(({ parts }) => parts.filter(({ largest }) => largest > y[1]).map(({ steps }) => steps));
  return {
    title: outside.length > 0 ? `${title}; ▾ updates beyond` : title,
    height: MEASURE_HEIGHT,
    y,
    lines,
    outside,
  };
}

/** Where single updates leave the panel at its upper edge. */
function triangles(outside: readonly number[], colour: string, x: Range): string[] {
  if (outside.length === 0) return [];
  const corners = outside.map((steps) => `M${coordinate((WIDTH * (steps - x[0])) / (x[1] - x[0]))} 6l-3.5 -5h7z`);
  return [element("path", { d: corners.join(""), fill: colour })];
}

/** From 0, or from below it. */
function rangeOf(values: readonly number[]): Range {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return high > low ? [low, high] : [low, low + 1];
}
