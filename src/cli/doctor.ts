/** `flowgait doctor <policy>`: what should be checked before a policy meets a robot. Fails when a check fails. */

import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { realNumber, wholeNumber } from "../catalogue/flag-value.ts";
import type { FoundPolicy } from "../catalogue/found-policy.ts";
import { hasDelays, type OverlayOptions, toldPhysics } from "../catalogue/overlay-file.ts";
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
import { physicsCheck } from "../export/physics/physics-check.ts";
import { type OpinionSizes, secondOpinion } from "../export/physics/second-opinion.ts";
import { readController, type StoredController } from "../export/read-controller.ts";
import { storedFlow } from "../export/stored-flow.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { publicPath } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { inputPrologue, onnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { PolicyData } from "../rollout/policy-data.ts";
import { describeTask, Environment, isTaskFile, resolveTask, type TaskVariant } from "../tasks/index.ts";
import { physicsText } from "./examine/physics-text.ts";
import { type CheckpointOptions, takePolicy } from "./flags/checkpoint-flag.ts";
import { type PhysicsOptions, readPhysics } from "./flags/physics-flag.ts";
import { stageProgress } from "./stage-progress.ts";
import { counted, formatNumber } from "./table.ts";

/** The flags. */
export interface DoctorOptions extends CheckpointOptions, OverlayOptions, PhysicsOptions {
  readonly task?: string;
  readonly modelDir?: string;
  readonly lesson?: string;
  readonly guess?: boolean;
  readonly out?: string;
  readonly episodes?: string;
  readonly seconds?: string;
  readonly seed: string;
  /** False with --no-table. */
  readonly table: boolean;
  readonly workers: string;
  readonly page?: string;
  readonly json?: boolean;
}

/** Under each physics, so that one fall is 3 % of them. */
const PHYSICS_EPISODES = 32;

/** Runs the command. */
export async function doctor(reference: string, options: DoctorOptions, output: Output): Promise<void> {
  if (options.guess === true) return (await import("./guess.ts")).guessFile(reference, options, output);
  refuseFlagsOfGuess(options);
  const sizes: ExaminationSizes = {
    episodes: wholeNumber("--episodes", options.episodes ?? "4", 1, 1000),
    seconds: realNumber("--seconds", options.seconds ?? "10", 0.1, 3600),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
    table: options.table,
    delays: hasDelays(options),
  };
  const physics = { ...(await readPhysics(options, PHYSICS_EPISODES)), seed: sizes.seed };
  const workers = wholeNumber("--workers", options.workers, 0, 256);
  const subject = await loadSubject(reference, options, output);
  const task = await resolveTask(subject.place.task, subject.place);
  const examined = await examine(subject.controller, task, sizes, (stage) => output.note(`${stage} …`));
  const examination = await withOpinion(examined, subject, physics, workers, output);
  const page = options.page ?? pagePath(reference);
  await writeFileAtomically(page, doctorPage(examination, publicPath(reference)));
  if (options.json === true) resultJson(output, { policy: reference, page, ...examination });
  else output.result(`${examinationText(examination, page)}\n`);
  const failed = examination.checks.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0)
    throw new UserError(`${reference}: ${failed.map(({ name }) => name).join(", ")} failed; see the fixes above`);
}

/** Flags that only `--guess` reads. */
function refuseFlagsOfGuess({ lesson, out }: DoctorOptions): void {
  const flag = lesson !== undefined ? "--lesson" : out !== undefined ? "--out" : undefined;
  if (flag !== undefined) throw new UserError(`${flag}: has no effect without --guess`, { exitCode: 2 });
}

/** The examination with the episodes under other physics, where some are asked for and the controller fits the task. */
async function withOpinion(
  examination: Examination,
  { policy, place: { task, ...variant } }: Subject,
  sizes: OpinionSizes,
  workers: number,
  output: Output,
): Promise<Examination> {
  if (sizes.physics.length === 0 || examination.nominal === null) return examination;
  const progress = stageProgress(output);
  try {
    const data = await policy();
    const noise = (data.kind === "file" ? data.draws : null) ?? "zero";
    const physics = await secondOpinion({ policy: data, noise, task, variant }, sizes, workers, progress.tell);
    return { ...examination, checks: [...examination.checks, physicsCheck(physics)], physics };
  } finally {
    progress.close();
  }
}

