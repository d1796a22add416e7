/**
 * A policy as an ONNX file that deployers run unchanged: observation in, actions or joint targets out; normaliser, flow integration (or a
 * Gaussian's mean) and squash are inside. A file's own nodes stay as they are, but for joint targets. The metadata is the contract between policy and robot. It does not write files and does not check
 * itself; see parity.ts.
 */
import { onnxInterface, writeOnnx } from "../graph/index.ts";
import type { TaskDescription } from "../tasks/index.ts";
import type { Adapter } from "./adapter.ts";
import { NO_CHECKSUM, sealed } from "./contract/checksum.ts";
import { type ControllerOrigin, controllerContract } from "./contract/contract.ts";
import { type ControllerOptions, controllerFunction, resolvedOptions } from "./controller-function.ts";
import type { ExportedFile, ExportedPolicy } from "./exported-policy.ts";
import { framedFile } from "./framed-file.ts";
import { flowMetadata } from "./stored-flow.ts";

/** The bytes of the file, which hold their own checksum. The same policy, task and origin give the same bytes. */
export function controllerOnnx(
  policy: ExportedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions = {},
): Uint8Array {
  if (policy.kind === "file" && resolvedOptions(options).output === "actions")
    return fileOnnx(policy, task, origin, options);
  const controller = controllerFunction(policy, task, options);
  const { constants } = onnxInterface(writeOnnx(controller), "controller");
  return sealed(
    writeOnnx(controller, {
      metadata: {
        ...ownMetadata(policy, task, origin, options),
        ...(policy.kind === "trained" && flowMetadata(policy, constants)),
      },
      producerVersion: origin.packageVersion,
    }),
  );
}

/** A file of the same nodes. @param adapter around them, where the file has another layout than the task */
export function fileOnnx(
  policy: ExportedFile,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions = {},
  adapter?: Adapter,
): Uint8Array {
  const { outputName: output } = resolvedOptions(options);
  const metadata = ownMetadata(policy, task, origin, options);
  return sealed(framedFile(policy, { output, metadata, ...(adapter && { adapter }) }));
}

/** The deployers' keys and the contract, with a place for the file's checksum. */
function ownMetadata(
  policy: ExportedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions,
): Record<string, string> {
  const contract = { ...controllerContract(policy, task, origin, options), fileSha256: NO_CHECKSUM };
  return { ...deployerMetadata(task, origin), flowgait: JSON.stringify(contract) };
}

/** What the deployers' keys are made from. */
interface DeployedTask {
  readonly action: Readonly<Record<"names", readonly string[]>> &
    Readonly<Record<"stiffness" | "damping" | "offset" | "scale", readonly number[]>> & {
      readonly rest?: readonly string[];
    };
  readonly command: { readonly names: readonly string[] } | null;
  readonly observation: readonly { readonly name: string }[];
}

/**
 * The eight keys that existing deployers read: lists separated by commas (mjlab, rl/exporter). Where the last actions are no joint targets,
 * those lists are of the joints alone, and three keys of our own cover the rest.
 */
export function deployerMetadata(
  { action, command, observation }: DeployedTask,
  { run }: Pick<ControllerOrigin, "run">,
): Record<string, string> {
  const joints = action.names.length - (action.rest?.length ?? 0);
  const first = (values: readonly (string | number)[]) => values.slice(0, joints).join(",");
  const last = (values: readonly (string | number)[]) => values.slice(joints).join(",");
  return {
    run_path: run,
    joint_names: first(action.names),
    joint_stiffness: action.stiffness.join(","),
    joint_damping: action.damping.join(","),
    default_joint_pos: first(action.offset),
    command_names: (command?.names ?? []).join(","),
    observation_names: observation.map(({ name }) => name).join(","),
    action_scale: first(action.scale),
    ...(action.rest && {
      control_names: last(action.names),
      control_offset: last(action.offset),
      control_scale: last(action.scale),
    }),
  };
}
