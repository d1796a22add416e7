/** The summary of a report that `flowgait export` prints. */
import { physicsCheck } from "../../export/physics/physics-check.ts";
import {
  type DistillationReport,
  type ExportReport,
  type FlowReport,
  FORMAT_NAMES,
  flowReport,
} from "../../export/report/report.ts";
import { nonFiniteText } from "../../rollout/non-finite.ts";
import { counted, formatNumber, formatTable } from "../table.ts";

/** Files, one line per format, flow steps or distillation. */
export function exportText(folder: string, report: ExportReport): string {
  const { task, files, formats, controlPeriod, sizes, driving, nonFinite, physics } = report;
  const rows = formats.map(({ format, network, closedLoop, latency }) => [
    FORMAT_NAMES[format],
    network.maxDifference.toExponential(1),
    `${formatNumber(100 * closedLoop.returnGap, 2)} %`,
    `${formatNumber(latency.p50Ms, 2)} ms`,
    `${formatNumber(latency.p99Ms, 2)} ms`,
  ]);
  const headings = ["format", "largest difference", "return gap", "median call", "99th percentile"];
  const columns = headings.map((heading, i) => ({ heading, align: i === 0 ? ("left" as const) : ("right" as const) }));
  return [
    `${task}: ${files.map(({ name }) => name).join(", ")} and report.html in ${folder}`,
    formatTable(columns, rows, "  "),
    `  over ${counted(sizes.rows, "observation")} and ${counted(sizes.episodes, "episode")}; the control period is ${formatNumber(1000 * controlPeriod)} ms`,
    `  the policy ${drivingText(driving)}`,
    ...flowText(flowReport(report)),
    ...(physics === null ? [] : [`  other physics: ${physicsCheck(physics).found}`]),
    ...(nonFinite.length > 0 ? [`  in the policy's own episodes: ${nonFiniteText(nonFinite, sizes.episodes)}`] : []),
  ].join("\n");
}

function drivingText({ survived, linVelError, yawRateError }: ExportReport["driving"]): string {
  const errors =
    linVelError === null || yawRateError === null
      ? ""
      : `, velocity error ${formatNumber(linVelError, 2)} m/s, yaw-rate error ${formatNumber(yawRateError, 2)} rad/s`;
  return `survives ${formatNumber(100 * survived)} % of the episodes${errors}`;
}

function flowText(flow: FlowReport | null): string[] {
  if (flow === null) return [];
  if (flow.distillation !== null) return distillationText(flow.distillation);
  return [`  flow steps: ${flow.flowSteps} exported; ${fewestText(flow)}`];
}

function fewestText({ fewestFlowSteps: fewest, stepReturns }: FlowReport): string {
  const found = stepReturns.find(({ flowSteps }) => flowSteps === fewest);
  if (found === undefined) return "every measured number of flow steps loses 2 % of the return or more";
  const [loss, error] = [found.loss, found.lossError].map((share) => formatNumber(100 * share, 2));
  return `${found.flowSteps} is the smallest number that loses less than 2 % of the return: ${loss} ± ${error} %`;
}

function distillationText(distillation: DistillationReport): string[] {
  const { fromFlowSteps, flowSteps, teacherReturn, studentReturn, returnLoss, teacherLatency } = distillation;
  const { returnLossError, undistilled } = distillation;
  const lost = (loss: number, error: number) => `${formatNumber(100 * loss, 2)} ± ${formatNumber(100 * error, 2)} %`;
  return [
    `  distilled from ${fromFlowSteps} flow steps to ${flowSteps}: return ${formatNumber(teacherReturn)} to ${formatNumber(studentReturn)}, ${lost(returnLoss, returnLossError)} lost; the policy's ONNX call takes ${formatNumber(teacherLatency.p50Ms, 2)} ms`,
    `  the policy itself in ${flowSteps} flow steps, not distilled, loses ${lost(undistilled.loss, undistilled.lossError)} in the same episodes`,
  ];
}
