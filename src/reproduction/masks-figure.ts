/** The picture of the table on conditioning: success by mask, an algorithm a line, beside what was published. */
import type { AlgorithmName } from "../config/algorithm-config.ts";
import { type ChartLine, lineChart } from "../figures/line-chart.ts";
import { element, label, placed, svgDocument } from "../figures/svg.ts";
import { fpoConditioning, type TableMask } from "./fpo-conditioning.ts";
import type { MaskScore } from "./mask-scores.ts";

// Pixels.
const MARGIN = 28;
const LEFT = 44;
const TOP = 96;
const PANEL_WIDTH = 260;
const PANEL_HEIGHT = 190;
const STEP = LEFT + PANEL_WIDTH + 36;

/** Okabe and Ito (2008). */
const COLOURS: Partial<Record<AlgorithmName, string>> = { fpo: "#0072b2", "fpo++": "#cc79a7", ppo: "#d55e00" };

/** The picture as SVG text. */
export function masksFigure(title: string, scores: readonly MaskScore[]): string {
  const algorithms = [...new Set(scores.map(({ algorithm }) => algorithm))];
  const success = panel("success, %", [0, 100], 100, "successRate", scores);
  const error = panel("body error, mm", [0, 150], 1, "bodyErrorMm", scores);
  const legend = algorithms.map((name, n) => {
    const x = MARGIN + 130 * n;
    const line = element("path", { d: `M${x} 62h22`, stroke: COLOURS[name] ?? "#2b3138", "stroke-width": 2.4 });
    return line + label(x + 28, 66, name);
  });
  const dashes = { stroke: "#2b3138", "stroke-width": 1.8, "stroke-dasharray": "5 4" };
  const published = MARGIN + 130 * algorithms.length;
  return svgDocument(2 * MARGIN + 2 * STEP, TOP + PANEL_HEIGHT + 60, title, [
    label(MARGIN, 28, title, { "font-size": 16, "font-weight": 600 }),
    label(MARGIN, 46, "on held-out clips, mean over seeds, band of one standard error", { fill: "#5d6670" }),
    ...legend,
    element("path", { d: `M${published} 62h22`, ...dashes }) + label(published + 28, 66, "published, recorded motions"),
    placed(MARGIN + LEFT, TOP, success),
    placed(MARGIN + LEFT + STEP, TOP, error),
  ]);
}

function panel(
  title: string,
  y: readonly [number, number],
  factor: number,
  measure: "successRate" | "bodyErrorMm",
  scores: readonly MaskScore[],
): string[] {
  const { masks, published } = fpoConditioning;
  const at = (mask: TableMask) => masks.indexOf(mask);
  const algorithms = [...new Set(scores.map(({ algorithm }) => algorithm))];
  const measured = algorithms.map((algorithm): ChartLine => {
    const mine = scores.filter((score) => score.algorithm === algorithm);
    const points = mine.flatMap((score) => {
      const { mean, standardError } = score[measure];
      return mean === null ? [] : [{ x: at(score.mask), y: factor * mean, half: factor * (standardError ?? 0) }];
    });
    return { colour: COLOURS[algorithm] ?? "#2b3138", points };
  });
  const before = algorithms.map((algorithm): ChartLine => {
    const mine = published.filter((row) => row.algorithm === algorithm);
    const points = mine.map((row) => ({ x: at(row.mask), y: factor * row[measure] }));
    return { colour: COLOURS[algorithm] ?? "#2b3138", points, dashed: true };
  });
  return lineChart({
    title,
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    x: [0, masks.length - 1],
    y,
    lines: [...before, ...measured],
    xText: (x) => masks[x] ?? "",
  });
}
