/** `flowgait diagnose stability <run>`: whether a run kept what it had learned, as text, JSON and a picture. Reads what training wrote. */
import { join } from "node:path";
import { realNumber } from "../../catalogue/flag-value.ts";
import {
  type Dip,
  diagnoseStability,
  type MeasureCurve,
  measureCurves,
  type StabilityDiagnosis,
  type StabilityEvaluation,
} from "../../diagnose/stability-diagnosis.ts";
import { stabilityFigure } from "../../diagnose/stability-figure.ts";
import { stepsText } from "../../figures/chart-axes.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shownPath } from "../../files/shown-path.ts";
import { readJsonl } from "../../runs/jsonl-sink.ts";
import { readRun, runPaths } from "../../runs/run-folder.ts";
import { counted, formatNumber, formatTable, percent } from "../table.ts";

/** The flags. */
export interface StabilityOptions {
  readonly threshold: string;
  readonly svg?: string;
  readonly json?: boolean;
}

/** Parts of the training that the picture shows, and that the text does. */
const PICTURE_PARTS = 200;
const TEXT_PARTS = 4;

/** Runs the command. */
export async function diagnose(run: string, options: StabilityOptions, output: Output): Promise<void> {
  const threshold = realNumber("--threshold", options.threshold, 0, 1);
  const { config, files } = await readRun(run);
  const { metrics } = runPaths(run);
  const reports = await readJsonl(metrics);
  const diagnosis = diagnoseStability(reports, threshold, metrics);
  const { seed, algorithm } = config;
  const task = files.task?.name ?? config.task;
  const title = `${task}, ${algorithm.name}, seed ${seed}: ${diagnosis.envSteps.toLocaleString("en")} steps`;
  const svg = options.svg ?? join(run, "stability.svg");
  await writeFileAtomically(svg, stabilityFigure(title, diagnosis, measureCurves(reports, PICTURE_PARTS)));
  if (options.json === true) resultJson(output, { run, task, algorithm: algorithm.name, seed, ...diagnosis, svg });
  else output.result(`${stabilityText(title, diagnosis, measureCurves(reports, TEXT_PARTS), svg)}\n`);
}

function stabilityText(
  title: string,
  diagnosis: StabilityDiagnosis,
  curves: readonly MeasureCurve[],
  svg: string,
): string {
  const { best, last, evaluations, episodes } = diagnosis;
  const rows = [
    ["best", evaluationText(best, diagnosis)],
    ["last", evaluationText(last, diagnosis)],
    [`below ${percent(diagnosis.threshold)}`, dipsText(diagnosis)],
    ["non-finite", brokenText(diagnosis)],
  ];
  const columns = [{ heading: "" }, { heading: "" }];
  return [
    `${title}, ${counted(evaluations.length, "evaluation")} of ${counted(episodes, "episode")}`,
    formatTable(columns, rows, "  "),
    `the update's measures: medians by quarter of the training, and the largest\n${quartersTable(curves)}`,
    `picture: ${shownPath(svg)}`,
  ].join("\n\n");
}

function evaluationText({ steps, returnMean, returnStd }: StabilityEvaluation, { envSteps }: StabilityDiagnosis) {
  return `${formatNumber(returnMean)} ± ${formatNumber(returnStd)} at ${stepsText(envSteps)(steps)}`;
}

function dipsText({ dips, last, envSteps }: StabilityDiagnosis): string {
  if (last.share === null) return "undefined, since no return was above 0";
  if (dips.length === 0) return "of the best so far: never";
  const longest = Math.max(...dips.map(({ evaluations }) => evaluations));
  const total = dips.reduce((sum, { evaluations }) => sum + evaluations, 0);
  const row = longest === 1 ? "never two in a row" : `up to ${longest} in a row`;
  const count = total === 1 ? "once" : `${total} times, ${row}`;
  return `of the best so far: ${count}: ${dips.map((dip) => dipText(dip, envSteps)).join(", ")}`;
}

function dipText({ from, to, lowestShare }: Dip, envSteps: number): string {
  const at = stepsText(envSteps);
  return `${formatNumber(100 * lowestShare, 3)} % at ${at(from)}${to === from ? "" : ` to ${at(to)}`}`;
}

function brokenText({ brokenIterations, nanResets }: StabilityDiagnosis): string {
  if (brokenIterations + nanResets === 0) return "in no measure and in no robot's physics";
  return `in the measures of ${brokenIterations} iterations; ${nanResets} robots were reset because of it`;
}

function quartersTable(curves: readonly MeasureCurve[]): string {
  const columns = [
    { heading: "measure" },
    ...["1st", "2nd", "3rd", "4th", "largest"].map((heading) => ({ heading, align: "right" as const })),
  ];
  const cell = (value: number) => (Number.isFinite(value) ? formatNumber(value, 3) : "–");
  const rows = curves.map(({ name, parts }) => {
    const largest = Math.max(...parts.map((part) => part.largest));
    return [name, ...parts.map(({ median }) => cell(median)), cell(largest)];
  });
  return formatTable(columns, rows, "  ");
}
