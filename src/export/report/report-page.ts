/** report.html: the report for people, in one file. */

import { stepChart } from "../../figures/step-chart.ts";
import { nonFiniteText } from "../../rollout/non-finite.ts";
import { ACCEPTED_LOSS } from "../flow-steps.ts";
import { physicsSection } from "../physics/physics-section.ts";
import type { ControllerFormat } from "../running-controller.ts";
import { escaped, page, shown, table, verdict } from "./html-text.ts";
import { type ExportReport, FORMAT_NAMES, type FormatReport, flowReport } from "./report.ts";

/** Largest difference of an output that counts as rounding of float32. */
export const ACCEPTED_DIFFERENCE = 1e-5;
/** Largest gap between returns, relative. */
export const ACCEPTED_GAP = 0.005;

const COLOURS: Readonly<Record<ControllerFormat, string>> = { onnx: "var(--a)", c: "var(--b)", typescript: "var(--c)" };

/** The page's text. */
export function reportPage(report: ExportReport): string {
  return page(`${report.task}: export report`, [
    `<h1>${escaped(report.task)}</h1>`,
    `<p class="soft">Export of ${escaped(report.run)}, checked on ${escaped(report.machine.cpu)}, Node ${escaped(report.machine.node)}.</p>`,
    fileNote(report),
    brokenNote(report),
    cards(report),
    networkSection(report),
    closedLoopSection(report),
    physicsSection(report.physics),
    latencySection(report),
    distillationSection(report),
    stepSection(report),
    fileSection(report),
  ]);
}

function fileNote({ file, onlyOnnx }: ExportReport): string {
  const notes: string[] = [];
  if (file !== undefined) {
    const { name, differs } = file;
    const layout = differs.length === 0 ? "has the task's layout" : `differs from the task in ${differs.join("; ")}`;
    notes.push(`This is the network of ${name}, which ${layout}.`);
  }
  if (onlyOnnx !== undefined) notes.push(`Only ONNX: ${onlyOnnx}.`);
  return notes.map((note) => `<p style="overflow-wrap:anywhere">${escaped(note)}</p>`).join("");
}

function brokenNote({ nonFinite, sizes }: ExportReport): string {
  if (nonFinite.length === 0) return "";
  return `<p class="fail">In the policy's own episodes: ${escaped(nonFiniteText(nonFinite, sizes.episodes))}.</p>`;
}

function cards(report: ExportReport): string {
  const worst = Math.max(...report.formats.map(({ network }) => network.maxDifference));
  const gap = Math.max(...report.formats.map(({ closedLoop }) => closedLoop.returnGap));
  const fastest = report.formats.reduce((a, b) => (b.latency.p50Ms < a.latency.p50Ms ? b : a));
  const cells = [
    card(shown(worst), "largest difference of an output, any format", worst <= ACCEPTED_DIFFERENCE),
    card(percent(gap), "largest gap of return in closed loop", gap <= ACCEPTED_GAP),
    card(
      `${shown(fastest.latency.p50Ms)} ms`,
      `median call in ${FORMAT_NAMES[fastest.format]}; 99th percentile ${shown(fastest.latency.p99Ms)} ms of ${shown(1000 * report.controlPeriod)} ms`,
      fastest.latency.p99Ms < 1000 * report.controlPeriod,
    ),
    ...stepCard(report),
  ];
  return `<div class="cards">${cells.join("")}</div>`;
}

function stepCard(report: ExportReport): string[] {
  const flow = flowReport(report);
  if (flow === null) return [];
  const { flowSteps, fewestFlowSteps, distillation } = flow;
  if (distillation !== null) {
    const label = `of the return lost by distilling ${distillation.fromFlowSteps} flow steps to ${distillation.flowSteps}`;
    const { returnLoss, returnLossError } = distillation;
    return [card(`${percent(returnLoss)} ± ${percent(returnLossError)}`, label, returnLoss < ACCEPTED_LOSS)];
  }
  return [
    card(
      String(fewestFlowSteps ?? "none"),
      `flow steps are enough to lose less than 2 % of the return; exported with ${flowSteps}`,
      true,
    ),
  ];
}

