/** The picture of a reproduced table: a panel of learning curves per task, all algorithms in it, beside what was published. */
import { type AlgorithmName, algorithmNames } from "../config/algorithm-config.ts";
import { stepsText } from "../figures/chart-axes.ts";
import { type ChartLine, lineChart } from "../figures/line-chart.ts";
import { type Attributes, coordinate, element, label, placed, svgDocument } from "../figures/svg.ts";
import type { CellRecord } from "./cell-record.ts";
import type { PublishedTable } from "./fpo-table1.ts";
import { curveOf } from "./scores.ts";

// Pixels.
const MARGIN = 28;
const TOP = 106;
const COLUMNS = 5;
const PANEL_WIDTH = 210;
const PANEL_HEIGHT = 150;
const LEFT = 40;
const COLUMN_STEP = LEFT + PANEL_WIDTH + 10;
const ROW_STEP = PANEL_HEIGHT + 64;

/** Distinguishable for colour-blind readers (Okabe and Ito 2008); in the order of `algorithmNames`. */
const COLOURS = ["#0072b2", "#cc79a7", "#d55e00", "#009e73", "#e69f00", "#56b4e9"];

/** The picture as SVG text. Rewards of the table's tasks lie in [0, 1] a step. */
export function curvesFigure(title: string, records: readonly CellRecord[], table: PublishedTable): string {
  const tasks = [...new Set(records.map(({ cell }) => cell.task))];
  const algorithms = [...new Set(records.map(({ cell }) => cell.algorithm))];
  const columns = Math.min(COLUMNS, tasks.length);
  const width = Math.max(720, 2 * MARGIN + columns * COLUMN_STEP);
  const height = TOP + Math.ceil(tasks.length / COLUMNS) * ROW_STEP - 20;
  const logged = tasks.map((task) => publishedLines(task, ofTask(records, task), table));
  const panels = tasks.map((task, n) => {
    const x = MARGIN + LEFT + (n % COLUMNS) * COLUMN_STEP;
    const y = TOP + Math.floor(n / COLUMNS) * ROW_STEP;
    const shapes = panel(task, ofTask(records, task), logged[n]!, table);
    return placed(x, y, shapes);
  });
  return svgDocument(width, height, title, [
    label(MARGIN, 28, title, { "font-size": 16, "font-weight": 600 }),
    label(MARGIN, 46, "return against environment steps: mean over seeds, band of one standard error", {
      fill: "#5d6670",
    }),
    ...legend(algorithms, logged.flat().length > 0, table),
    ...panels,
  ]);
}

function panel(
  task: string,
  records: readonly CellRecord[],
  logged: readonly ChartLine[],
  table: PublishedTable,
): string[] {
  const algorithms = [...new Set(records.map(({ cell }) => cell.algorithm))];
  const xMax = longest(records);
  const level = table.independent.returns[task];
  const measured = algorithms.map((algorithm): ChartLine => {
    const points = curveOf(records.filter(({ cell }) => cell.algorithm === algorithm)).map(
      ({ steps: x, mean, standardError }) => ({ x, y: mean!, half: standardError ?? 0 }),
    );
    return { colour: colourOf(algorithm), points: points.filter(({ y }) => Number.isFinite(y)) };
  });
  return lineChart({
    title: task,
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    x: [0, xMax],
    y: [0, table.episodeSteps],
    lines: [...logged, ...measured],
    levels: level === undefined ? [] : [level],
    xText: stepsText(xMax),
  });
}

function ofTask(records: readonly CellRecord[], task: string): CellRecord[] {
  return records.filter(({ cell }) => cell.task === task);
}

/** Environment steps of the longest run. */
function longest(records: readonly CellRecord[]): number {
  return Math.max(...records.map(({ cell }) => cell.config.steps));
}

/** The published logs of the algorithms that are drawn, as far as they lie in the panel. */
function publishedLines(task: string, records: readonly CellRecord[], table: PublishedTable): ChartLine[] {
  const xMax = longest(records);
  const algorithms = records.map(({ cell }) => cell.algorithm);
  const logs = table.logs.filter((log) => log.task === task && algorithms.includes(log.algorithm));
  return logs.flatMap(({ algorithm, steps, returns }) => {
    const points = steps.map((x, k) => ({ x, y: returns[k] })).filter(({ x }) => x <= xMax);
    return points.length < 2 ? [] : [{ colour: colourOf(algorithm), points, dashed: true }];
  });
}

function legend(algorithms: readonly AlgorithmName[], hasLogs: boolean, { independent }: PublishedTable): string[] {
  const published = { stroke: "#2b3138", "stroke-width": 1.8, "stroke-dasharray": "5 4" };
  let x = MARGIN;
  const entry = (name: string, attributes: Attributes) => {
    const line = element("path", { d: `M${coordinate(x)} 62h22`, fill: "none", ...attributes });
    const text = label(x + 28, 66, name);
    x += 28 + 7 * name.length + 22;
    return line + text;
  };
  return [
    ...algorithms.map((name) => entry(name, { stroke: colourOf(name), "stroke-width": 2.4 })),
    ...(hasLogs ? [entry("published log, one seed", published)] : []),
    entry(`${independent.name}, other budget and metric`, { stroke: "#8a939c", "stroke-dasharray": "2 3" }),
  ];
}

function colourOf(algorithm: AlgorithmName): string {
  return COLOURS[algorithmNames.indexOf(algorithm) % COLOURS.length]!;
}
