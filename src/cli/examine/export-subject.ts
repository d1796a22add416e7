/** What `flowgait export` exports: a policy that was found, as a function from observation to actions, with its task and its origin. */
import { basename } from "node:path";
import type { FoundPolicy } from "../../catalogue/found-policy.ts";
import { placeOf } from "../../catalogue/place.ts";
import { shippedAs } from "../../catalogue/shipped-controllers.ts";
import type { ControllerOrigin } from "../../export/contract/contract.ts";
import { controllerFunction, graphObstacle, resolvedOptions } from "../../export/controller-function.ts";
import type { ExportedPolicy } from "../../export/exported-policy.ts";
import type { ExportSubject } from "../../export/report/measurement.ts";
import { thirdPartyOrigin, thirdPartyPolicy } from "../../export/third-party.ts";
import type { Output } from "../../files/output.ts";
import { packageVersion } from "../../files/version.ts";
import { inputNormaliser } from "../../graph/index.ts";
import { UserError } from "../../math/user-error.ts";
import { type FilePolicy, flowOf } from "../../rollout/policy-data.ts";
import { runName } from "../../runs/run-places.ts";
import { describeTask, Environment, isTaskFile, resolveTask, type TaskDescription } from "../../tasks/index.ts";
import { takePolicy } from "../flags/checkpoint-flag.ts";
import { type ExportOptions, flowFlagOf, readFormats, readSettings } from "../flags/export-settings.ts";
import { readFlowFlags, resampled } from "../flags/flow-flags.ts";

/** @throws UserError when there is no such policy, or an option that it, or its task, cannot have */
export async function loadSubject(reference: string, given: ExportOptions, output: Output): Promise<ExportSubject> {
  const options = readSettings(given);
  const found = await takePolicy(reference, given, output);
  const origin = originOf(found);
  const { task: name, ...variant } = await placeOf(found, { task: given.task, modelDir: given.modelDir }, output);
  const task = await resolveTask(name, variant);
  const env = await Environment.create(task);
  try {
    const policy = await exportedPolicy(found, env, given);
    const description = describeTask(env);
    if (policy.kind === "file" && !policy.isLimited)
      output.note(
        `${reference}: has no contract; its layout is taken as that of ${description.name}, flowgait doctor --guess looks for another`,
      );
    checkForms(policy, description, given, output);
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
  if (digest !== undefined) return thirdPartyOrigin(basename(reference), packageVersion());
  throw new UserError(
    `${reference}: is not a policy with a network, expected a run folder, a checkpoint (.safetensors) or a policy file (.onnx)`,
    { exitCode: 2 },
  );
}

/** For a controller that ships: any run folder that its contract names is not on this machine, though another may have that name. */
function shippedOrigin(digest: string | undefined): Pick<ControllerOrigin, "run" | "shipped"> | null {
  const found = digest === undefined ? null : shippedAs(digest);
  if (found === null) return null;
  return { run: found.controller, shipped: { ...found, packageVersion: packageVersion() } };
}

/** With its weights: of a file, the flow that it keeps, or else the file itself. */
async function exportedPolicy(found: FoundPolicy, env: Environment, given: ExportOptions): Promise<ExportedPolicy> {
  const { reference } = found;
  const policy = await found.bind(env);
  if (policy.kind === "file") {
    const [contradiction] = found.contradictions?.(env) ?? [];
    if (contradiction !== undefined)
      throw new UserError(
        `${reference}: differs from ${env.task.name} in ${contradiction}, expected the robot it was exported for`,
      );
    if (policy.flow === null) return exportedFile(policy, found, given);
  }
  const trained = resampled(flowOf(policy) ?? policy, readFlowFlags(given), reference);
  if (trained.kind === "trained") return trained;
  throw new TypeError(`${reference}: policy is ${trained.kind}, expected a network`);
}

function exportedFile(policy: FilePolicy, { reference, contract }: FoundPolicy, given: ExportOptions): ExportedPolicy {
  const flag = flowFlagOf(given);
  if (flag !== undefined) throw new UserError(`${flag}: ${reference} has no flow; omit this flag`, { exitCode: 2 });
  const expected = "expected a file from observation to actions, or the run that it was exported from";
  if (policy.noise !== null) throw new UserError(`${reference}: takes noise and contains no flow, ${expected}`);
  if (policy.targets !== null)
    throw new UserError(`${reference}: outputs joint targets and contains no flow, ${expected}`);
  if (contract !== undefined) {
    const { normaliser, policy: described, adapter, weightsSha256 } = contract;
    const facts = { normaliser, policy: described, ...(adapter && { adapter }), weightsSha256 };
    return { kind: "file", file: policy, facts, isLimited: true };
  }
  const normaliser = inputNormaliser(policy.bytes, policy.obsSize, reference);
  return thirdPartyPolicy({ policy, name: basename(reference), normaliser });
}

/** Refuses formats and options that the task or the file does not support, before anything is measured, and notes which formats the report omits. */
function checkForms(policy: ExportedPolicy, task: TaskDescription, given: ExportOptions, output: Output): void {
  const options = readSettings(given);
  const obstacle = graphObstacle(policy);
  if (obstacle === null) {
    controllerFunction(policy, task, options);
    return;
  }
  const other = readFormats(given.format).find((format) => format !== "onnx");
  if (other !== undefined) throw new UserError(`--format ${other}: ${obstacle}; expected onnx`, { exitCode: 2 });
  if (resolvedOptions(options).output !== "actions")
    throw new UserError(`--output: ${obstacle}; expected actions`, { exitCode: 2 });
  output.note(`${obstacle}: the report omits C and TypeScript`);
}
