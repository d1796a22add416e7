/**
 * A step as feed-forward: the swinging leg's joints follow a half sine of its gait phase, and a stride follows the command or what the
 * robot measures, so that the policy only has to correct the step.
 */
import { suggestion } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import type { AnyMoment } from "../moment.ts";
import type { GaitReading } from "../trackers/gait-phase.ts";
import type { ActionContext, BoundFeedForward, FeedForward } from "./action-mapping.ts";

/** Settings of `steppingPose`. */
export interface SteppingSettings {
  /** Name of the task's `gaitPhase` tracker. */
  readonly gait: string;
  /** The joints that move, one list per foot, in the order of the gait's offsets. */
  readonly legs: readonly (readonly string[])[];
  /** Angle of each joint of the list at the top of the step, rad; one list per foot where legs differ in their joints' signs. */
  readonly amplitude: readonly number[] | readonly (readonly number[])[];
  /** Moves the weight over the standing foot, or swings the arms, once or several times: default none. */
  readonly sway?: Sway | readonly Sway[];
  /** rad by joint, offset from home while standing and stepping. Default: none. */
  readonly stance?: Readonly<Record<string, number>>;
  /** Carries the feet where the command points, or where the measurement requires. Default: none. */
  readonly stride?: readonly Stride[];
}

/** Joints that oscillate with the gait. */
export interface Sway {
  /** rad by joint, positive towards the first foot's swing */
  readonly amplitude: Readonly<Record<string, number>>;
  /** How far the sway runs ahead of the first foot's phase, rad. */
  readonly lead: number;
}

/** How one kind of joint moves for each value of the command, or of what it follows instead, rad per unit of that value. */
export interface Stride {
  /** Observation term whose values it follows as the policy sees them, noise included, such as a velocity that decides where to put a foot. Default: the command. */
  readonly follows?: string;
  /** One joint per foot, in the order of the gait's offsets. */
  readonly joints: readonly string[];
  /** [values] times the sine of the foot's phase, which is positive in its swing. */
  readonly sine: readonly number[];
  /** [values] times the cosine: 1 where the swing begins, −1 where it ends; default zeros. */
  readonly cosine?: readonly number[];
  /** [values] throughout the step; default zeros. */
  readonly lean?: readonly number[];
  /** [feet] factors on all of it, such as −1 for feet on the other side; default ones. */
  readonly share?: readonly number[];
}

/**
 * target += stance, for its joints, whatever the gait;
 * target += gait amplitude · max(0, sin phase) · amplitude, for the joints of each leg;
 * target += gait amplitude · sin(first phase + lead) · amplitude, for the joints of each sway;
 * target += gait amplitude · share · (sin(phase) · sine + cos(phase) · cosine + lean) · values that it follows, for the joints of a stride.
 */
export function steppingPose(settings: SteppingSettings): FeedForward {
  return { bind: (context, joints) => new SteppingPose(settings, context, joints) };
}

/** [legs][joints of a leg] rad */
export function amplitudesOf(amplitude: SteppingSettings["amplitude"], legs: number): readonly (readonly number[])[] {
  const isPerLeg = (given: SteppingSettings["amplitude"]): given is readonly (readonly number[])[] =>
    given.some((one) => typeof one !== "number");
  return isPerLeg(amplitude) ? amplitude : Array.from({ length: legs }, () => amplitude as readonly number[]);
}

class SteppingPose implements BoundFeedForward {
  readonly description: Readonly<Record<string, unknown>>;
  readonly #gait: GaitReading;
  /** [legs][joints of a leg] rad */
  readonly #amplitude: readonly Float64Array[];
  /** [legs][joints of a leg] positions in the targets */
  readonly #legs: readonly Int32Array[];
  readonly #sways: readonly BoundSway[];
  readonly #strides: readonly BoundStride[];
  readonly #stanceJoints: Int32Array;
  readonly #stance: Float64Array;

  constructor(settings: SteppingSettings, context: ActionContext, joints: readonly string[]) {
    const { gait, legs, amplitude, sway = [], stride = [], stance = {} } = settings;
    this.#gait = gaitReading(context.readings, gait);
    const amplitudes = amplitudesOf(amplitude, legs.length);
    const feet = this.#gait.phase.length;
    const size = amplitudes[0]?.length ?? 0;
    const isWhole = (lists: readonly (readonly unknown[])[]) =>
      lists.length === feet && lists.every((list) => list.length === size);
    if (!isWhole(legs) || !isWhole(amplitudes)) {
      throw new UserError(`steppingPose: needs ${feet} legs of ${size} joints each`);
    }
    this.#amplitude = amplitudes.map((list) => Float64Array.from(list));
    this.#legs = legs.map((leg) => Int32Array.from(leg, (joint) => positionOf(joint, joints)));
    this.#sways = ([sway].flat() as readonly Sway[]).map((one) => boundSway(one, joints));
    this.#strides = stride.map((one) => boundStride(one, this.#gait.phase.length, joints, context));
    this.#stanceJoints = Int32Array.from(Object.keys(stance), (joint) => positionOf(joint, joints));
    this.#stance = Float64Array.from(Object.values(stance));
    this.description = { kind: "stepping-pose", ...settings };
  }

