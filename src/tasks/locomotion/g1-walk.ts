/**
 * Lessons for the G1's joystick tasks: a step to begin from, starts, kicks and differences between robots that leave a beginner on its feet,
 * rewards that rank bad steps, and growing commands. Evaluations disturb it as published.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { type SteppingSettings, type Stride, steppingPose } from "../actions/stepping-pose.ts";
import type { RewardTerm } from "../define-task.ts";
import type { Lesson } from "../lesson.ts";
import { TWIST } from "../mirror.ts";
import type { Moment } from "../moment.ts";
import { growing, jointField, jointZeros, masses, payload } from "../randomisation.ts";
import { contactMatch, footHeightMatch, footSlip } from "../terms/gait.ts";
import { distSq, kernel, normSq, normSqAt } from "../terms/norms.ts";
import type { ContactReading } from "../trackers/contact-timers.ts";
import { type GaitReading, type GaitSettings, gaitPhase, type Hurry } from "../trackers/gait-phase.ts";
import { type MeanTwistReading, meanTwist } from "../trackers/mean-twist.ts";
import { kicks } from "../trackers/pushes.ts";
import { FOOTWORK, stepOf } from "./g1-footwork.ts";
import type { G1 } from "./g1-joystick.ts";

/** What the lesson's terms read: the task's gait and feet, and the lesson's measures of them. */
interface Tracked {
  readonly gait: GaitReading;
  readonly feet: ContactReading;
  readonly stride: MeanTwistReading;
}

/** How the task's own episodes begin. */
export const PUBLISHED_START = { position: 0.5, yaw: 3.14, joints: 0, jointFactor: [0.5, 1.5], velocity: 0.5 } as const;
/** The task's clock. */
export const CLOCK = { hz: [1.25, 1.5], offsets: [0, Math.PI], start: 0 } as const satisfies GaitSettings;
/** Kicks at the beginning or the end of a step fell a robot that steps at a steady rate (docs/experiments.md). */
const HURRY = { between: [0.4, 0.7], times: 1.5 } as const satisfies Hurry;
const STRIDE_STEPS = 36; // control steps of one period in the middle of the gait's rates
const FOOT_CLEARANCE = 0.1;
const SOLE = 0.034; // m, height of a foot's site when it stands
const UPRIGHT_PELVIS = 0.72; // m; it stands at 0.75
const LOWEST_PELVIS = 0.55;
const SMALLEST_UPRIGHTNESS = 0.5; // cosine of 60°

/** rad per unit of action by kind of joint. */
type Scales = readonly (readonly [RegExp, number])[];

/** What each drive can move against what it carries, so that all joints explore alike. */
const ACTION_SCALE: Scales = [
  [/hip_pitch|knee/, 0.25],
  [/hip_roll|hip_yaw/, 0.2],
  [/ankle/, 0.25],
  [/waist|shoulder|elbow|wrist/, 0.03],
];

/** What its drives can move against what they hold, small enough for the step to last a while under a policy that knows nothing yet. */
const BALANCE_SCALE: Scales = [
  [/hip_pitch|knee/, 0.2],
  [/hip_roll|hip_yaw/, 0.15],
  [/ankle/, 0.4],
  [/waist|shoulder|elbow|wrist/, 0.03],
];

/** rad; servos of 75 N·m/rad sag by that much under the robot on one leg: the knees stretch, the feet stand flat, a bit apart. */
const STANCE = {
  ...both({ hip_pitch: 0.15, knee: -0.35, ankle_pitch: 0.2 }),
  left_hip_roll_joint: 0.05,
  right_hip_roll_joint: -0.05,
};

/** rad; leans over the standing foot while stepping, and keeps the pelvis from sinking on the other side. */
const SWAY = both({ hip_roll: 0.4 });

