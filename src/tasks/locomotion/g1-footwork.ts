/**
 * The G1's footwork: a step that balances itself. A swinging hip goes where the trunk drifts and tips, and a standing ankle pushes against
 * it (the idea: M. Raibert, Legged Robots That Balance, 1986). Its numbers were found on the step alone, without a policy, by
 * the method of bench/footwork.ts, and the hip's response to the command then raised by hand; docs/experiments.md has the results.
 */
import type { SteppingSettings, Stride, Sway } from "../actions/stepping-pose.ts";

/** How a joint answers: kind of joint, observation, which of its three values, then rad per unit of that times sine, cosine and one. */
export type Answer = readonly [
  joint: string,
  follows: string,
  axis: number,
  sine: number,
  cosine: number,
  lean: number,
];

/** How a joint goes to and fro with the first foot's phase: kind of joint, rad, and how far it runs ahead. Arms do so against each other. */
export type SwayOf = readonly [joint: string, amplitude: number, lead: number];

/** Figures of a step, rad. */
export interface Footwork {
  /** How it stands otherwise than at home: pitch of hip, knee and ankle, then roll of hip and ankle, outwards. */
  readonly stance: readonly [hipPitch: number, knee: number, anklePitch: number, hipRoll: number, ankleRoll: number];
  /** Top of the swing: pitch of hip, knee and ankle. */
  readonly swing: readonly [hipPitch: number, knee: number, anklePitch: number];
  readonly sways: readonly SwayOf[];
  readonly answers: readonly Answer[];
}

/** What ships with the lesson `balance`. */
export const FOOTWORK: Footwork = {
  stance: [0.06, -0.5, 0.19, 0.13, -0.1],
  swing: [-0.44, 1.35, -0.67],
  sways: [
    ["hip_roll", 0.12, -1.16],
    ["ankle_roll", -0.35, -1.16],
    ["hip_yaw", 0.02, -0.34],
    // arms and waist against the legs, which halves how far the trunk turns to and fro (docs/experiments.md)
    ["waist_yaw", 0.08, 0.04],
    ["shoulder_pitch", 0.3, -0.11],
  ],
  answers: [
    ["hip_pitch", "command", 0, 0.12, -0.07, -0.1],
    ["hip_pitch", "linVel", 0, -0.39, -0.21, -0.13],
    ["hip_pitch", "gravity", 0, -0.95, 0.18, 0.03],
    ["hip_pitch", "gyro", 1, -0.25, 0.05, 0.01],
    ["ankle_pitch", "command", 0, 0.36, 0.15, -0.12],
    ["ankle_pitch", "linVel", 0, -0.85, 0.01, 0.29],
    ["ankle_pitch", "gravity", 0, 0.11, 0.35, 1.28],
    ["ankle_pitch", "gyro", 1, -0.08, 0, 0.17],
    ["knee", "command", 0, -0.05, -0.01, 0.03],
    ["knee", "linVel", 0, 0.06, 0.02, 0.01],
    ["knee", "gravity", 0, -0.09, -0.05, -0.02],
    ["knee", "gyro", 1, -0.05, -0.04, 0.01],
    ["hip_roll", "command", 1, -0.01, 0.04, -0.4],
    ["hip_roll", "linVel", 1, 0.29, 0.09, 0.36],
    ["hip_roll", "gravity", 1, 0.84, -0.05, 0.01],
    ["hip_roll", "gyro", 0, -0.3, -0.03, 0.1],
    ["ankle_roll", "command", 1, -0.57, 0.27, -0.03],
    ["ankle_roll", "linVel", 1, 0.33, 0.01, -0.13],
    ["ankle_roll", "gravity", 1, -0.14, -0.03, -0.95],
    ["ankle_roll", "gyro", 0, 0.01, 0.09, 0.06],
    ["hip_yaw", "command", 2, 0.07, -0.13, -0.09],
    ["hip_yaw", "gyro", 2, -0.03, 0.01, 0.02],
    ["shoulder_pitch", "command", 0, 0.08, -0.03, -0.11],
    ["shoulder_pitch", "linVel", 0, 0, 0, 0.04],
    ["waist_yaw", "command", 2, 0, 0, 0.01],
    ["waist_yaw", "gyro", 2, 0, 0, 0.01],
  ],
};

/** The footwork as a step. */
export function stepOf({ stance, swing, sways, answers }: Footwork): SteppingSettings {
  const [hipPitch, knee, anklePitch, hipRoll, ankleRoll] = stance;
  return {
    gait: "gait",
    legs: ["left", "right"].map((side) => PITCHED.map((joint) => `${side}_${joint}_joint`)),
    amplitude: swing,
    stance: {
      ...both("hip_pitch", hipPitch),
      ...both("knee", knee),
      ...both("ankle_pitch", anklePitch),
      ...both("hip_roll", hipRoll, -hipRoll),
      ...both("ankle_roll", ankleRoll, -ankleRoll),
    },
    sway: sways.map(swayOf),
    stride: answers.map(strideOf),
  };
}

const PITCHED = ["hip_pitch", "knee", "ankle_pitch"];

function swayOf([joint, amplitude, lead]: SwayOf): Sway {
  return { amplitude: both(joint, amplitude, joint === "shoulder_pitch" ? -amplitude : amplitude), lead };
}

function strideOf([joint, follows, axis, sine, cosine, lean]: Answer): Stride {
  const along = (factor: number) => [0, 1, 2].map((i) => (i === axis ? factor : 0));
  return { joints: pair(joint), follows, sine: along(sine), cosine: along(cosine), lean: along(lean) };
}

/** The joints of both sides; the waist is on either. */
function pair(joint: string): [left: string, right: string] {
  if (joint === "waist_yaw") return ["waist_yaw_joint", "waist_yaw_joint"];
  return [`left_${joint}_joint`, `right_${joint}_joint`];
}

function both(joint: string, left: number, right = left): Record<string, number> {
  const [one, other] = pair(joint);
  return { [one]: left, [other]: right };
}
