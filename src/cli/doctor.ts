/** `flowgait doctor <policy>`: what should be checked before a policy meets a robot. Fails when a check fails. */

import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { realNumber, wholeNumber } from "../catalogue/flag-value.ts";
import type { FoundPolicy } from "../catalogue/found-policy.ts";
import { ownTask, type Place, placeOf } from "../catalogue/place.ts";
import { readPolicyBytes } from "../catalogue/policy-bytes.ts";
import { findPolicyFile } from "../catalogue/policy-file.ts";
import { checkChoosable, isOnnxName } from "../catalogue/policy-reference.ts";
import { shippedController } from "../catalogue/shipped-controllers.ts";
import type { Check } from "../export/doctor/check.ts";
import { doctorPage } from "../export/doctor/doctor-page.ts";
import { type Examination, type ExaminationSizes, examine } from "../export/doctor/examine.ts";
import type { ForeignController } from "../export/doctor/foreign-controller.ts";
import { controllerOnnx } from "../export/onnx-controller.ts";
import { readController, type StoredController } from "../export/read-controller.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { publicPath } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { inputPrologue, onnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { describeTask, Environment, isTaskFile, resolveTask, type TaskVariant } from "../tasks/index.ts";
import { type CheckpointOptions, takePolicy } from "./flags/checkpoint-flag.ts";
import { formatNumber } from "./table.ts";

/** The flags. */
export interface DoctorOptions extends CheckpointOptions {
  readonly task?: string;
  readonly modelDir?: string;
  readonly episodes: string;
  readonly seconds: string;
  readonly seed: string;
  /** False with --no-table. */
  readonly table: boolean;
  readonly page?: string;
  readonly json?: boolean;
}

/** Runs the command. */
export async function doctor(reference: string, options: DoctorOptions, output: Output): Promise<void> {
  const sizes: ExaminationSizes = {
    episodes: wholeNumber("--episodes", options.episodes, 1, 1000),
    seconds: realNumber("--seconds", options.seconds, 0.1, 3600),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
    table: options.table,
  };
  const { controller, place } = await loadSubject(reference, options, output);
  const task = await resolveTask(place.task, place);
  const examination = await examine(controller, task, sizes, (stage) => output.note(`${stage} …`));
  const page = options.page ?? pagePath(reference);
  await writeFileAtomically(page, doctorPage(examination, publicPath(reference)));
  if (options.json === true) resultJson(output, { policy: reference, page, ...examination });
  else output.result(`${examinationText(examination, page)}\n`);
  const failed = examination.checks.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0)
    throw new UserError(`${reference}: ${failed.map(({ name }) => name).join(", ")} failed; see the fixes above`);
}

/** What is examined, and where. */
interface Subject {
  readonly controller: StoredController | ForeignController;
  readonly place: Pick<Place, "task"> & TaskVariant;
}

/** A controller as it would be exported, or as it was, or a third-party file. */
async function loadSubject(reference: string, options: DoctorOptions, output: Output): Promise<Subject> {
  const file = existsSync(reference) ? reference : (shippedController(reference) ?? reference);
  if (!isOnnxName(file)) return loadPolicy(reference, options, output);
  checkChoosable(reference, options.checkpoint);
  const bytes = readPolicyBytes(file, reference);
  if (onnxInterface(bytes, reference).metadata.flowgait === undefined) return loadForeign(file, options);
  const controller = readController(bytes, reference);
  const found = { ...(await findPolicyFile(file)), reference };
  return { controller, place: await examinedPlace(found, options, output) };
}

async function loadForeign(file: string, { task }: DoctorOptions): Promise<Subject> {
  if (task === undefined)
    throw new UserError(`--task: is missing, ${file} carries no contract that names one (metadata key flowgait)`, {
      exitCode: 2,
    });
  const found = await findPolicyFile(file);
  const env = await Environment.create(await resolveTask(task));
  try {
    const policy = await found.bind(env);
    const prologue = inputPrologue(policy.bytes, policy.input, file);
    return { controller: { policy, metadata: found.metadata, prologue }, place: { task } };
  } finally {
    env.delete();
  }
}

/** A policy is bound to its own task, and may be examined in another. */
async function loadPolicy(reference: string, options: DoctorOptions, output: Output): Promise<Subject> {
  const found = await takePolicy(reference, options, output);
  if (found.trained === null)
    throw new UserError(
      `${reference}: cannot be examined, expected a run folder, a checkpoint or a controller (.onnx)`,
      { exitCode: 2 },
    );
  const place = await examinedPlace(found, options, output);
  const own = found.lost === undefined ? { ...found.variant, task: ownTask(found) } : place;
  const env = await Environment.create(await resolveTask(own.task, own));
  try {
    const policy = await found.bind(env);
    if (policy.kind !== "trained")
      throw new TypeError(`${reference}: policy is ${policy.kind}, expected a trained policy`);
    const { envSteps, algorithm, seed } = found.trained;
    const origin = { packageVersion: packageVersion(), run: reference, envSteps, algorithm, seed };
    const controller = readController(controllerOnnx(policy, describeTask(env), origin), reference);
    return { controller, place };
  } finally {
    env.delete();
  }
}

/** A task other than the policy's own is used unchanged, including its lesson. */
async function examinedPlace(
  found: FoundPolicy,
  { task, modelDir }: DoctorOptions,
  output: Output,
): Promise<Subject["place"]> {
  if (task === undefined || isTaskFile(task)) return placeOf(found, { task, modelDir }, output);
  return { task, modelDir };
}

function pagePath(reference: string): string {
  // One that ships is named without its folder, which is not the user's.
  if (!existsSync(reference)) return `${basename(reference)}.doctor.html`;
  if (statSync(reference).isDirectory()) return join(reference, "doctor.html");
  return join(dirname(reference), `${basename(reference, extname(reference))}.doctor.html`);
}

function examinationText({ task, checks, nominal, sizes }: Examination, page: string): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map((check) => checkText(check, width));
  const run =
    nominal === null
      ? "no episode could be run"
      : `return ${formatNumber(nominal.returnMean)} over ${sizes.episodes} episodes of ${sizes.seconds} s, ${formatNumber(100 * nominal.survived)} % stayed up`;
  const count = (verdict: Check["verdict"]) => checks.filter((check) => check.verdict === verdict).length;
  const skipped = count("skip") > 0 ? `, ${count("skip")} not checkable` : "";
  const summary = `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail${skipped}; page: ${page}`;
  return [`${task}: ${run}`, lines.join("\n"), summary].join("\n\n");
}

function checkText({ name, verdict, found, fix }: Check, width: number): string {
  const advice = fix === "" ? "" : `\n  ${" ".repeat(width + 6)}→ ${fix}`;
  return `  ${verdict}  ${name.padEnd(width)}  ${found}${advice}`;
}
