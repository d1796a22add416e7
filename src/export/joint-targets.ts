/** From squashed actions to joint position targets inside the graph: scale, default pose, feed-forward. */
import { add, constant, matmul, mul, relu, slice, type Tensor } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { TaskDescription } from "../tasks/index.ts";

/**
 * target = offset + feed-forward + scale·action, not yet limited to the actuators' control ranges, so that the action can be told from it.
 * @param action squashed [batch, actions]
 * @param obs raw [batch, obsSize], which a feed-forward reads its clock from
 * @throws UserError when the task's actions are no joint targets, or the observation does not hold what the feed-forward needs
 */
export function jointTargetsOf(action: Tensor, obs: Tensor, task: TaskDescription): Tensor {
  const { kind, scale, offset, feedForward } = task.action;
  if (kind !== "joint-targets") {
    throw new UserError(`--output: ${task.name} has ${kind}, expected actions, or a task with joint targets`, {
      exitCode: 2,
    });
  }
  const scaled = add(mul(action, constant(scale)), constant(offset));
  return feedForward === null ? scaled : add(scaled, feedForwardOf(feedForward, obs, task));
}

interface SteppingPose {
  readonly gait: string;
  readonly legs: readonly (readonly string[])[];
  readonly amplitude: readonly number[];
  readonly sway?: { readonly amplitude: Readonly<Record<string, number>>; readonly lead: number };
}

/**
 * The stepping pose of the gait that the observation shows, [batch, actions]. With the signals c_i = a·cos φ_i, s_i = a·sin φ_i: the swing of
 * foot i is max(0, s_i), the sway is a·sin(φ_0 + lead) = s_0·cos(lead) + c_0·sin(lead).
 */
function feedForwardOf(description: Readonly<Record<string, unknown>>, obs: Tensor, task: TaskDescription): Tensor {
  if (description.kind !== "stepping-pose") throw unknownFeedForward(task, `its feed-forward is ${description.kind}`);
  const pose = description as unknown as SteppingPose;
  const feet = pose.legs.length;
  const start = signalsOffset(pose.gait, 2 * feet, task);
  const cosines = slice(obs, 1, start, start + feet);
  const sines = slice(obs, 1, start + feet, start + 2 * feet);
  const swing = matmul(relu(sines), swingMatrix(pose, task.action.names));
  const { amplitude, lead } = pose.sway ?? { amplitude: {}, lead: 0 };
  const sway = add(mul(slice(sines, 1, 0, 1), Math.cos(lead)), mul(slice(cosines, 1, 0, 1), Math.sin(lead)));
  const reach = task.action.names.map((joint) => amplitude[joint] ?? 0);
  return add(swing, matmul(sway, constant(reach, [1, reach.length])));
}

/** [feet, actions] rad at the top of each foot's step */
function swingMatrix({ legs, amplitude }: SteppingPose, joints: readonly string[]): Tensor {
  const rows = legs.flatMap((leg) => joints.map((joint) => amplitude[leg.indexOf(joint)] ?? 0));
  return constant(rows, [legs.length, joints.length]);
}

/** Where the gait's signals stand in the observation, as they are. */
function signalsOffset(gait: string, size: number, task: TaskDescription): number {
  const term = task.observation.find(({ source }) => source === `${gait}.signals`);
  const plain = term?.size === size && term.scale === 1 && term.noise === 0 && term.delay === 0;
  if (!plain) throw unknownFeedForward(task, `no observation passes on the signals of "${gait}" as they are`);
  return term.offset;
}

function unknownFeedForward({ name }: TaskDescription, found: string): UserError {
  return new UserError(
    `--output: ${name} cannot give joint targets, ${found}; expected actions, and contract.json's rules for the rest`,
    { exitCode: 2 },
  );
}
