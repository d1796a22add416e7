/** A policy as one graph function from a raw observation to actions or joint targets: what is written as ONNX, as C and run in pages. */
import { BATCH, clamp, constant, type GraphFunction, graphFunction, input, type Tensor, tanh } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import { normalise } from "../policy/network.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiselessAction, noiseSize, policyAction, policyLayout } from "../policy/policy.ts";
import type { TrainedPolicy } from "../rollout/policy-data.ts";
import type { Squash, TaskDescription } from "../tasks/index.ts";
import type { NoiseKind, OutputKind } from "./export-choices.ts";
import type { ExportedPolicy } from "./exported-policy.ts";
import { fileTensors } from "./framed-file.ts";
import { jointTargetsOf } from "./joint-targets.ts";

/** How the controller is to look. */
export interface ControllerOptions {
  /**
   * "zero": no noise at all, so a Gaussian's mean, or the flow from zero without noise on its way. "seed": always the draw of `noiseSeed`.
   * "input": a second input `noise` [batch, noiseSize] of standard normal draws.
   */
  readonly noise?: NoiseKind;
  /** Default 1. */
  readonly noiseSeed?: number;
  /** "actions" (default): squashed, what the task's action mapping multiplies with its scale. "joint-targets": rad. */
  readonly output?: OutputKind;
  /** Name of the output; default "actions". */
  readonly outputName?: string;
}

/** The options with their defaults. */
export function resolvedOptions(options: ControllerOptions): Required<ControllerOptions> {
  return { noise: "zero", noiseSeed: 1, output: "actions", outputName: "actions", ...options };
}

/**
 * Input `obs` [batch, obsSize], output [batch, actionSize] under the name requested.
 * @throws UserError when joint targets are requested and the task has none, or its feed-forward cannot be computed from the observation; when
 * a file has what the graph does not
 */
export function controllerFunction(
  policy: ExportedPolicy,
  task: TaskDescription,
  options: ControllerOptions = {},
): GraphFunction {
  const { output, outputName } = resolvedOptions(options);
  const { obs, action } = policy.kind === "file" ? fileTensors(policy) : trainedTensors(policy, task, options);
  const result = output === "actions" ? action : jointTargetsOf(action, obs, task);
  return graphFunction("controller", { [outputName]: result }, { inputOrder: ["obs", "noise"] });
}

/** Why a policy is no graph function, in one line; null where it is one. */
export function graphObstacle(policy: ExportedPolicy): string | null {
  if (policy.kind !== "file") return null;
  try {
    fileTensors(policy);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What joint targets a file's actions [batch, actionSize] in `actions` come to, given `obs`. */
export function targetsFunction(task: TaskDescription): GraphFunction {
  const [obs, actions] = [input("obs", [BATCH, task.obsSize]), input("actions", [BATCH, task.actionSize])];
  return graphFunction("targets", { targets: jointTargetsOf(actions, obs, task) }, { inputOrder: ["obs", "actions"] });
}

function trainedTensors(
  policy: TrainedPolicy,
  task: TaskDescription,
  options: ControllerOptions,
): { obs: Tensor; action: Tensor } {
  const { spec, weights, mean, std } = policy;
  const layout = policyLayout(spec);
  const views = parameterViews(layout, weights);
  const constants = Object.fromEntries(
    layout.parameters.map(({ name, shape }) => [name, constant(views[name]!.slice(), shape)] as const),
  );
  const obs = input("obs", [BATCH, spec.obsSize]);
  const normal = normalise(obs, constant(mean.slice(), [spec.obsSize]), constant(std.slice(), [spec.obsSize]));
  return { obs, action: squashed(drawnAction(policy, constants, normal, options), task.action.squash) };
}

/** The one draw of noise [noiseSize] that a controller of noise "seed" keeps. */
export function seededNoise(policy: TrainedPolicy, seed: number): Float32Array {
  const noise = new Float32Array(noiseSize(policy.spec));
  new Rng().seek(seed, STREAM.policy).fillNormal(noise);
  return noise;
}

function drawnAction(
  policy: TrainedPolicy,
  weights: Readonly<Record<string, Tensor>>,
  obs: Tensor,
  options: ControllerOptions,
): Tensor {
  const { spec } = policy;
  const { noise, noiseSeed } = resolvedOptions(options);
  switch (noise) {
    case "zero":
      return noiselessAction(spec, weights, obs);
    case "seed":
      return policyAction(spec, weights, obs, constant(seededNoise(policy, noiseSeed), [1, noiseSize(spec)]));
    case "input":
      return policyAction(spec, weights, obs, input("noise", [BATCH, noiseSize(spec)]));
    default:
      return noise satisfies never;
  }
}

/** The action as the task's mapping takes it. */
export function squashed(action: Tensor, squash: Squash): Tensor {
  switch (squash) {
    case "tanh":
      return tanh(action);
    case "clip":
      return clamp(action, -1, 1);
    case "none":
      return action;
    default:
      return squash satisfies never;
  }
}
