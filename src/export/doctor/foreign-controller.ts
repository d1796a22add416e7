/**
 * A third-party policy: its graph, and its metadata under the keys that deployers read (mjlab, rl/exporter). Checks that these
 * cannot answer are reported as not checkable.
 */
import { loadOnnxSession } from "../../graph/index.ts";
import { UserError } from "../../math/user-error.ts";
import { FileActor } from "../../rollout/file-actor.ts";
import type { FilePolicy } from "../../rollout/policy-data.ts";
import type { TaskDescription } from "../../tasks/index.ts";
import type { RunningController } from "../running-controller.ts";
import { type Check, fail, pass, skip, warn } from "./check.ts";
import { gains, jointOrder, measurable, modelOrder, perJoint, type ToldTask } from "./contract-checks.ts";

/** What is examined. */
export interface ForeignController {
  readonly policy: FilePolicy;
  readonly metadata: Readonly<Record<string, string>>;
  /** Operators that the observation meets before the first layer, such as Sub and Div. */
  readonly prologue: readonly string[];
}

/** Keys with a value per joint, and where the task has them. */
const PER_JOINT = {
  default_joint_pos: "offset",
  joint_stiffness: "stiffness",
  joint_damping: "damping",
  action_scale: "scale",
} as const;

/**
 * The task according to the metadata; what the metadata omits is taken from the task.
 * @throws UserError in one line where a key is not a list of numbers, or has another length than joint_names
 */
export function toldTask(metadata: Readonly<Record<string, string>>, robot: TaskDescription, source: string): ToldTask {
  // Our own files' keys are of joints alone, others may name every action.
  const joints = listOf(metadata.joint_names) ?? [...targetNames(robot)];
  const namesAll = joints.length === robot.actionSize;
  const names = namesAll ? joints : [...joints, ...(robot.action.rest ?? [])];
  const lists = Object.entries(PER_JOINT).flatMap(([key, field]) => {
    const list = listOf(metadata[key]);
    if (list === null) return [];
    const values = numbersOf(list, key, joints.length, source);
    const hasRest = !namesAll && (field === "offset" || field === "scale");
    return [[field, hasRest ? [...values, ...robot.action[field].slice(targetNames(robot).length)] : values]];
  });
  const action = { ...structuredClone(robot.action), names, ...Object.fromEntries(lists) };
  return { ...structuredClone(robot), action } as unknown as ToldTask;
}