function card(value: string, label: string, good: boolean): string {
  return `<div class="card"><b class="${good ? "" : "fail"}"${good ? "" : ' style="color:var(--fail)"'}>${value}</b><span>${label}</span></div>`;
}

const COMPARED = { graph: "the policy's graph in float64", file: "the file itself in ONNX Runtime" } as const;

function networkSection({ formats, compiler, comparedWith, onlyOnnx }: ExportReport): string {
  const rows = formats.map(({ format, network }) => [
    FORMAT_NAMES[format],
    shown(network.maxDifference),
    shown(network.p99Difference),
    judged(network.maxDifference <= ACCEPTED_DIFFERENCE, `at most ${ACCEPTED_DIFFERENCE}`),
  ]);
  const missing =
    compiler === null && onlyOnnx === undefined ? "<p>No C compiler was found, so C was not checked.</p>" : "";
  return `<h2>The network</h2>
<p>Outputs of each format against ${COMPARED[comparedWith]}, over ${formats[0]!.network.rows} recorded observations. A call's difference is the largest of its outputs.</p>${missing}
${table(["format", "largest difference", "99th percentile", "verdict"], rows)}`;
}

function closedLoopSection({ formats, sizes, driving }: ExportReport): string {
  const rows = formats.map(({ format, closedLoop }) => [
    FORMAT_NAMES[format],
    shown(closedLoop.referenceReturnMean, 5),
    shown(closedLoop.returnMean, 5),
    percent(closedLoop.returnGap),
    divergence(closedLoop),
    judged(closedLoop.returnGap <= ACCEPTED_GAP, `at most ${percent(ACCEPTED_GAP)}`),
  ]);
  return `<h2>The closed loop</h2>
<p>The same ${sizes.episodes} episodes, seed ${sizes.seed}, once with the policy as evaluations run it and once with the exported controller in the loop. Contacts amplify rounding, so trajectories may diverge; returns should not.</p>
${table(["format", "policy's return", "controller's return", "gap", "trajectories diverge", "verdict"], rows)}
<p>How the robot does in these episodes:</p>
${drivingTable({ formats, driving })}`;
}

/** How the robot does with the policy and with each format. */
function drivingTable({ formats, driving }: Pick<ExportReport, "formats" | "driving">): string {
  const all = [
    ["policy", driving] as const,
    ...formats.map(({ format, closedLoop }) => [FORMAT_NAMES[format], closedLoop.driving] as const),
  ];
  const isMoving = driving.linVelError !== null && driving.yawRateError !== null;
  const rows = all.map(([name, { survived, linVelError, yawRateError }]) => [
    name,
    `${shown(100 * survived)} %`,
    ...(isMoving ? [`${shown(linVelError ?? Number.NaN)} m/s`, `${shown(yawRateError ?? Number.NaN)} rad/s`] : []),
  ]);
  return table(["", "survived", ...(isMoving ? ["velocity error", "yaw-rate error"] : [])], rows);
}

function divergence({ diverged, episodes, earliestSeconds, medianSeconds }: FormatReport["closedLoop"]): string {
  if (diverged === 0) return "never";
  return `${diverged} of ${episodes}, first after ${shown(earliestSeconds!)} s, median ${shown(medianSeconds!)} s`;
}

function latencySection({ formats, controlPeriod }: ExportReport): string {
  const rows = formats.map(({ format, latency }) => [
    FORMAT_NAMES[format],
    milliseconds(latency.p50Ms),
    milliseconds(latency.p99Ms),
    milliseconds(latency.maxMs),
    percent(latency.p50Ms / (1000 * controlPeriod)),
  ]);
  return `<h2>One call</h2>
<p>One observation at a time on one thread, ${formats[0]!.latency.calls} calls. Other work on the machine affects the slowest calls.</p>
${table(["format", "median", "99th percentile", "slowest", "of the control period"], rows)}`;
}

