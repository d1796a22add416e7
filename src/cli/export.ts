/** `flowgait export <policy>`: a trained policy as files that a robot, a browser or a Python script runs, with the report that proves them. */
import { join } from "node:path";
import { Command } from "commander";
import { findCompiler } from "../export/c-compiler.ts";
import { weightsSha256 } from "../export/checksum.ts";
import {
  type ControllerOptions,
  controllerFunction,
  NOISE_KINDS,
  OUTPUT_KINDS,
} from "../export/controller-function.ts";
import { EXPORT_FORMATS, type ExportFormat, exportFiles } from "../export/export-files.ts";
import { ExportMeasurement, type ExportSubject } from "../export/measurement.ts";
import { checkOutputFolder, writeExport } from "../export/output-folder.ts";
import { type ExportReport, FORMAT_NAMES, fileList, type ReportSizes } from "../export/report.ts";
import { reportPage } from "../export/report-page.ts";
import { UserError } from "../math/user-error.ts";
import { FLOW_SAMPLERS } from "../policy/flow-sampler.ts";
import { describeTask, Environment, resolveTask } from "../tasks/index.ts";
import { oneOf } from "../train/config-issue.ts";
import { packageVersion } from "../train/version.ts";
import { choice, wholeNumber } from "./flag-value.ts";
import { type FlowFlags, type FlowOptions, readFlowFlags, resampled } from "./flow-flags.ts";
import { type Output, resultJson } from "./output.ts";
import { findPolicy } from "./policy-reference.ts";
import { formatNumber, formatTable } from "./table.ts";

