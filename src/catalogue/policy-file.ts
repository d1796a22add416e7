/** Policies that are ONNX files, flowgait's or third-party: one observation in, one action out; flowgait's may also take noise. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Contract } from "../export/contract/contract-schema.ts";
import { contractChecks } from "../export/doctor/contract-checks.ts";
import { type ForeignMetadata, foreignChecks } from "../export/doctor/foreign-controller.ts";
import { storedContract } from "../export/read-controller.ts";
import { storedFlow } from "../export/stored-flow.ts";
import { loadOnnxSession, type OnnxValue, onnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { FilePolicy, StartNoise } from "../rollout/policy-data.ts";
import { RUNS_FOLDER } from "../runs/run-folder.ts";
import { homeAt } from "../runs/run-places.ts";
import { describeTask, type Environment } from "../tasks/index.ts";
import { type FoundPolicy, PLAIN, type PlacedVariant, placedTask } from "./found-policy.ts";
import { readPolicyBytes } from "./policy-bytes.ts";
import { actionText, observationText, rowsAtOnce } from "./policy-trial.ts";

/** A file that was found. */
export interface FoundPolicyFile extends FoundPolicy {
  /** The file's metadata_props. */
  readonly metadata: Readonly<Record<string, string>>;
  bind(env: Environment): Promise<FilePolicy>;
}

/** What our own files call that input. */
const NOISE_INPUT = "noise";

/**
 * Reads the file, and has ONNX Runtime load it once, which knows its operators or refuses.
 * @throws UserError when it is no ONNX file or none that can run here, lacks weights that it keeps in other files, was changed after flowgait
 * exported it, contradicts itself, or has not one input and one output of rows of float32 values
 */
export async function findPolicyFile(path: string): Promise<FoundPolicyFile> {
  const bytes = readPolicyBytes(path);
  const { inputs, outputs, metadata, constants } = onnxInterface(bytes, path);
  const contract = metadata.flowgait === undefined ? null : storedContract(bytes, metadata, path);
  const isNoise = ({ name }: OnnxValue) => contract?.policy.noise === "input" && name === NOISE_INPUT;
  const input = onlyOne(
    inputs.filter((value) => !isNoise(value)),
    "input",
    path,
  );
  const output = onlyOne(outputs, "output", path);
  const noise = noiseOf(inputs.find(isNoise), path);
  await (await loadOnnxSession(bytes, path)).dispose();
  const digest = createHash("sha256").update(bytes).digest("hex");
  const file = { kind: "file", source: path, bytes, digest, input: input.name, noise, output: output.name } as const;
  const flow = contract && storedFlow({ metadata, constants }, contract, path);
  const draws = contract && ownNoise(contract);
  const bind = async (env: Environment): Promise<FilePolicy> => {
    checkSizes(path, input, output, env);
    const { squash } = env.actionDescription;
    const { obsSize, actionSize } = env;
    const targets = targetsOf(contract, env, path);
    const batch = await rowsAtOnce(file, input.shape?.[0] ?? null, env);
    return { ...file, obsSize, actionSize, batch, squash, targets, draws, flow };
  };
  return {
    reference: path,
    digest,
    metadata,
    ...(contract === null ? { task: null } : await taskOf(contract, path)),
    trained: null,
    noise: draws,
    ...(contract && { contract }),
    variant: contract === null ? PLAIN : describedVariant(contract),
    bind,
    contradictions: (env) => contradictions(contract, { policy: file, metadata }, env),
  };
}

/** The lesson and the settings that a controller's contract names. */
function describedVariant({ task: { lesson, settings } }: Contract): PlacedVariant {
  return { ...PLAIN, lesson: lesson?.name ?? "", ...(settings && { taskSettings: settings }) };
}

/** A user's own task is found by the run that the file belongs to, or comes from. */
async function taskOf(
  { task: { name, family }, training }: Contract,
  path: string,
): Promise<Pick<FoundPolicy, "task" | "lost" | "home">> {
  if (family !== "user") return { task: name };
  for (const folder of [dirname(path), training.run, join(RUNS_FOLDER, training.run)]) {
    const home = await homeAt(folder);
    if (home?.files.task?.name === name) return { ...placedTask(home.config.task, home), home };
  }
  return { task: null, lost: name };
}

/** What actions are drawn from inside the file; null where the noise comes from outside. */
function ownNoise({ policy: { noise, noiseSeed } }: Contract): StartNoise | null {
  if (noise === "seed") return { seed: noiseSeed! };
  return noise === "zero" ? noise : null;
}

/** What the file says of its robot and the task says otherwise. */
function contradictions(contract: Contract | null, foreign: ForeignMetadata, env: Environment): string[] {
  const robot = describeTask(env);
  const checks = contract === null ? foreignChecks(foreign, robot) : contractChecks(contract, robot);
  return checks.flatMap(({ name, verdict, found }) => (verdict === "fail" ? [`${name}: ${found}`] : []));
}

function onlyOne(values: readonly OnnxValue[], kind: "input" | "output", path: string): OnnxValue {
  const [value] = values;
  if (value === undefined || values.length > 1) {
    const names = values.length === 0 ? "" : `, ${values.map(({ name }) => name).join(", ")}`;
    const wanted = kind === "input" ? "the observation" : "the action";
    throw new UserError(`${path}: has ${values.length} ${kind}s${names}; expected one, ${wanted}`);
  }
  if (value.isFloat32 !== false && (value.shape === null || value.shape.length === 2)) return value;
  const type = value.isFloat32 === false ? "another type than float32" : "float32";
  throw new UserError(
    `${path}: ${kind} "${value.name}" is ${type} ${shapeText(value)}; expected float32 [batch, size]`,
  );
}

function noiseOf(value: OnnxValue | undefined, path: string): FilePolicy["noise"] {
  if (value === undefined) return null;
  const size = value.shape?.[1];
  if (size !== null && size !== undefined) return { input: value.name, size };
  throw new UserError(
    `${path}: input "${value.name}" is ${shapeText(value)}, expected [batch, size] with a known size`,
  );
}

function shapeText({ shape }: OnnxValue): string {
  return shape === null ? "of any shape" : `[${shape.map((size) => size ?? "any").join(", ")}]`;
}

/** Sizes that the file states; open sizes are found when it runs. */
function checkSizes(path: string, input: OnnxValue, output: OnnxValue, env: Environment): void {
  const [takes, gives] = [input.shape?.[1] ?? env.obsSize, output.shape?.[1] ?? env.actionSize];
  if (takes !== env.obsSize)
    throw new UserError(`${path}: input "${input.name}" is ${shapeText(input)}, expected ${observationText(env)}`);
  if (gives !== env.actionSize)
    throw new UserError(`${path}: output "${output.name}" is ${shapeText(output)}, expected ${actionText(env)}`);
}

/** How to get from joint targets back to actions, where the contract says that the file gives those. */
function targetsOf(
  contract: Contract | null,
  { actionDescription, task }: Environment,
  path: string,
): FilePolicy["targets"] {
  if (contract?.outputKind !== "joint-targets") return null;
  const { kind, feedForward, offset, scale } = actionDescription;
  if (kind === "joint-targets" && feedForward === null) return { offset, scale };
  throw new UserError(
    `${path}: outputs joint targets; ${task.name} needs actions, which cannot be recovered from targets; expected a file that outputs actions`,
  );
}
