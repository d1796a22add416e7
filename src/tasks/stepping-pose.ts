/** A step in place as feed-forward: the swinging leg's joints follow a half sine of its gait phase, so that the policy only has to correct it. */
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { ActionContext, BoundFeedForward, FeedForward } from "./action-mapping.ts";
import type { GaitReading } from "./gait-phase.ts";

/** Settings of `steppingPose`. */
export interface SteppingSettings {
  /** Name of the task's `gaitPhase` tracker. */
  readonly gait: string;
  /** The joints that move, one list per foot, in the order of the gait's offsets. */
  readonly legs: readonly (readonly string[])[];
  /** How far each joint of the list moves at the top of the step, rad. */
  readonly amplitude: readonly number[];
  /** Moves the weight over the standing foot: default none. */
  readonly sway?: {
    /** rad by joint, positive towards the first foot's swing */
    readonly amplitude: Readonly<Record<string, number>>;
    /** How far the sway runs ahead of the first foot's phase, rad. */
    readonly lead: number;
  };
}

/**
 * target += gait amplitude · max(0, sin phase) · amplitude, for the joints of each leg;
 * target += gait amplitude · sin(first phase + lead) · amplitude, for the joints that sway.
 */
export function steppingPose(settings: SteppingSettings): FeedForward {
  return { bind: (context, joints) => new SteppingPose(settings, context, joints) };
}

class SteppingPose implements BoundFeedForward {
  readonly description: Readonly<Record<string, unknown>>;
  readonly #gait: GaitReading;
  readonly #amplitude: Float64Array;
  /** [legs][joints of a leg] positions in the targets */
  readonly #legs: readonly Int32Array[];
  readonly #swayJoints: Int32Array;
  readonly #swayAmplitude: Float64Array;
  readonly #swayLead: number;

  constructor(settings: SteppingSettings, { readings }: ActionContext, joints: readonly string[]) {
    const { gait, legs, amplitude, sway = { amplitude: {}, lead: 0 } } = settings;
    this.#gait = gaitReading(readings, gait);
    if (legs.length !== this.#gait.phase.length || legs.some((leg) => leg.length !== amplitude.length)) {
      throw new UserError(`steppingPose: needs ${this.#gait.phase.length} legs of ${amplitude.length} joints each`);
    }
    this.#amplitude = Float64Array.from(amplitude);
    this.#legs = legs.map((leg) => Int32Array.from(leg, (joint) => positionOf(joint, joints)));
    this.#swayJoints = Int32Array.from(Object.keys(sway.amplitude), (joint) => positionOf(joint, joints));
    this.#swayAmplitude = Float64Array.from(Object.values(sway.amplitude));
    this.#swayLead = sway.lead;
    this.description = { kind: "stepping-pose", ...settings };
  }

  add(targets: Float64Array): void {
    const { phase, amplitude } = this.#gait;
    for (let foot = 0; foot < phase.length; foot++) {
      const swing = amplitude * Math.max(0, Math.sin(phase[foot]));
      const leg = this.#legs[foot];
      for (let i = 0; i < leg.length; i++) targets[leg[i]] += swing * this.#amplitude[i];
    }
    const sway = amplitude * Math.sin(phase[0] + this.#swayLead);
    for (let i = 0; i < this.#swayJoints.length; i++) targets[this.#swayJoints[i]] += sway * this.#swayAmplitude[i];
  }
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