/** rad per m/s, m/s and rad/s of the command. */
const STRIDE: readonly Stride[] = [
  { joints: pair("hip_pitch"), sine: [0.05, 0, 0], cosine: [-0.25, 0, 0] },
  { joints: pair("ankle_pitch"), sine: [0.025, 0, 0] },
  { joints: pair("hip_roll"), sine: [0, 0.12, 0], cosine: [0, 0.2, 0] },
  { joints: pair("hip_yaw"), sine: [0, 0, 0.13], cosine: [0, 0, -0.18] },
];

function pair(joint: string): string[] {
  return [`left_${joint}_joint`, `right_${joint}_joint`];
}

/** The same value for the left and the right joint of each name. */
function both(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([joint, value]) => pair(joint).map((name) => [name, value])),
  );
}

function leg(side: string): string[] {
  return ["hip_pitch", "knee", "ankle_pitch"].map((joint) => `${side}_${joint}_joint`);
}

const soleHeights = new Float64Array(2);

/** Height of the soles above the ground, m. */
function soles({ footHeight }: G1): Float64Array {
  for (let i = 0; i < soleHeights.length; i++) soleHeights[i] = footHeight[i] - SOLE;
  return soleHeights;
}

/** 1 where it follows, and something to gain from any error up to 1 m/s or rad/s: stepping on the spot must not be the best of it. */
function tracked(squaredError: number): number {
  return (kernel(squaredError, 1) + kernel(squaredError, 0.25) + kernel(squaredError, 0.04)) / 3;
}

/**
 * 1 where it follows the command, and almost 0 where it does not: a factor on all positive terms, so that a robot that stands
 * where it should walk has nothing to lose.
 */
function goes({ command, robot, stride }: Moment<G1, Tracked>): number {
  const squaredError = (command[0] - robot.linVel[0]) ** 2 + (command[1] - stride.twist[1]) ** 2;
  return (kernel(squaredError, 0.25) + kernel(squaredError, 0.04)) / 2;
}

/** What ends an episode of the task: a foot on the other, or on the other's shin. */
function feetCross({ sensors }: G1): boolean {
  return sensors.feetMeet[0] > 0 || sensors.leftFootOnShin[0] > 0 || sensors.rightFootOnShin[0] > 0;
}

/** Joint targets around a step. */
function stepping(scales: Scales, step: SteppingSettings) {
  return jointTargets({
    scale: (joint) => scales.find(([pattern]) => pattern.test(joint))![1],
    shown: 0.5,
    feedForward: steppingPose(step),
  });
}

function growingKicks(fastest: number) {
  return kicks({
    joint: "floating_base_joint",
    everySeconds: [5, 10],
    steady: true,
    speed: [0.1, fastest],
    growing: true,
  });
}

type Terms = Readonly<Record<string, RewardTerm<Moment<G1, Tracked>>>>;

/** Costs of a trunk that is not where it should be. */
const POSTURE: Terms = {
  tilt: { weight: -5, of: (s) => normSq(s.robot.gravity, 2) },
  crouch: { weight: -20, of: (s) => Math.max(0, UPRIGHT_PELVIS - s.robot.baseHeight) ** 2 },
  bounce: { weight: -1, of: (s) => s.robot.worldLinVel[2] ** 2 },
  hipSpread: {
    weight: -0.7,
    of: ({ robot: { jointPos, groups } }) => normSqAt(jointPos, groups.hipRolls) + normSqAt(jointPos, groups.hipYaws),
  },
  upperBodyPose: { weight: -0.3, of: (s) => normSqAt(s.robot.jointPos, s.robot.groups.upperBody) },
};

