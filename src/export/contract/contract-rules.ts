/** How a controller's surroundings compute what it reads and what becomes of its output: formulas for people who write them again. */
import { type TaskDescription, targetJoints } from "../../tasks/index.ts";

const GAIT_PHASE =
  "Once per control step: clock = wrap(clock + 2π·hz·dt) into [−π, π); amplitude moves by at most dt/fadeSeconds towards 1 if the command's norm exceeds standBelow, or the base's speed hypot(vx, vy) in its own frame exceeds stepAbove, where that is given, else by at most dt/fadeOutSeconds (dt/fadeSeconds where that is not given) towards 0; at first it is startAmplitude, without that where it would go. Where hurry is given, hz is multiplied by 1 + (times − 1)·clip((d − between[0])/(between[1] − between[0]), 0, 1), with d the distance of the base's planar velocity, in its own frame, from the command's. phase of foot i = wrap(clock + offsets[i]); signals = amplitude·cos(phase) of every foot, then amplitude·sin(phase) of every foot.";
const STEPPING_POSE =
  "With the gait's phase and amplitude of the same step: add its angle to every joint of stance, whatever the gait; for foot i and joint k of legs[i] add gait amplitude·max(0, sin(phase i))·amplitude[k], or ·amplitude[i][k] where there is a list per foot; for every joint of the sway, or of each of them, add gait amplitude·sin(phase of foot 0 + lead)·its amplitude; for joint k of every stride, which is foot k's, add gait amplitude·share[k]·(sin(phase k)·sine + cos(phase k)·cosine + lean)·values, with share 1 where it is not given; values are the command, or those of the observation term that the stride follows, as the controller reads them in this step. rad.";

const FOOT_CLOCKS =
  "Once per control step, with hz from its range: the phase of every foot = rest if the command's norm is at most standBelow, else wrap(phase + 2π·hz·dt), into [−π, π); at first it is start[i]. signals = cos(phase) of every foot, then sin(phase) of every foot.";

const TURNING_GOAL =
  "With the quaternions (w, x, y, z) of the object and of its goal, in the world frame: the second and the third row of the rotation matrix of object ⊗ goal⁻¹, six values.";

const KINDS: Readonly<Record<string, string>> = {
  "gait-phase": GAIT_PHASE,
  "foot-clocks": FOOT_CLOCKS,
  "stepping-pose": STEPPING_POSE,
  "turning-goal": TURNING_GOAL,
};

/** Formulas by what they are about; those of trackers and of the feed-forward under their names. */
export function contractRules({
  action,
  mechanism,
  observation,
  trackers,
  command,
}: TaskDescription): Record<string, string> {
  const rules: Record<string, string> = {
    observation:
      "value = scale·reading at [offset, offset + size) of the term; no clipping; the normaliser is inside the controller.",
    control: controlRule(action, slides(action, mechanism)),
  };
  if (observation.some(({ history, delay }) => history + delay > 1))
    rules.history =
      "A term gives its values of the latest control steps, oldest first, the newest one `delay` steps old; an episode begins with copies of its first.";
  if (observation.some(({ source }) => source === "lastAction"))
    rules.lastAction =
      action.shown !== undefined
        ? `(target − offset)/shown of the control step before, with the target before the drives limit it; zeros at first.${action.rest ? " Of rest: the action after the squash." : ""}`
        : "The action of the control step before, after the squash and before scale and offset; zeros at first. Of a controller that gives joint targets: (target − offset − feedForward)/scale.";
  if (observation.some(({ source }) => source === "robot.gravity"))
    rules.gravity = "R(q)ᵀ·(0, 0, −1) with the base's orientation q = (w, x, y, z); (0, 0, −1) when upright.";
  if (command) rules.command = `(${command.names.join(", ")}) in ${command.units.join(", ")}, in the base's frame.`;
  for (const [name, { kind }] of Object.entries(trackers)) {
    const rule = KINDS[String(kind)];
    if (rule !== undefined && observation.some(({ source }) => source?.startsWith(`${name}.`))) rules[name] = rule;
  }
  const feedForward = KINDS[String(action.feedForward?.kind)];
  if (feedForward !== undefined) rules.feedForward = feedForward;
  return rules;
}

/** Targets by the kind of action mapping; @ is where the feed-forward goes. */
const CONTROLS: Readonly<Record<string, string>> = {
  "joint-targets": "target[i] = offset[i]@ + scale[i]·action[i]",
  "joint-offsets":
    "target[i] = q[i] + offset[i]@ + scale[i]·action[i] with the joint's position q[i] when the action is given",
  "joint-increments":
    "target[i] = target[i] of the step before + offset[i]@ + scale[i]·action[i]; an episode begins with the joint's position",
};

function controlRule(action: TaskDescription["action"], isSliding: boolean): string {
  const { kind, feedForward, offset } = action;
  const target = CONTROLS[kind]?.replace("@", feedForward === null ? "" : " + feedForward[i]");
  if (target !== undefined) {
    const unit = isSliding ? "rad (m where the joint slides)" : "rad";
    return `${target}, ${unit}, of joint names[i]; torque = stiffness·(target − q) − damping·q̇.${driveRule(action)}`;
  }
  if (kind === "cell-moves") return "move[i] = −1, 0 or 1 along axis names[i]: the action rounded, halves to 0.";
  if (kind === "tip-increments")
    return "tip[axis names[i]] = tip of the step before + scale[i]·action[i], m, limited to tip.lowest and tip.highest; an episode begins with the tip where the controls put it. The joint targets put the tip of the arm tip.arm there with the rotation matrix tip.orientation, joint 7 as it is; where none do, they stay. The last action is no place: the gripper's control falls by its scale where it is below 0 and rises by it else, within the control range.";
  const base = offset.some((control) => control !== 0) ? "offset[i] + " : "";
  const limited = action.limits ? ", limited to limits[i]" : "";
  return `control[i] = ${base}scale[i]·action[i] of actuator names[i]${limited}.`;
}

/** What is not as plain as one position servo per action whose control is the target. */
function driveRule({ limits, rest, control, lag }: TaskDescription["action"]): string {
  const last = rest?.length === 1 ? "The last action is" : `The last ${rest?.length} actions are`;
  const sentences = [
    limits && "The target of joint i is limited to limits[i].",
    rest && `${last} no joint target: control[i] = offset[i] + scale[i]·action[i] of actuator names[i].`,
    lag && "The target of a joint with lag follows what is written here: d(target)/dt = (written − target)/lag.",
    control &&
      "The simulated actuator's control is control.scale[i]·target + control.offset[i], and its control range limits that.",
  ];
  return sentences.flatMap((sentence) => (sentence ? [` ${sentence}`] : [])).join("");
}

/** Whether a joint that gets targets slides. */
function slides(action: TaskDescription["action"], { joints }: TaskDescription["mechanism"]): boolean {
  const targets = targetJoints(action);
  return joints.some(({ name, type }) => type === "slide" && targets.includes(name));
}