interface ExportOptions extends FlowOptions {
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly noise: string;
  readonly noiseSeed?: string;
  readonly output: string;
  readonly outputName: string;
  readonly rows: string;
  readonly episodes: string;
  readonly calls: string;
  readonly flowStepCounts: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** The command. */
export function exportCommand(output: Output): Command {
  return new Command("export")
    .summary("write a controller with its contract and its proof")
    .description(
      "Write a trained policy as a controller with its deployment contract, and a report that compares every format with the policy.",
    )
    .argument("<policy>", "a run folder or a checkpoint file")
    .option("--format <names>", `${oneOf(EXPORT_FORMATS)}, or several separated by commas`, "onnx")
    .option("--out <folder>", "folder to write to, new or empty; exports/<task> without it")
    .option("--force", "write into a folder that holds something")
    .option("--sampler <name>", `how a flow is integrated: ${oneOf(FLOW_SAMPLERS)}; as trained without it`)
    .option("--flow-steps <count>", "integration steps of the flow; as trained without it")
    .option("--step-noise <amount>", "noise of sde and noisy-euler on their way; as trained without it")
    .option(
      "--noise <start>",
      "zero: the action without noise; seed: always the same draw; input: a second input for it",
      "zero",
    )
    .option("--noise-seed <seed>", "seed of --noise seed; 1 without it")
    .option("--output <kind>", "actions, or joint-targets: rad, scale, default pose and feed-forward inside", "actions")
    .option("--output-name <name>", "name of the output", "actions")
    .option("--rows <count>", "observations that the report compares outputs at", "10000")
    .option("--episodes <count>", "episodes that the report runs per format and number of flow steps", "8")
    .option("--calls <count>", "calls that the report times", "500")
    .option("--flow-step-counts <counts>", "numbers of flow steps that the report compares", "1,2,4,8,16,32,64")
    .option("--seed <seed>", "seed of the report's episodes", "1000003")
    .option("--json", "one JSON document on standard output")
    .action((policy: string, options: ExportOptions) => exportPolicy(policy, options, output));
}

async function exportPolicy(reference: string, options: ExportOptions, output: Output): Promise<void> {
  const formats = readFormats(options.format);
  const sizes = readSizes(options);
  const subject = await loadSubject(reference, readSettings(options), readFlowFlags(options));
  const folder = options.out ?? join("exports", subject.description.name);
  await checkOutputFolder(folder, options.force === true);
  const { files, report } = await checkedFiles(subject, formats, sizes, output);
  const paths = await writeExport(folder, files);
  if (options.json === true) resultJson(output, { path: paths[0], folder, ...report });
  else output.result(`${reportText(folder, report)}\n`);
}

/** Measures first and then makes the files, the report among them. */
async function checkedFiles(
  subject: ExportSubject,
  formats: readonly ExportFormat[],
  sizes: ReportSizes,
  output: Output,
): Promise<{ files: Map<string, Uint8Array | string>; report: ExportReport }> {
  const compiler = findCompiler();
  if (compiler === null) output.note("no C compiler found (cc, gcc, clang or CC): the report leaves C out");
  const measurement = await ExportMeasurement.create(subject, sizes, compiler, (stage) => output.note(`${stage} …`));
  try {
    const recorded = await measurement.record();
    const files = await exportFiles(subject, formats, recorded.kept);
    const report: ExportReport = {
      ...(await measurement.measure(recorded)),
      run: subject.origin.run,
      weightsSha256: weightsSha256(subject.policy),
      files: fileList(files),
    };
    files.set("report.json", `${JSON.stringify(report, null, 2)}\n`).set("report.html", reportPage(report));
    return { files, report };
  } finally {
    await measurement.dispose();
  }
}

function readFormats(text: string): ExportFormat[] {
  return [...new Set(text.split(",").map((word) => choice("--format", word.trim(), EXPORT_FORMATS)))];
}

function readSizes({ rows, episodes, calls, flowStepCounts, seed }: ExportOptions): ReportSizes {
  const counts = flowStepCounts.split(",").map((count) => wholeNumber("--flow-step-counts", count, 1, 1000));
  return {
    rows: wholeNumber("--rows", rows, 1, 1_000_000),
    episodes: wholeNumber("--episodes", episodes, 1, 1000),
    calls: wholeNumber("--calls", calls, 10, 1_000_000),
    flowStepCounts: [...new Set(counts)].sort((a, b) => a - b),
    seed: wholeNumber("--seed", seed, 0, 0xffffffff),
  };
}

function readSettings(options: ExportOptions): ControllerOptions {
  const noise = choice("--noise", options.noise, NOISE_KINDS);
  if (options.noiseSeed !== undefined && noise !== "seed")
    throw new UserError(`--noise-seed: means nothing with --noise ${noise}, expected --noise seed`, { exitCode: 2 });
  if (!/^[A-Za-z_][\w.]*$/.test(options.outputName) || ["obs", "noise"].includes(options.outputName))
    throw new UserError(
      `--output-name: got "${options.outputName}", expected a word of letters, digits and _ other than obs and noise`,
      { exitCode: 2 },
    );
  return {
    noise,
    noiseSeed: wholeNumber("--noise-seed", options.noiseSeed ?? "1", 0, 0xffffffff),
    output: choice("--output", options.output, OUTPUT_KINDS),
    outputName: options.outputName,
  };
}

async function loadSubject(reference: string, options: ControllerOptions, flow: FlowFlags): Promise<ExportSubject> {
  const found = await findPolicy(reference);
  if (found.trained === null)
    throw new UserError(`${reference}: has nothing to export, expected a run folder or a checkpoint`, { exitCode: 2 });
  const { envSteps, algorithm, seed } = found.trained;
  const task = await resolveTask(found.trained.task);
  const env = await Environment.create(task);
  try {
    const policy = resampled(found.bind(env), flow, reference);
    if (policy.kind !== "trained")
      throw new TypeError(`${reference}: policy is ${policy.kind}, expected a trained one`);
    const description = describeTask(env);
    const origin = { packageVersion: packageVersion(), run: reference, envSteps, algorithm, seed };
    // Refuses options that the task cannot have before anything is measured.
    controllerFunction(policy, description, options);
    return { policy, task, description, origin, options };
  } finally {
    env.delete();
  }
}

function reportText(
  folder: string,
  { task, files, formats, controlPeriod, flowSteps, fewestFlowSteps }: ExportReport,
): string {
  const rows = formats.map(({ format, network, closedLoop, latency }) => [
    FORMAT_NAMES[format],
    network.maxDifference.toExponential(1),
    `${formatNumber(100 * closedLoop.returnGap, 2)} %`,
    `${formatNumber(latency.p50Ms, 2)} ms`,
    `${formatNumber(latency.p99Ms, 2)} ms`,
  ]);
  const headings = ["format", "largest difference", "return gap", "median call", "99 % below"];
  const columns = headings.map((heading, i) => ({ heading, align: i === 0 ? ("left" as const) : ("right" as const) }));
  const steps =
    flowSteps === null
      ? []
      : [
          `  flow steps: ${flowSteps} exported; ${fewestFlowSteps ?? "none of those measured"} lose less than 2 % return`,
        ];
  return [
    `${task}: ${files.map(({ name }) => name).join(", ")} and report.html in ${folder}`,
    formatTable(columns, rows, "  "),
    `  a call may take ${formatNumber(1000 * controlPeriod)} ms`,
    ...steps,
  ].join("\n");
}