/** Costs of what wears a robot out. */
const CARE: Terms = {
  jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
  footSlip: { weight: -0.1, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
  actionRate: { weight: -0.004, of: (s) => distSq(s.action, s.lastAction) },
  jointVel: { weight: -0.0005, of: (s) => normSq(s.robot.jointVel) },
};

/** Walk where the stick points: what the controller that ships learned by. */
export const walk: Lesson<Moment<G1, Tracked>, G1> = {
  about: "starts from a walking step; gentle starts, kicks and domain randomisation, growing commands",
  physicsHz: 250,
  action: stepping(ACTION_SCALE, {
    gait: "gait",
    legs: [leg("left"), leg("right")],
    amplitude: [-0.45, 0.9, -0.45],
    stance: STANCE,
    sway: { amplitude: SWAY, lead: -0.4 },
    stride: STRIDE,
  }),
  track: { stride: meanTwist(STRIDE_STEPS) },
  critic: {
    strideTwist: { of: (s) => s.stride.twist, unit: "m/s, m/s, rad/s", mirror: TWIST },
    footHeight: { of: (s) => s.robot.footHeight, unit: "m", mirror: "sides" },
  },
  events: { kick: growingKicks(0.4) },
  randomise: {
    dryFriction: growing(jointField("dof_frictionloss", [0.5, 2.0])),
    masses: growing(masses([0.9, 1.1])),
    payload: growing(payload("torso_link", [-1, 1])),
    jointZeros: growing(jointZeros(0.05)),
  },
  reset: ({ robot, rng, progress }) => {
    if (rng.uniform() < progress) robot.place(rng, PUBLISHED_START);
    else robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0.1, velocity: 0.3 });
  },
  curriculum: { from: 0.3, step: 0.4 },
  reward: {
    // sideways and turning it sways with every step, forward it does not
    trackLinVel: {
      weight: 8,
      of: ({ command, robot, stride }) =>
        tracked((command[0] - robot.linVel[0]) ** 2 + (command[1] - stride.twist[1]) ** 2),
    },
    trackYawRate: { weight: 3, of: (s) => tracked((s.command[2] - s.stride.twist[2]) ** 2) },
    alive: { weight: 0.5, of: () => 1 },
    footHeight: { weight: 1, of: (s) => footHeightMatch(soles(s.robot), s.gait, FOOT_CLEARANCE, 0.0025) },
    contactRhythm: { weight: 1.5, of: (s) => contactMatch(s.feet.contact, s.gait) },
    fall: { weight: -20, of: (s) => (s.terminated ? 1 : 0) },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.gyro, 2) },
    ...POSTURE,
    feetMet: { weight: -3, of: (s) => (feetCross(s.robot) ? 1 : 0) },
    ...CARE,
  },
  terminate: {
    fell: (s) => s.robot.baseHeight < LOWEST_PELVIS || s.robot.uprightness < SMALLEST_UPRIGHTNESS,
  },
};

/** Walk where the stick points, from a step that balances itself. */
export const balance: Lesson<Moment<G1, Tracked>, G1> = {
  about: "starts from a self-balancing step; gentle starts, growing commands, then kicks and domain randomisation",
  physicsHz: 250,
  action: stepping(BALANCE_SCALE, stepOf(FOOTWORK)),
  track: { ...walk.track, gait: gaitPhase({ ...CLOCK, hurry: HURRY }) },
  critic: walk.critic,
  events: { kick: growingKicks(2) },
  randomise: walk.randomise,
  reset: walk.reset,
  curriculum: { from: 0.6, step: 0.6, enough: 0.7, commandsFirst: true },
  reward: {
    trackLinVel: { weight: 8, of: goes },
    trackYawRate: { weight: 3, of: (s) => goes(s) * tracked((s.command[2] - s.stride.twist[2]) ** 2) },
    footHeight: {
      weight: 1,
      of: (s) => goes(s) * footHeightMatch(soles(s.robot), s.gait, FOOT_CLEARANCE, 0.0025),
    },
    contactRhythm: { weight: 1.5, of: (s) => goes(s) * contactMatch(s.feet.contact, s.gait) },
    fall: { weight: -20, of: (s) => (s.terminated ? 1 : 0) },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.gyro, 2) },
    yawSway: { weight: -0.5, of: (s) => (s.robot.gyro[2] - s.stride.twist[2]) ** 2 },
    ...POSTURE,
    ...CARE,
  },
  terminate: { ...walk.terminate, feetCross: ({ robot }) => feetCross(robot) },
};
