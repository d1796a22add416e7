/** From squashed actions to joint position targets inside the graph: scale, default pose, feed-forward. */
import { add, constant, matmul, mul, relu, slice, sqrt, square, type Tensor } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { amplitudesOf, type SteppingSettings, type Stride, type Sway, type TaskDescription } from "../tasks/index.ts";

/**
 * target = offset + feed-forward + scale·action, not yet limited to the actuators' control ranges, so that the action can be recovered from it.
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
  readonly amplitude: SteppingSettings["amplitude"];
  readonly sway?: Sway | readonly Sway[];
  readonly stride?: readonly Stride[];
  readonly stance?: Readonly<Record<string, number>>;
}

/** The gait's signals, [batch, feet] each: its amplitude times cosine and sine of the feet's phases. */
interface Signals {
  readonly cosines: Tensor;
  readonly sines: Tensor;
}

/**
 * The stepping pose of the gait that the observation shows, [batch, actions]. With the signals c_i = a·cos φ_i, s_i = a·sin φ_i: the swing of
 * foot i is max(0, s_i), the stance is what it is, a sway is a·sin(φ_0 + lead) = s_0·cos(lead) + c_0·sin(lead), a stride is that of the command or the term that it shows.
 */
function feedForwardOf(description: Readonly<Record<string, unknown>>, obs: Tensor, task: TaskDescription): Tensor {
  if (description.kind !== "stepping-pose") throw unknownFeedForward(task, `its feed-forward is ${description.kind}`);
  const pose = description as unknown as SteppingPose;
  const feet = pose.legs.length;
  const start = shownAt(`${pose.gait}.signals`, 2 * feet, task);
  const cosines = slice(obs, 1, start, start + feet);
  const sines = slice(obs, 1, start + feet, start + 2 * feet);
  const swing = matmul(relu(sines), swingMatrix(pose, task.action.names));
  const stance = task.action.names.map((joint) => pose.stance?.[joint] ?? 0);
  const signals = { cosines, sines };
  const { sway = [], stride = [] } = pose;
  const sways = ([sway].flat() as readonly Sway[]).map((one) => swayOf(one, signals, task.action.names));
  const strides = stride.map((one) => strideOf(one, followedBy(one, obs, task), signals, task.action.names));
  return [...sways, ...strides].reduce(add, add(swing, constant(stance)));
}

/** [batch, actions] a·sin(φ_0 + lead) at the joints that sway. */
function swayOf({ amplitude, lead }: Sway, { cosines, sines }: Signals, names: readonly string[]): Tensor {
  const sway = add(mul(slice(sines, 1, 0, 1), Math.cos(lead)), mul(slice(cosines, 1, 0, 1), Math.sin(lead)));
  const reach = names.map((joint) => amplitude[joint] ?? 0);
  return matmul(sway, constant(reach, [1, reach.length]));
}

/** [batch, values] that a stride follows. */
function followedBy({ follows, sine: { length: size } }: Stride, obs: Tensor, task: TaskDescription): Tensor {
  const start = follows === undefined ? shownAt("command", size, task) : termAt(follows, size, task);
  return slice(obs, 1, start, start + size);
}

/** [batch, actions] with the values that it follows [batch, values]: share·(sines·sine + cosines·cosine + a·lean)·values at each foot's joint. */
function strideOf(
  { joints, sine, cosine = [], lean = [], share = joints.map(() => 1) }: Stride,
  followed: Tensor,
  { cosines, sines }: Signals,
  names: readonly string[],
): Tensor {
  const dot = (weights: readonly number[]) =>
    matmul(
      followed,
      constant(
        sine.map((_, i) => weights[i] ?? 0),
        [sine.length, 1],
      ),
    );
  const amplitude = sqrt(add(square(slice(cosines, 1, 0, 1)), square(slice(sines, 1, 0, 1))));
  const moved = add(add(mul(sines, dot(sine)), mul(cosines, dot(cosine))), mul(amplitude, dot(lean)));
  const places = joints.flatMap((joint, foot) => names.map((name) => (name === joint ? share[foot]! : 0)));
  return matmul(moved, constant(places, [joints.length, names.length]));
}

/** [feet, actions] rad at the top of each foot's step */
function swingMatrix({ legs, amplitude }: SteppingPose, joints: readonly string[]): Tensor {
  const amplitudes = amplitudesOf(amplitude, legs.length);
  const rows = legs.flatMap((leg, foot) => joints.map((joint) => amplitudes[foot]![leg.indexOf(joint)] ?? 0));
  return constant(rows, [legs.length, joints.length]);
}

/** Where a reading stands in the observation, as it is. */
function shownAt(reading: string, size: number, task: TaskDescription): number {
  const term = task.observation.find(({ source }) => source === reading);
  const plain = term?.size === size && term.scale === 1 && term.noise === 0 && term.delay === 0;
  if (!plain) throw unknownFeedForward(task, `no observation passes on ${reading} unchanged`);
  return term.offset;
}

/** Where a term stands in the observation, whatever it measures. */
function termAt(term: string, size: number, task: TaskDescription): number {
  const found = task.observation.find(({ name }) => name === term);
  if (found?.size !== size) throw unknownFeedForward(task, `no observation ${term} has ${size} values`);
  return found.offset;
}

function unknownFeedForward({ name }: TaskDescription, found: string): UserError {
  return new UserError(
    `--output: ${name} cannot give joint targets, ${found}; expected actions, to which contract.json's rules apply`,
    { exitCode: 2 },
  );
}
