/** `flowgait export <policy>`: a trained policy as files that a robot, a browser or a Python script runs, with the report that proves them. */
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FoundPolicy } from "../catalogue/found-policy.ts";
import { placeOf } from "../catalogue/place.ts";
import { shippedAs } from "../catalogue/shipped-controllers.ts";
import { findCompiler } from "../export/c/c-compiler.ts";
import { weightsSha256 } from "../export/contract/checksum.ts";
import { type ControllerOrigin, originText } from "../export/contract/contract.ts";
import { controllerFunction, resolvedOptions } from "../export/controller-function.ts";
import { distilled } from "../export/distill/distilled-subject.ts";
import type { ExportFormat } from "../export/export-choices.ts";
import { exportFiles } from "../export/export-files.ts";
import type { Progress } from "../export/measure/measuring-threads.ts";
import { checkOutputFolder, writeExport } from "../export/output-folder.ts";
import { type OpinionSizes, type SecondOpinion, secondOpinion } from "../export/physics/second-opinion.ts";
import { ExportMeasurement, type ExportSubject, type MeasurementSettings } from "../export/report/measurement.ts";
import { type DistillationReport, type ExportReport, fileList } from "../export/report/report.ts";
import { reportPage } from "../export/report/report-page.ts";
import { temporaryFolder } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { flowOf, type PolicyData } from "../rollout/policy-data.ts";
import { runName } from "../runs/run-places.ts";
import { describeTask, Environment, isTaskFile, resolveTask, taskFileName } from "../tasks/index.ts";
import { exportText } from "./export-text.ts";
import { takePolicy } from "./flags/checkpoint-flag.ts";
import {
  type ExportOptions,
  readDistillation,
  readFormats,
  readSettings,
  readSizes,
  readWorkers,
} from "./flags/export-settings.ts";
import { readFlowFlags, resampled } from "./flags/flow-flags.ts";
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
    const report: ExportReport = {
      ...(await measurement.measure(recorded)),
      run: originText(subject.origin),
      weightsSha256: weightsSha256(subject.policy),
      distillation,
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
  return secondOpinion({ policy, noise: starts[noise], task: taskFile ?? task.name, variant }, sizes, workers, tell);
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

async function loadSubject(reference: string, given: ExportOptions, output: Output): Promise<ExportSubject> {
  const [options, flow] = [readSettings(given), readFlowFlags(given)];
  const found = await takePolicy(reference, given, output);
  const origin = originOf(found);
  const { task: name, ...variant } = await placeOf(found, { task: given.task, modelDir: given.modelDir }, output);
  const task = await resolveTask(name, variant);
  const env = await Environment.create(task);
  try {
    const policy = resampled(await wholePolicy(found, env), flow, reference);
    if (policy.kind !== "trained")
      throw new TypeError(`${reference}: policy is ${policy.kind}, expected a trained policy`);
    const description = describeTask(env);
    // Refuses options that the task cannot have before anything is measured.
    controllerFunction(policy, description, options);
    const taskFile = isTaskFile(name) ? name : null;
    return { policy, task, taskFile, variant, description, origin, options };
  } finally {
    env.delete();
  }
}

/** The run that made the policy, or whose controller it is: by its name, so that the files are the same wherever they are made. */
function originOf({ reference, trained, contract, home, digest }: FoundPolicy): ControllerOrigin {
  if (trained !== null) {
    const { envSteps, algorithm, seed } = trained;
    const run = home ? runName(home) : basename(reference);
    return { packageVersion: packageVersion(), run, envSteps, algorithm, seed };
  }
  if (contract !== undefined)
    return { ...contract.training, ...shippedOrigin(digest), packageVersion: packageVersion() };
  throw new UserError(
    `${reference}: is not a trained run, expected a run folder, a checkpoint (.safetensors) or a controller that flowgait exported`,
    { exitCode: 2 },
  );
}

/** For a controller that ships: any run folder that its contract names is not on this machine, though another may have that name. */
function shippedOrigin(digest: string | undefined): Pick<ControllerOrigin, "run" | "shipped"> | null {
  const found = digest === undefined ? null : shippedAs(digest);
  if (found === null) return null;
  return { run: found.controller, shipped: { ...found, packageVersion: packageVersion() } };
}

/** With its weights: of a controller, the flow that its file keeps. */
async function wholePolicy(found: FoundPolicy, env: Environment): Promise<PolicyData> {
  const policy = await found.bind(env);
  if (policy.kind !== "file") return policy;
  const [contradiction] = found.contradictions?.(env) ?? [];
  if (contradiction !== undefined)
    throw new UserError(
      `${found.reference}: differs from ${env.task.name} in ${contradiction}, expected the robot it was exported for`,
    );
  const flow = flowOf(policy);
  if (flow !== null) return flow;
  throw new UserError(
    `${found.reference}: contains no flow, expected a controller with its flow, or the run that it was exported from`,
  );
}