  add(targets: Float64Array, { command }: AnyMoment): void {
    const { phase, amplitude } = this.#gait;
    for (let i = 0; i < this.#stanceJoints.length; i++) targets[this.#stanceJoints[i]] += this.#stance[i];
    for (let foot = 0; foot < phase.length; foot++) {
      const swing = amplitude * Math.max(0, Math.sin(phase[foot]));
      const leg = this.#legs[foot];
      const top = this.#amplitude[foot];
      for (let i = 0; i < leg.length; i++) targets[leg[i]] += swing * top[i];
    }
    for (let k = 0; k < this.#sways.length; k++) {
      const { joints, reach, lead } = this.#sways[k];
      const sway = amplitude * Math.sin(phase[0] + lead);
      for (let i = 0; i < joints.length; i++) targets[joints[i]] += sway * reach[i];
    }
    for (let k = 0; k < this.#strides.length; k++) {
      const one = this.#strides[k];
      this.#carry(one, targets, one.followed ?? command);
    }
  }

  #carry({ joints, sine, cosine, lean, share }: BoundStride, targets: Float64Array, values: ArrayLike<number>): void {
    const { phase, amplitude } = this.#gait;
    let [along, across, always] = [0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      along += sine[i] * values[i];
      across += cosine[i] * values[i];
      always += lean[i] * values[i];
    }
    for (let foot = 0; foot < joints.length; foot++) {
      const swung = along * Math.sin(phase[foot]) + across * Math.cos(phase[foot]);
      targets[joints[foot]] += amplitude * share[foot] * (swung + always);
    }
  }
}

interface BoundSway {
  /** Positions in the targets. */
  readonly joints: Int32Array;
  /** [joints] rad */
  readonly reach: Float64Array;
  readonly lead: number;
}

function boundSway({ amplitude, lead }: Sway, all: readonly string[]): BoundSway {
  return {
    joints: Int32Array.from(Object.keys(amplitude), (joint) => positionOf(joint, all)),
    reach: Float64Array.from(Object.values(amplitude)),
    lead,
  };
}

interface BoundStride {
  /** [feet] positions in the targets */
  readonly joints: Int32Array;
  /** [values] of what it follows; absent where that is the command */
  readonly followed: Float64Array | undefined;
  /** [values] */
  readonly sine: Float64Array;
  readonly cosine: Float64Array;
  readonly lean: Float64Array;
  /** [feet] */
  readonly share: Float64Array;
}

function boundStride(
  { joints, sine, cosine, lean, share, follows }: Stride,
  feet: number,
  all: readonly string[],
  context: ActionContext,
): BoundStride {
  if (joints.length !== feet) throw new UserError(`steppingPose: a stride needs ${feet} joints, one per foot`);
  const orZeros = (values: readonly number[] | undefined) => Float64Array.from(sine, (_, i) => values?.[i] ?? 0);
  return {
    joints: Int32Array.from(joints, (joint) => positionOf(joint, all)),
    followed: follows === undefined ? undefined : context.observed(follows, sine.length),
    sine: Float64Array.from(sine),
    cosine: orZeros(cosine),
    lean: orZeros(lean),
    share: Float64Array.from(joints, (_, foot) => share?.[foot] ?? 1),
  };
}

function gaitReading(readings: Readonly<Record<string, unknown>>, name: string): GaitReading {
  const reading = readings[name] as Partial<GaitReading> | undefined;
  if (reading?.phase instanceof Float64Array && "amplitude" in reading) return reading as GaitReading;
  throw new UserError(
    `steppingPose: the task tracks no gaitPhase named "${name}"${suggestion(name, Object.keys(readings))}`,
  );
}

function positionOf(joint: string, joints: readonly string[]): number {
  const position = joints.indexOf(joint);
  if (position >= 0) return position;
  throw new UserError(`steppingPose: no actuated joint is called "${joint}"${suggestion(joint, joints)}`);
}