/** What is examined, and where. */
interface Subject {
  readonly controller: StoredController | ForeignController;
  /** The same as evaluations run it. */
  readonly policy: () => Promise<PolicyData>;
  readonly place: Pick<Place, "task"> & TaskVariant;
}

/** A controller as it would be exported, or as it was, or a third-party file. */
async function loadSubject(reference: string, options: DoctorOptions, output: Output): Promise<Subject> {
  const file = existsSync(reference) ? reference : (shippedController(reference) ?? reference);
  if (!isOnnxName(file)) return loadPolicy(reference, options, output);
  checkChoosable(reference, options.checkpoint);
  const bytes = readPolicyBytes(file, reference);
  const opened = onnxInterface(bytes, reference);
  if (opened.metadata.flowgait === undefined) return loadForeign(file, options);
  const controller = readController(bytes, reference);
  const found = { ...(await findPolicyFile(file)), reference };
  const place = await examinedPlace(found, options, output);
  // Of joint targets an evaluation cannot always make actions; of the flow that they come from it can.
  const flow = controller.contract.outputKind === "actions" ? null : storedFlow(opened, controller.contract, reference);
  return { controller, policy: async () => flow ?? bound(found, place), place };
}

async function bound(found: FoundPolicy, place: Subject["place"]): Promise<PolicyData> {
  const env = await Environment.create(await resolveTask(place.task, place));
  try {
    return await found.bind(env);
  } finally {
    env.delete();
  }
}

async function loadForeign(file: string, options: DoctorOptions): Promise<Subject> {
  const { task } = options;
  if (task === undefined)
    throw new UserError(`--task: is missing, ${file} carries no contract that names one (metadata key flowgait)`, {
      exitCode: 2,
    });
  const found = await findPolicyFile(file);
  const env = await Environment.create(await resolveTask(task));
  try {
    const policy = await found.bind(env);
    const prologue = inputPrologue(policy.bytes, policy.input, file);
    const controller = { policy, metadata: found.metadata, prologue };
    return { controller, policy: async () => policy, place: { task, ...toldSettings(options) } };
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
    return { controller, policy: async () => policy, place };
  } finally {
    env.delete();
  }
}

/** A task other than the policy's own is used unchanged, including its lesson. */
async function examinedPlace(found: FoundPolicy, options: DoctorOptions, output: Output): Promise<Subject["place"]> {
  const { task, modelDir } = options;
  if (task === undefined || isTaskFile(task)) return placeOf(found, { ...overlayOf(options), task, modelDir }, output);
  return { task, modelDir, ...toldSettings(options) };
}

function overlayOf({ overlay, ...options }: DoctorOptions): OverlayOptions {
  const [action, observation] = [options["randomise.actionDelay"], options["randomise.observationDelay"]];
  return { overlay, "randomise.actionDelay": action, "randomise.observationDelay": observation };
}

/** Physics and delays of a task as published. */
function toldSettings(options: DoctorOptions): TaskVariant {
  const taskSettings = toldPhysics(options);
  return Object.keys(taskSettings).length === 0 ? {} : { taskSettings };
}

function pagePath(reference: string): string {
  // One that ships is named without its folder, which is not the user's.
  if (!existsSync(reference)) return `${basename(reference)}.doctor.html`;
  if (statSync(reference).isDirectory()) return join(reference, "doctor.html");
  return join(dirname(reference), `${basename(reference, extname(reference))}.doctor.html`);
}

function examinationText({ task, checks, nominal, sizes, identified, physics }: Examination, page: string): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map((check) => checkText(check, width));
  const run =
    nominal === null
      ? "no episode could be run"
      : `return ${formatNumber(nominal.returnMean)} over ${counted(sizes.episodes, "episode")} of ${sizes.seconds} s, ${formatNumber(100 * nominal.survived)} % stayed up`;
  const count = (verdict: Check["verdict"]) => checks.filter((check) => check.verdict === verdict).length;
  const skipped = count("skip") > 0 ? `, ${count("skip")} not checkable` : "";
  const summary = `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail${skipped}; page: ${page}`;
  const opinion = physics === null ? [] : [physicsText(physics)];
  return [[`${task}: ${run}`, ...identified].join("\n"), lines.join("\n"), ...opinion, summary].join("\n\n");
}

function checkText({ name, verdict, found, fix }: Check, width: number): string {
  const advice = fix === "" ? "" : `\n  ${" ".repeat(width + 6)}→ ${fix}`;
  return `  ${verdict}  ${name.padEnd(width)}  ${found}${advice}`;
}
