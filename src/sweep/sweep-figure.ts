/** The picture of a sweep: a learning curve per setting, mean over seeds with a band of one standard error. */
import { CHART_INK, stepsText } from "../figures/chart-axes.ts";
import { type ChartLine, lineChart } from "../figures/line-chart.ts";
import { element, label, placed, svgDocument } from "../figures/svg.ts";
import { spreadOf } from "../reproduction/scores.ts";
import type { SweepPlan } from "./plan.ts";
import type { CellRecord, Standing } from "./standing.ts";

// Pixels.
const MARGIN = 28;
const LEFT = 48;
const TOP = 84;
const WIDTH = 620;
const HEIGHT = 340;
const LEGEND_LINE = 18;
const FOOT = 44;

/** Distinguishable for colour-blind readers (Okabe and Ito 2008), the best setting first. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const OTHERS = "#b9c0c7";

/** The picture as SVG text. */
export function sweepFigure(plan: SweepPlan, records: readonly CellRecord[], { settings }: Standing): string {
  const lines = settings.map(({ setting }, rank): ChartLine => {
    return { colour: COLOURS[rank] ?? OTHERS, points: curveOf(records.filter(({ cell }) => cell.setting === setting)) };
  });
  const named = settings.slice(0, COLOURS.length);
  const more = settings.length - named.length;
  const legend = [
    ...named.map(({ setting, state }, rank) =>
      entry(rank, `${plan.settings[setting]!.name}${state === "stopped" ? " (stopped early)" : ""}`),
    ),
    ...(more > 0 ? [entry(named.length, `${more} other settings`)] : []),
  ];
  const below = TOP + HEIGHT + FOOT + 8;
  const title = `${plan.task}: ${plan.settings.length} settings, ${plan.seeds.length === 1 ? "one seed" : `${plan.seeds.length} seeds each`}`;
  // Runs end with a whole iteration, a little later than their rung.
  const last = Math.max(plan.rungs.at(-1)!.steps, ...records.map(({ steps }) => steps));
  const panel = lineChart({
    title: "",
    width: WIDTH,
    height: HEIGHT,
    x: [0, last],
    y: rangeOf(lines),
    xName: "environment steps",
    yName: "score of evaluations",
    xText: stepsText(last),
    lines: lines.toReversed(), // the best one on top
  });
  return svgDocument(2 * MARGIN + LEFT + WIDTH, below + legend.length * LEGEND_LINE + 12, title, [
    label(MARGIN, 30, title, { "font-size": 16, "font-weight": 600 }),
    label(MARGIN, 50, "mean over seeds, band of one standard error; vertical lines: ends of rungs", {
      fill: CHART_INK.text,
    }),
    placed(MARGIN + LEFT, TOP, [...rungLines(plan, last), ...panel]),
    placed(MARGIN, below, legend),
  ]);
}

/** At the steps that all seeds have reached. */
function curveOf(records: readonly CellRecord[]): ChartLine["points"] {
  const [first, ...others] = records.map(
    ({ evaluations }) => new Map(evaluations.map(({ steps, score }) => [steps, score])),
  );
  return [...(first ?? [])].flatMap(([steps, score]) => {
    const rest = others.map((seed) => seed.get(steps)).filter((value) => value !== undefined);
    const { mean, standardError } = spreadOf([score, ...rest]);
    const isWhole = rest.length === others.length && Number.isFinite(mean);
    return isWhole ? [{ x: steps, y: mean!, half: standardError ?? 0 }] : [];
  });
}

/** Around all bands, with some room. */
function rangeOf(lines: readonly ChartLine[]): readonly [number, number] {
  const ends = lines.flatMap(({ points }) => points.flatMap(({ y, half = 0 }) => [y - half, y + half]));
  if (ends.length === 0) return [0, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.06 * (high - low) || Math.max(1, Math.abs(high)) / 10;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function rungLines({ rungs }: SweepPlan, last: number): string[] {
  return rungs.slice(0, -1).map(({ steps }) => {
    const x = (WIDTH * steps) / last;
    return element("path", { d: `M${x.toFixed(1)} 0V${HEIGHT}`, stroke: CHART_INK.level, "stroke-dasharray": "2 3" });
  });
}

function entry(rank: number, text: string): string {
  const y = rank * LEGEND_LINE;
  const line = element("path", { d: `M0 ${y}h22`, stroke: COLOURS[rank] ?? OTHERS, "stroke-width": 2.4, fill: "none" });
  return line + label(30, y + 4, text);
}
