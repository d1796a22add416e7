/** `flowgait export <policy>`: a policy as files that a robot, a browser or a Python script runs, with the report that proves them. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findCompiler } from "../export/c/c-compiler.ts";
import { originText } from "../export/contract/contract.ts";
import { resolvedOptions } from "../export/controller-function.ts";
import { distilled } from "../export/distill/distilled-subject.ts";
import type { ExportFormat } from "../export/export-choices.ts";
import { exportFiles } from "../export/export-files.ts";
import { asPolicyData, networkSha256 } from "../export/exported-policy.ts";
import type { Progress } from "../export/measure/measuring-threads.ts";
import { checkOutputFolder, writeExport } from "../export/output-folder.ts";
import { type OpinionSizes, type SecondOpinion, secondOpinion } from "../export/physics/second-opinion.ts";
import { ExportMeasurement, type ExportSubject, type MeasurementSettings } from "../export/report/measurement.ts";
import { type DistillationReport, type ExportReport, fileList } from "../export/report/report.ts";
import { reportPage } from "../export/report/report-page.ts";
import { temporaryFolder } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { UserError } from "../math/user-error.ts";
import { taskFileName } from "../tasks/index.ts";
import { loadSubject } from "./examine/export-subject.ts";
import { exportText } from "./examine/export-text.ts";
import { type ExportOptions, readDistillation, readFormats, readSizes, readWorkers } from "./flags/export-settings.ts";
import { readPhysics } from "./flags/physics-flag.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { stageProgress } from "./stage-progress.ts";

/** Under each physics: a short form of what the doctor runs. */
const PHYSICS_EPISODES = 16;

/** Runs the command. */
export async function exportPolicy(reference: string, options: ExportOptions, output: Output): Promise<void> {
  const formats = readFormats(options.format);
  const distilling = readDistillation(options);
  const sizes = { ...readSizes(options), ...(distilling && { flowStepCounts: [distilling.flowSteps] }) };
  const physics = await readPhysics(options, Math.min(PHYSICS_EPISODES, sizes.episodes));
  const trained = await loadSubject(reference, options, output);
  const folder = options.out ?? join("exports", taskFileName(trained.description.name));
  await checkOutputFolder(folder, options.force === true);
  const compiler = await usableCompiler(output);
  const { files, report } = await stoppable(output, async (tell) => {
    const { subject, distillation } = distilling
      ? await distilled(trained, distilling, sizes.calls, (stage) => tell(stage, 0, 1))
      : { subject: trained, distillation: null };
    const settings = { sizes, compiler, workers: readWorkers(options), tell };
    return checkedFiles(subject, formats, settings, distillation, { ...physics, seed: sizes.seed });
  });
  const paths = await writeExport(folder, files);
  if (options.json === true) resultJson(output, { path: paths[0], folder, ...report });
  else output.result(`${exportText(folder, report)}\n`);
}

/** The C compiler, if there is one and a place for what it makes; says what is missing. */
async function usableCompiler(output: Output): Promise<string | null> {
  const compiler = findCompiler();
  if (compiler === null) {
    output.note("no C compiler found (cc, gcc, clang or CC): the report omits C");
    return null;
  }
  try {
    await rm(await temporaryFolder("flowgait-c"), { recursive: true });
    return compiler;
  } catch (error) {
    output.note(`${(error as Error).message}: the report omits C`);
    return null;
  }
}

/** Measures first and then makes the files, the report among them. */
async function checkedFiles(
  subject: ExportSubject,
  formats: readonly ExportFormat[],
  settings: MeasurementSettings,
  distillation: DistillationReport | null,
  physics: OpinionSizes,
): Promise<{ files: Map<string, Uint8Array | string>; report: ExportReport }> {
  const measurement = await ExportMeasurement.create(subject, settings);
  try {
    const recorded = await measurement.record();
    const files = await exportFiles(subject, formats, recorded.kept);
    const measured = await measurement.measure(recorded);
    const report: ExportReport = {
      ...measured,
      run: originText(subject.origin),
      weightsSha256: networkSha256(subject.policy),
      ...(measured.flowSteps !== undefined && { distillation }),
      physics: await opinionOn(subject, physics, settings),
      files: fileList(files),
    };
    files.set("report.json", `${JSON.stringify(report, null, 2)}\n`).set("report.html", reportPage(report));
    return { files, report };
  } finally {
    await measurement.dispose();
  }
}

/** The policy's episodes under other physics, with the noise that the controller takes; null where none is asked for. */
async function opinionOn(
  { policy, task, taskFile, variant, options }: ExportSubject,
  sizes: OpinionSizes,
  { workers, tell }: MeasurementSettings,
): Promise<SecondOpinion | null> {
  if (sizes.physics.length === 0) return null;
  const { noise, noiseSeed } = resolvedOptions(options);
  const starts = { zero: "zero", input: "random", seed: { seed: noiseSeed } } as const;
  return secondOpinion(
    { policy: asPolicyData(policy), noise: starts[noise], task: taskFile ?? task.name, variant },
    sizes,
    workers,
    tell,
  );
}

/** Work that reports its progress and that Ctrl-C stops: nothing is written before its end. */
async function stoppable<T>(output: Output, work: (tell: Progress) => Promise<T>): Promise<T> {
  const progress = stageProgress(output);
  const interrupt = listenForInterrupt(() => output.note("stopping; nothing is written; Ctrl-C again stops at once"));
  try {
    return await work((stage, done, total) => {
      // Messages of threads have no count, and exceptions there are not caught.
      if (done !== undefined) interrupt.signal.throwIfAborted();
      progress.tell(stage, done, total);
    });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    interrupt.end();
    throw new UserError("export: stopped, nothing was written");
  } finally {
    interrupt.release();
    progress.close();
  }
}
