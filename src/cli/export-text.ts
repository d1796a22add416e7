/** The summary of a report that `flowgait export` prints. */
import { physicsCheck } from "../export/physics/physics-check.ts";
import { type DistillationReport, type ExportReport, FORMAT_NAMES } from "../export/report/report.ts";
import { nonFiniteText } from "../rollout/non-finite.ts";
import { counted, formatNumber, formatTable } from "./table.ts";

/** Files, one line per format, flow steps or distillation. */
export function exportText(
  folder: string,
  {
    task,
    files,
    formats,
    controlPeriod,
    flowSteps,
    fewestFlowSteps,
    stepReturns,
    sizes,
    distillation,
    nonFinite,
    physics,
  }: ExportReport,
): string {
  const rows = formats.map(({ format, network, closedLoop, latency }) => [
    FORMAT_NAMES[format],
    network.maxDifference.toExponential(1),
    `${formatNumber(100 * closedLoop.returnGap, 2)} %`,
    `${formatNumber(latency.p50Ms, 2)} ms`,
    `${formatNumber(latency.p99Ms, 2)} ms`,
  ]);
  const headings = ["format", "largest difference", "return gap", "median call", "99th percentile"];
  const columns = headings.map((heading, i) => ({ heading, align: i === 0 ? ("left" as const) : ("right" as const) }));
  const steps =
    flowSteps === null || distillation !== null
      ? distillationText(distillation)
      : [`  flow steps: ${flowSteps} exported; ${fewestText(fewestFlowSteps, stepReturns)}`];
  return [
    `${task}: ${files.map(({ name }) => name).join(", ")} and report.html in ${folder}`,
    formatTable(columns, rows, "  "),
    `  over ${counted(sizes.rows, "observation")} and ${counted(sizes.episodes, "episode")}; the control period is ${formatNumber(1000 * controlPeriod)} ms`,
    ...steps,
    ...(physics === null ? [] : [`  other physics: ${physicsCheck(physics).found}`]),
    ...(nonFinite.length > 0 ? [`  in the policy's own episodes: ${nonFiniteText(nonFinite, sizes.episodes)}`] : []),
  ].join("\n");
}

function fewestText(fewest: number | null, stepReturns: ExportReport["stepReturns"]): string {
  const found = stepReturns.find(({ flowSteps }) => flowSteps === fewest);
  if (found === undefined) return "every measured number of flow steps loses 2 % of the return or more";
  const [loss, error] = [found.loss, found.lossError].map((share) => formatNumber(100 * share, 2));
  return `${found.flowSteps} is the smallest number that loses less than 2 % of the return: ${loss} ± ${error} %`;
}

function distillationText(distillation: DistillationReport | null): string[] {
  if (distillation === null) return [];
  const { fromFlowSteps, flowSteps, teacherReturn, studentReturn, returnLoss, teacherLatency } = distillation;
  const { returnLossError, undistilled } = distillation;
  const lost = (loss: number, error: number) => `${formatNumber(100 * loss, 2)} ± ${formatNumber(100 * error, 2)} %`;
  return [
    `  distilled from ${fromFlowSteps} flow steps to ${flowSteps}: return ${formatNumber(teacherReturn)} to ${formatNumber(studentReturn)}, ${lost(returnLoss, returnLossError)} lost; the policy's ONNX call takes ${formatNumber(teacherLatency.p50Ms, 2)} ms`,
    `  the policy itself in ${flowSteps} flow steps, not distilled, loses ${lost(undistilled.loss, undistilled.lossError)} in the same episodes`,
  ];
}
