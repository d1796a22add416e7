/** Policies that are ONNX files, ours or made elsewhere: one observation in, one action out; of ours, noise in besides where asked for. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Contract } from "../export/contract-schema.ts";
import { contractChecks } from "../export/doctor/contract-checks.ts";
import { type ForeignController, foreignChecks } from "../export/doctor/foreign-controller.ts";
import { storedContract } from "../export/read-controller.ts";
import { storedFlow } from "../export/stored-flow.ts";
import { loadOnnxSession, type OnnxValue, onnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { FilePolicy, StartNoise } from "../rollout/jobs.ts";
import { describeTask, type Environment } from "../tasks/index.ts";
import { type FoundPolicy, PLAIN } from "./policy-reference.ts";

/** A file that was found. */
export interface FoundPolicyFile extends FoundPolicy {
  /** The file's metadata_props. */
  readonly metadata: Readonly<Record<string, string>>;
  bind(env: Environment): FilePolicy;
}

/** What our own files call that input. */
const NOISE_INPUT = "noise";

/**
 * Reads the file, and has ONNX Runtime load it once, which knows its operators or refuses.
 * @throws UserError when it is no ONNX file or none that can run here, was changed after flowgait exported it, contradicts itself, or has not one
 * input and one output of rows of float32 values
 */
export async function findPolicyFile(path: string): Promise<FoundPolicyFile> {
  const bytes = readFileSync(path);
  const { inputs, outputs, metadata } = onnxInterface(bytes, path);
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
  const flow = contract && storedFlow(metadata, contract, path);
  const draws = contract && ownNoise(contract);
  const bind = (env: Environment): FilePolicy => {
    checkSizes(path, input, output, env);
    const { squash } = env.actionDescription;
    const { obsSize, actionSize } = env;
    const targets = targetsOf(contract, env, path);
    return { ...file, obsSize, actionSize, batch: input.shape[0], squash, targets, draws, flow };
  };
  return {
    reference: path,
    metadata,
    task: contract?.task.name ?? null,
    trained: null,
    noise: draws,
    ...(contract && { contract }),
    variant: { ...PLAIN, lesson: contract?.task.lesson?.name ?? "" },
    bind,
    contradictions: (env) => contradictions(contract, { policy: bind(env), metadata, prologue: [] }, env),
  };
}

/** What actions are drawn from inside the file; null where the noise comes from outside. */
function ownNoise({ policy: { noise, noiseSeed } }: Contract): StartNoise | null {
  if (noise === "seed") return { seed: noiseSeed! };
  return noise === "zero" ? noise : null;
}

/** What the file says of its robot and the task says otherwise. */
function contradictions(contract: Contract | null, foreign: ForeignController, env: Environment): string[] {
  const robot = describeTask(env);
  const checks = contract === null ? foreignChecks(foreign, robot) : contractChecks(contract, robot);
  return checks.flatMap(({ name, verdict, found }) => (verdict === "fail" ? [`${name}: ${found}`] : []));
}

function onlyOne(values: readonly OnnxValue[], kind: "input" | "output", path: string): OnnxValue {
  const [value] = values;
  if (value === undefined || values.length > 1) {
    const found = values.length === 0 ? "none" : values.map(({ name }) => name).join(", ");
    throw new UserError(`${path}: its ${kind}s are ${found}, expected one`);
  }
  if (value.isFloat32 && value.shape.length === 2) return value;
  const type = value.isFloat32 ? "float32" : "another type than float32";
  throw new UserError(
    `${path}: ${kind} "${value.name}" is ${type} ${shapeText(value)}, expected float32 [batch, size]`,
  );
}

function noiseOf(value: OnnxValue | undefined, path: string): FilePolicy["noise"] {
  if (value === undefined) return null;
  const size = value.shape[1];
  if (size !== null && size !== undefined) return { input: value.name, size };
  throw new UserError(
    `${path}: input "${value.name}" is ${shapeText(value)}, expected [batch, size] with a known size`,
  );
}

function shapeText({ shape }: OnnxValue): string {
  return `[${shape.map((size) => size ?? "any").join(", ")}]`;
}

function checkSizes(path: string, input: OnnxValue, output: OnnxValue, env: Environment): void {
  const { task, observationLayout, actionDescription, obsSize, actionSize } = env;
  if (input.shape[1] !== obsSize) {
    const layout = observationLayout.map(({ name, size }) => `${name} ${size}`).join(", ");
    throw new UserError(
      `${path}: input "${input.name}" is ${shapeText(input)}, expected the ${obsSize} values of ${task.name}: ${layout}`,
    );
  }
  if (output.shape[1] === actionSize || output.shape[1] === null) return;
  const names = actionDescription.names.join(", ");
  throw new UserError(
    `${path}: output "${output.name}" is ${shapeText(output)}, expected the ${actionSize} actions of ${task.name}: ${names}`,
  );
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
    `${path}: gives joint targets, from which the actions of ${task.name} do not follow, expected a file that gives actions`,
  );
}
