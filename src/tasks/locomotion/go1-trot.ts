/**
 * A lesson for the Go1's joystick tasks: a trot to begin from, which steps in place by itself and strides as commanded, rewards that tell one
 * bad step from another, and commands that grow. The published reward is cut off at 0, where all beginners are.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { steppingPose } from "../actions/stepping-pose.ts";
import type { Lesson } from "../lesson.ts";
import { TWIST } from "../mirror.ts";
import type { Moment } from "../moment.ts";
import { contactMatch, footHeightMatch, footSlip } from "../terms/gait.ts";
import { distSq, mixedKernel, normSq } from "../terms/norms.ts";
import type { ContactReading } from "../trackers/contact-timers.ts";
import { type GaitReading, gaitPhase } from "../trackers/gait-phase.ts";
import { type MeanTwistReading, meanTwist } from "../trackers/mean-twist.ts";
import { FEET, type Go1 } from "./go1.ts";

/** What the lesson's terms read: the task's feet, and the lesson's gait and measures of it. */
interface Tracked {
  readonly feet: ContactReading;
  readonly gait: GaitReading;
  readonly stride: MeanTwistReading;
}

const HZ = 3;
/** rad a leg turns either way per m/s, to carry the base for the half of a period in which it stands: a quarter period over 0.27 m of leg. */
const REACH = 1 / (4 * HZ * 0.27);
/**
 * Shares of the reach by sine and cosine of the phase. The drives are soft and lag, so targets lead the motion; a whole reach topples the
 * robot at full speed, a half leaves the rest to the policy: measured (docs/experiments.md).
 */
const [SINE, COSINE] = [-0.6 * REACH, 0.5 * REACH];
/** m from the middle of the base to its feet, forward and to the side. */
const [AHEAD, ASIDE] = [0.19, 0.13];
const STRIDE_STEPS = 17; // control steps of one period
const FOOT_RADIUS = 0.023;
const FOOT_CLEARANCE = 0.08;
const LOWEST_TRUNK = 0.15; // m; it stands at 0.27
const SMALLEST_UPRIGHTNESS = 0.5; // cosine of 60°

const RIGHT_LESS_LEFT = [1, -1, 1, -1];
const FRONT_LESS_REAR = [1, 1, -1, -1];

/** Legs swing forward and back by the thighs, sideways by the hips; a turn takes the right side forward and the front to the left. */
const STRIDE = [
  swung("thigh", [1, 0, 0]),
  { ...swung("thigh", [0, 0, ASIDE]), share: RIGHT_LESS_LEFT },
  swung("hip", [0, -1, 0]),
  { ...swung("hip", [0, 0, -AHEAD]), share: FRONT_LESS_REAR },
];

/** Wider than home and further back, rad: so it keeps stepping in place untouched. */
const STANCE = Object.fromEntries(
  FEET.flatMap((foot) => [
    [`${foot}_hip_joint`, foot.endsWith("R") ? -0.25 : 0.25],
    [`${foot}_thigh_joint`, 0.12],
  ]),
);

function all(joint: string): string[] {
  return FEET.map((foot) => `${foot}_${joint}_joint`);
}

function swung(joint: string, metres: readonly number[]) {
  return {
    joints: all(joint),
    sine: metres.map((way) => SINE * way),
    cosine: metres.map((way) => COSINE * way),
  };
}

const footHeights = new Float64Array(FEET.length);

/** Height of the soles above the ground, m. */
function soles({ footHeight }: Go1): Float64Array {
  for (let i = 0; i < footHeights.length; i++) footHeights[i] = footHeight[i] - FOOT_RADIUS;
  return footHeights;
}

/** Trot where the stick points. */
export const trot: Lesson<Moment<Go1, Tracked>, Go1> = {
  about: "starts from a trot; rewards without a lower bound, growing commands",
  action: jointTargets({
    scale: 0.1,
    shown: 0.5,
    feedForward: steppingPose({
      gait: "gait",
      legs: FEET.map((foot) => [`${foot}_thigh_joint`, `${foot}_calf_joint`]),
      amplitude: [0.06, -0.4],
      stance: STANCE,
      stride: STRIDE,
    }),
  }),
  track: {
    gait: gaitPhase({ hz: HZ, offsets: [0, Math.PI, Math.PI, 0], standBelow: 0.05, fadeSeconds: 0.2 }),
    stride: meanTwist(STRIDE_STEPS),
  },
  critic: {
    gait: { of: (s) => s.gait.signals, mirror: "sides" },
    strideTwist: { of: (s) => s.stride.twist, unit: "m/s, m/s, rad/s", mirror: TWIST },
    footHeight: { of: (s) => s.robot.footHeight, unit: "m", mirror: "sides" },
  },
  curriculum: { from: 0.4, step: 0.6 },
  reward: {
    // it sways with every step, sideways a little and in turning a lot
    trackLinVel: { weight: 2, of: ({ command, robot }) => mixedKernel(distSq(command, robot.linVel, 2)) },
    trackYawRate: { weight: 1, of: ({ command, stride }) => mixedKernel((command[2] - stride.twist[2]) ** 2) },
    alive: { weight: 0.3, of: () => 1 },
    footHeight: { weight: 0.15, of: (s) => footHeightMatch(soles(s.robot), s.gait, FOOT_CLEARANCE, 0.0025) },
    contactRhythm: { weight: 0.1, of: (s) => contactMatch(s.feet.contact, s.gait) },
    fall: { weight: -20, of: (s) => (s.terminated ? 1 : 0) },
    bounce: { weight: -1, of: (s) => s.robot.worldLinVel[2] ** 2 },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.gyro, 2) },
    tilt: { weight: -3, of: (s) => normSq(s.robot.gravity, 2) },
    footSlip: { weight: -0.1, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
    actionRate: { weight: -0.01, of: (s) => distSq(s.action, s.lastAction) },
    torque: { weight: -0.0002, of: (s) => normSq(s.robot.torque) },
  },
  terminate: {
    fell: (s) => s.robot.baseHeight < LOWEST_TRUNK || s.robot.uprightness < SMALLEST_UPRIGHTNESS,
  },
};
