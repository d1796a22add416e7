/**
 * A trained policy as an ONNX file that deployers run as it is: observation in, squashed action out; normaliser, flow integration (or a Gaussian's
 * mean) and squash are inside. The metadata is the contract between policy and robot. It does not write files and does not check itself; see parity.ts.
 */
import {
  BATCH,
  clamp,
  constant,
  type GraphFunction,
  graphFunction,
  input,
  type Tensor,
  tanh,
  writeOnnx,
} from "../graph/index.ts";
import { isStochastic, withoutStepNoise } from "../policy/flow-sampler.ts";
import { normalise } from "../policy/network.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiselessAction, noiseSize, type PolicySpec, policyAction, policyLayout } from "../policy/policy.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import type { Squash, TaskDescription } from "../tasks/index.ts";

/** How the controller is to look. */
export interface ControllerOptions {
  /**
   * "zero": no noise at all, so a Gaussian's mean, or the flow from zero without noise on its way. "input": a second input `noise`
   * [batch, noiseSize] of standard normal draws.
   */
  readonly noise?: "zero" | "input";
  /** Name of the output; default "actions". */
  readonly outputName?: string;
}

/** Where the controller comes from. */
export interface ControllerOrigin {
  readonly packageVersion: string;
  /** Folder or name of the run. */
  readonly run: string;
  /** Environment steps trained. */
  readonly envSteps: number;
  readonly algorithm: string;
  readonly seed: number;
}

/** Version of the JSON under the metadata key `flowgait`. */
const CONTRACT_VERSION = 1;

/** Input `obs` [batch, obsSize], output `actions` [batch, actionSize]: what the task's action mapping multiplies with its scale. */
export function controllerFunction(
  policy: TrainedPolicy,
  squash: Squash,
  { noise = "zero", outputName = "actions" }: ControllerOptions = {},
): GraphFunction {
  const { spec, weights, mean, std } = policy;
  const layout = policyLayout(spec);
  const views = parameterViews(layout, weights);
  const constants = Object.fromEntries(
    layout.parameters.map(({ name, shape }) => [name, constant(views[name]!.slice(), shape)] as const),
  );
  const raw = input("obs", [BATCH, spec.obsSize]);
  const obs = normalise(raw, constant(mean.slice(), [spec.obsSize]), constant(std.slice(), [spec.obsSize]));
  const action =
    noise === "input"
      ? policyAction(spec, constants, obs, input("noise", [BATCH, noiseSize(spec)]))
      : noiselessAction(spec, constants, obs);
  return graphFunction("controller", { [outputName]: squashed(action, squash) });
}

/** The bytes of the file. The same policy, task and origin give the same bytes. */
export function controllerOnnx(
  policy: TrainedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions = {},
): Uint8Array {
  return writeOnnx(controllerFunction(policy, task.action.squash, options), {
    metadata: { ...deployerMetadata(task, origin), flowgait: JSON.stringify(contract(policy, task, origin, options)) },
    producerVersion: origin.packageVersion,
  });
}

function squashed(action: Tensor, squash: Squash): Tensor {
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

/** The eight keys that existing deployers read: lists separated by commas (mjlab, rl/exporter). */
function deployerMetadata({ action, command, observation }: TaskDescription, { run }: ControllerOrigin) {
  return {
    run_path: run,
    joint_names: action.names.join(","),
    joint_stiffness: action.stiffness.join(","),
    joint_damping: action.damping.join(","),
    default_joint_pos: action.offset.join(","),
    command_names: (command?.names ?? []).join(","),
    observation_names: observation.map(({ name }) => name).join(","),
    action_scale: action.scale.join(","),
  };
}

/** The whole contract at full precision. */
function contract(
  { spec }: TrainedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  { noise = "zero", outputName = "actions" }: ControllerOptions,
) {
  return {
    version: CONTRACT_VERSION,
    task,
    controlPeriod: 1 / task.controlHz,
    input: "obs",
    output: outputName,
    quaternions: "w-x-y-z",
    policy: describePolicy(spec, noise),
    training: origin,
  };
}

/** How the file makes its actions; `noiseSize` is the width of the input `noise`. */
function describePolicy(spec: PolicySpec, noise: "zero" | "input") {
  const input = noise === "input" ? { noiseSize: noiseSize(spec) } : {};
  if (spec.kind === "gaussian") return { kind: spec.kind, noise, ...input };
  const { sampler, flowSteps, stepNoise } = noise === "input" ? spec : withoutStepNoise(spec);
  return { kind: spec.kind, sampler, flowSteps, noise, ...input, ...(isStochastic(sampler) ? { stepNoise } : {}) };
}