function listOf(text: string | undefined): string[] | null {
  const list = text?.replace(/^\s*\[|\]\s*$/g, "").trim();
  return list === undefined || list === ""
    ? null
    : list.split(",").map((word) => word.trim().replace(/^["']|["']$/g, ""));
}

/** Names of actions but for those of `rest`. */
function targetNames({ action }: TaskDescription): readonly string[] {
  return action.names.slice(0, action.names.length - (action.rest?.length ?? 0));
}

/** One number stands for all joints. */
function numbersOf(list: readonly string[], key: string, count: number, source: string): number[] {
  const values = list.map(Number);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new UserError(`${source}: metadata ${key} has "${list[wrong]}" at ${wrong}, expected numbers`);
  if (values.length === 1) return new Array<number>(count).fill(values[0]!);
  if (values.length === count) return values;
  throw new UserError(
    `${source}: metadata ${key} has ${values.length} values, expected one for each of ${count} joints`,
  );
}

/** What the checks without a simulation read. */
export interface ForeignMetadata extends Pick<ForeignController, "metadata"> {
  readonly policy: Pick<FilePolicy, "source">;
}

/** All checks that need no simulation. */
export function foreignChecks({ metadata, policy }: ForeignMetadata, robot: TaskDescription): Check[] {
  const told = toldTask(metadata, robot, policy.source);
  const has = (key: string) => listOf(metadata[key]) !== null;
  const where = (key: string, name: string, check: () => Check) =>
    has(key) ? check() : notTold(name, `the file has no ${key}`);
  return [
    where("joint_names", "joint order", () => jointOrder(told, robot)),
    modelOrder(told),
    where("default_joint_pos", "default pose", () =>
      perJoint("default pose", told, robot, "offset", "rad", "hold this pose at action 0"),
    ),
    has("joint_damping") || has("joint_stiffness")
      ? gains(told, robot)
      : notTold("gains", "the file has neither joint_stiffness nor joint_damping"),
    where("action_scale", "action scale and mapping", () =>
      perJoint(
        "action scale and mapping",
        told,
        robot,
        "scale",
        "per unit of action",
        "multiply actions by this scale",
      ),
    ),
    notTold("control rate", `the file does not say; ${robot.name} runs at ${robot.controlHz} Hz`),
    where("observation_names", "observation layout", () => observationNames(metadata, robot)),
    pastValues(robot),
    notTold("quaternion convention", "the file does not say; the task gives w-x-y-z"),
    measurable(told),
    commandNames(metadata, robot),
  ];
}

function notTold(name: string, reason: string): Check {
  return skip(name, `not checkable: ${reason}`);
}

/** Other programs name terms differently, so that only their number is certain. */
function observationNames({ observation_names }: ForeignController["metadata"], robot: TaskDescription): Check {
  const name = "observation layout";
  const found = listOf(observation_names)!;
  const expected = robot.observation.map((term) => term.name);
  const fix = `build the observation in the task's order: ${expected.join(", ")}`;
  if (found.length !== expected.length)
    return fail(name, `${found.length} terms (${found.join(", ")}), the task has ${expected.length}`, fix);
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z]/g, "");
  const at = expected.findIndex((word, i) => plain(word) !== plain(found[i]!));
  if (at < 0) return pass(name, `${found.length} terms, ${robot.obsSize} values`);
  if (found.map(plain).sort().join() === expected.map(plain).sort().join())
    return fail(name, `term ${at} is ${found[at]}, the task's is ${expected[at]}`, fix);
  return warn(
    name,
    `term ${at} is called ${found[at]}, the task's is ${expected[at]}`,
    `make sure they are the same; ${fix}`,
  );
}

function pastValues(robot: TaskDescription): Check {
  const name = "observation history";
  if (robot.observation.every((term) => term.history <= 1)) return pass(name, "not used");
  return notTold(name, "the file does not say; the task gives the oldest first, term by term");
}

function commandNames(metadata: ForeignController["metadata"], robot: TaskDescription): Check {
  const name = "command range";
  if (!robot.command) return pass(name, "no command");
  const ranges = robot.command.names.map((word, i) => `${word} ${robot.command!.ranges[i]!.join(" … ")}`).join(", ");
  const named = listOf(metadata.command_names) ?? [];
  return notTold(
    name,
    `the file ${named.length > 0 ? `names ${named.join(", ")}, but not the trained ranges` : "does not say"}; the task commands ${ranges}`,
  );
}

/** Whether the graph begins as normalisers do: the observations that the file was trained on are unknown. */
export function foreignNormaliser({ prologue }: ForeignController): Check {
  const name = "normaliser";
  if (prologue.length > 0)
    return pass(
      name,
      `inside the file: the observation goes through ${prologue.join(", ")} first; its values cannot be compared with the training's`,
    );
  return warn(
    name,
    "the observation goes straight into the first layer",
    "if the policy was trained with a normaliser, export it inside the file",
  );
}

/** The unchanged file, whose outputs come after the squash. @param rows observations of each call */
export async function runForeign(policy: FilePolicy, rows: number): Promise<RunningController> {
  const session = await loadOnnxSession(policy.bytes, policy.source);
  const actor = new FileActor(async () => session, { ...policy, squash: "none" }, rows);
  return {
    format: "onnx",
    act: (obs, _noise, out) => actor.act(obs, new Float32Array(0), out),
    close: () => session.dispose(),
  };
}
