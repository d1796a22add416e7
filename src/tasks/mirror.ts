/**
 * What a symmetric robot would see and do with left and right swapped: reflection in the plane y = 0 of its
 * home pose, as a signed permutation. Joints find their images by geometry, so no list of names is needed.
 */
import { UserError } from "../math/user-error.ts";
import type { Simulation } from "../physics/simulation.ts";
import { isJointKind } from "./actions/action-mapping.ts";
import type { ObservationTerm, Task } from "./define-task.ts";
import type { Environment } from "./environment.ts";
import type { AnyMoment } from "./moment.ts";
import type { ObservationSlice } from "./observation.ts";

/**
 * How one reading mirrors. "same": unchanged. "joints": one value per action, in its order. "sides": neighbours change places, for
 * readings with left and right side by side; `{ sides }` does so with vectors that have these signs. A list of signs is repeated over
 * the reading.
 */
export type MirrorRule = "same" | "joints" | "sides" | Signs | { readonly sides: Signs };

type Signs = readonly number[];

/** Signs of positions, velocities and forces (x, y, z). */
export const POLAR: Signs = [1, -1, 1];
/** Signs of rotation rates and torques (x, y, z). */
export const AXIAL: Signs = [-1, 1, -1];
/** Signs of forward speed, leftward speed and turning rate. */
export const TWIST: Signs = [1, -1, -1];
/** Signs of a horizontal vector (x, y). */
export const PLANAR: Signs = [1, -1];

/** mirrored[i] = sign[i] · value[source[i]] */
export interface SignedPermutation {
  readonly source: Int32Array;
  readonly sign: Float32Array;
}

/** The images of a task's three vectors. */
export interface Mirror {
  readonly obs: SignedPermutation;
  readonly privileged: SignedPermutation;
  readonly action: SignedPermutation;
}

/** Axes of the home pose are images of each other within this, m: robots are built a little different left and right. */
const POSITION_TOLERANCE = 2e-3;
/** m; an axis turns the same wherever its anchor lies along it. A limb that is there on one side only is no image of itself. */
const ALONG_TOLERANCE = 0.05;
const AXIS_TOLERANCE = 1e-4;

/**
 * The mirror of an environment's task; the environment's state is kept.
 * @throws UserError when the task does not say how each of its readings mirrors, or its robot is not the same left and right
 */
export function mirrorOf(env: Environment): Mirror {
  const { task } = env;
  const { obs, action } = policyMirrorOf(env, "--mirror");
  return {
    obs,
    privileged: groupMirror(task, task.critic, env.privilegedLayout, { joints: action, flag: "--mirror" }),
    action,
  };
}

/**
 * The same of what a policy sees and does.
 * @param flag the setting that asks for it, for messages
 */
export function policyMirrorOf(env: Environment, flag: string): Omit<Mirror, "privileged"> {
  const { task } = env;
  const action = actionMirror(env, flag);
  return { obs: groupMirror(task, task.observe, env.observationLayout, { joints: action, flag }), action };
}

function groupMirror(
  task: Task,
  terms: Readonly<Record<string, ObservationTerm<AnyMoment>>>,
  layout: readonly ObservationSlice[],
  { joints, flag }: { readonly joints: SignedPermutation; readonly flag: string },
): SignedPermutation {
  const last = layout.at(-1);
  const size = last === undefined ? 0 : last.offset + last.size;
  const all = { source: new Int32Array(size), sign: new Float32Array(size) };
  for (const { name, offset, size: values, history } of layout) {
    const rule = terms[name].mirror;
    if (rule === undefined) {
      throw new UserError(
        `task ${task.name}: observation "${name}" does not say how it mirrors, so ${flag} cannot be used`,
        { exitCode: 2 },
      );
    }
    const width = values / history;
    const one = ruleMirror(`task ${task.name}: observation "${name}"`, rule, width, joints);
    for (let i = 0; i < values; i++) {
      const frame = offset + i - (i % width);
      all.source[offset + i] = frame + one.source[i % width];
      all.sign[offset + i] = one.sign[i % width];
    }
  }
  return all;
}

function ruleMirror(who: string, rule: MirrorRule, width: number, joints: SignedPermutation): SignedPermutation {
  if (rule === "joints") return sized(who, rule, joints, width);
  const { swaps, signs } = blocksOf(rule);
  const block = signs.length;
  const period = swaps ? 2 * block : block;
  if (width % period !== 0) {
    throw new UserError(`${who}: mirror ${JSON.stringify(rule)} is for multiples of ${period} values, got ${width}`);
  }
  const image = (i: number) => (Math.floor(i / block) % 2 === 0 ? i + block : i - block);
  return {
    source: Int32Array.from({ length: width }, (_, i) => (swaps ? image(i) : i)),
    sign: Float32Array.from({ length: width }, (_, i) => signs[i % block]),
  };
}