function distillationSection(report: ExportReport): string {
  const { formats } = report;
  const distillation = flowReport(report)?.distillation ?? null;
  if (distillation === null) return "";
  const { fromFlowSteps, flowSteps, rows, updates, lossBefore, lossAfter, teacherReturn, studentReturn } = distillation;
  const { undistilled } = distillation;
  const student = formats.find(({ format }) => format === "onnx")!.latency;
  const cells = [
    [
      `policy, ${fromFlowSteps} flow steps`,
      shown(teacherReturn, 5),
      "",
      milliseconds(distillation.teacherLatency.p50Ms),
    ],
    [
      `policy, ${flowSteps}, not distilled`,
      shown(undistilled.returnMean, 5),
      `${percent(undistilled.loss)} ± ${percent(undistilled.lossError)}`,
      "",
    ],
    [
      `student, ${flowSteps}`,
      shown(studentReturn, 5),
      `${percent(distillation.returnLoss)} ± ${percent(distillation.returnLossError)}`,
      milliseconds(student.p50Ms),
    ],
  ];
  return `<h2>Distillation</h2>
<p>In ${updates} updates on ${rows} states of its own episodes, a student with ${flowSteps} flow steps learned the actions that the policy gives in ${fromFlowSteps}. The mean squared difference of actions fell from ${shown(lossBefore)} to ${shown(lossAfter)}. This export is the student. Returns are over the same episodes, which were not used for learning; ± is the standard error of the loss.</p>
${table(["", "return", "loss", "ONNX, median call"], cells)}`;
}

function stepSection(report: ExportReport): string {
  const { formats, controlPeriod } = report;
  const { stepLatencies, stepReturns } = flowReport(report) ?? { stepLatencies: [], stepReturns: [] };
  // One number alone, such as a student's, stands above already.
  if (stepReturns.length < 2) return "";
  const latency = stepChart({
    logarithmic: true,
    format: (value) => `${shown(value)} ms`,
    mark: { value: 1000 * controlPeriod, name: "control period" },
    series: formats.map(({ format }) => ({
      name: FORMAT_NAMES[format],
      colour: COLOURS[format],
      points: stepLatencies.map(({ flowSteps, latency: of }) => [flowSteps, of[format]!.p50Ms] as const),
    })),
  });
  const returns = stepChart({
    logarithmic: false,
    format: (value) => shown(value, 5),
    mark: null,
    series: [
      {
        name: "return",
        colour: "var(--a)",
        points: stepReturns.map((one) => [one.flowSteps, one.returnMean] as const),
      },
    ],
  });
  const rows = stepReturns.map(({ flowSteps, returnMean, loss, lossError }, i) => [
    String(flowSteps),
    shown(returnMean, 5),
    `${percent(loss)} ± ${percent(lossError)}`,
    ...formats.map(({ format }) => {
      const { p50Ms, p99Ms, maxMs } = stepLatencies[i]!.latency[format]!;
      return [p50Ms, p99Ms, maxMs].map((value) => shown(value, 2)).join(" / ");
    }),
  ]);
  return `<h2>Flow steps</h2>
<div class="charts"><figure>${latency}<figcaption>Median time of a call</figcaption></figure>
<figure>${returns}<figcaption>Mean return of ${report.sizes.episodes} episodes</figcaption></figure></div>
<p>Each row uses the same ${report.sizes.episodes} episodes; ± is the standard error of the loss. Times of a call: median / 99th percentile / slowest, ms.</p>
${table(["steps", "return", "loss", ...formats.map(({ format }) => `${FORMAT_NAMES[format]}, ms`)], rows)}`;
}

function fileSection({ files, weightsSha256, file }: ExportReport): string {
  const rows = files.map(({ name, bytes, sha256 }) => [escaped(name), size(bytes), `<code>${sha256}</code>`]);
  return `<h2>Files</h2>
${table(["file", "size", "SHA-256"], rows)}
<p class="soft">${file ? escaped(file.name) : "Weights and normaliser"}: <code>${weightsSha256}</code></p>`;
}

function judged(good: boolean, limit: string): string {
  return good ? verdict("pass", "holds") : verdict("fail", `expected ${limit}`);
}

function percent(share: number): string {
  return `${shown(100 * share, 2)} %`;
}

function milliseconds(value: number): string {
  return `${shown(value)} ms`;
}

function size(bytes: number): string {
  return bytes < 10_000
    ? `${bytes} B`
    : bytes < 1e7
      ? `${Math.round(bytes / 1024)} KiB`
      : `${shown(bytes / 2 ** 20)} MiB`;
}