/** The signs of one block of values, and whether neighbouring blocks change places. */
function blocksOf(rule: Exclude<MirrorRule, "joints">): { swaps: boolean; signs: Signs } {
  if (rule === "same") return { swaps: false, signs: [1] };
  if (rule === "sides") return { swaps: true, signs: [1] };
  return "sides" in rule ? { swaps: true, signs: rule.sides } : { swaps: false, signs: rule };
}

function sized(who: string, rule: string, mirror: SignedPermutation, width: number): SignedPermutation {
  if (mirror.source.length === width) return mirror;
  throw new UserError(`${who}: mirror "${rule}" is for ${mirror.source.length} values, got ${width}`);
}

/** Joints mirror into each other where anchors and axes do; a rotation about the axis (x, y, z) becomes one about (−x, y, −z). */
function actionMirror(env: Environment, flag: string): SignedPermutation {
  const { actionDescription, task, sim } = env;
  if (!isJointKind(actionDescription.kind)) {
    throw new UserError(
      `task ${task.name}: ${flag} needs actions that are joint targets, found ${actionDescription.kind}`,
      { exitCode: 2 },
    );
  }
  if (actionDescription.rest !== undefined) {
    throw new UserError(
      `task ${task.name}: ${flag} needs actions that are all joint targets, found controls of ${actionDescription.rest.join(", ")}`,
      { exitCode: 2 },
    );
  }
  const joints = homeJoints(env, actionDescription.names);
  const mirror = { source: new Int32Array(joints.length), sign: new Float32Array(joints.length) };
  joints.forEach((joint, i) => {
    const image = imageOf(joint, joints);
    if (image === undefined)
      throw new UserError(`scene ${sim.scene}: joint "${joint.name}" has no mirror image across the plane y = 0`);
    mirror.source[i] = joints.indexOf(image);
    mirror.sign[i] = alignment(joint, image);
  });
  return mirror;
}

interface JointGeometry {
  readonly name: string;
  readonly anchor: readonly number[];
  readonly axis: readonly number[];
}

function homeJoints(env: Environment, names: readonly string[]): JointGeometry[] {
  const { sim, task } = env;
  const state = new Float64Array(env.stateSize);
  env.save(state, 0);
  env.clearRandomisation();
  sim.qpos.set(task.keyframe === undefined ? sim.modelFields.qpos0 : sim.keyframeQpos(task.keyframe));
  sim.forward();
  const joints = names.map((name) => jointGeometry(sim, name));
  env.load(state, 0);
  sim.forward();
  return joints;
}

function jointGeometry(sim: Simulation, name: string): JointGeometry {
  const id = sim.jointId(name);
  const at = (values: Float64Array) => [...values.subarray(3 * id, 3 * id + 3)];
  return { name, anchor: at(sim.jointAnchor), axis: at(sim.jointAxis) };
}

/** The joint whose axis is the image of this one's, and whose anchor is nearest to it. */
function imageOf(joint: JointGeometry, joints: readonly JointGeometry[]): JointGeometry | undefined {
  return joints
    .filter((other) => isBeside(joint, other) && alignment(joint, other) !== 0)
    .sort((a, b) => imageDistance(joint, a) - imageDistance(joint, b))[0];
}

/** Whether the image of a joint's anchor lies on the axis of the other, not far along it. */
function isBeside(joint: JointGeometry, { anchor: [x, y, z], axis }: JointGeometry): boolean {
  const offset = [joint.anchor[0] - x, -joint.anchor[1] - y, joint.anchor[2] - z];
  const along = offset[0] * axis[0] + offset[1] * axis[1] + offset[2] * axis[2];
  const across = Math.hypot(...offset.map((value, i) => value - along * axis[i]));
  return Math.abs(along) <= ALONG_TOLERANCE && across <= POSITION_TOLERANCE;
}

/** m, from the image of a joint's anchor to the other's anchor */
function imageDistance({ anchor: [x, y, z] }: JointGeometry, { anchor }: JointGeometry): number {
  return Math.hypot(x - anchor[0], y + anchor[1], z - anchor[2]);
}

/** 1 or −1 where the axis of `other` is the image of the axis of `joint`: whether angles keep their sign; 0 where it is not. */
function alignment(joint: JointGeometry, other: JointGeometry): number {
  const along = -joint.axis[0] * other.axis[0] + joint.axis[1] * other.axis[1] - joint.axis[2] * other.axis[2];
  return Math.abs(along) > 1 - AXIS_TOLERANCE ? Math.sign(along) : 0;
}

/** Writes the image of `values` [size] at `from` into `out` at `to`; the two may not overlap. */
export function writeMirrored(
  { source, sign }: SignedPermutation,
  values: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
): void {
  for (let i = 0; i < source.length; i++) out[to + i] = sign[i] * values[from + source[i]];
}
