/**
 * Walk where a joystick points: a 21-joint humanoid on flat ground that follows commanded velocities and stands still at a zero command.
 * In the style of MuJoCo Playground's G1 joystick task, with gentler starts, a forgiving end and a stepping pose to begin from.
 */

import type { AlgorithmPresets } from "../../config/presets.ts";
import { steadyFlow, steadyFpo, steadyGaussian } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { steppingPose } from "../actions/stepping-pose.ts";
import { twistCommand } from "../command.ts";
import { defineTask, type Task } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { AXIAL, PLANAR, POLAR, TWIST } from "../mirror.ts";
import { centreOfMass, friction, masses, motorStrength, payload, servoGains } from "../randomisation.ts";
import { contactMatch, footHeightMatch, footSlip } from "../terms/gait.ts";
import { distSq, mixedKernel, normSq, normSqAt } from "../terms/norms.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { type GaitSettings, gaitPhase } from "../trackers/gait-phase.ts";
import { meanTwist } from "../trackers/mean-twist.ts";
import { kicks } from "../trackers/pushes.ts";

const FOOT_CLEARANCE = 0.08; // m, at the top of a step
const LOWEST_PELVIS = 0.45; // m; it stands at 0.77
const SMALLEST_UPRIGHTNESS = 0.5; // cosine of 60°

/** rad per unit of action: about a quarter of the servo's torque limit over its stiffness, so that all joints explore alike. */
const ACTION_SCALE: readonly (readonly [RegExp, number])[] = [
  [/hip/, 0.2],
  [/knee/, 0.15],
  [/ankle_pitch/, 0.06],
  [/ankle_roll/, 0.1],
  [/waist|shoulder|elbow/, 0.1],
];

/** rad; leans the trunk over the standing foot while stepping, feet flat. */
const SWAY = { left_hip_roll: 0.12, right_hip_roll: 0.12, left_ankle_roll: -0.13, right_ankle_roll: -0.13 };

/** rad per m/s, m/s and rad/s of the command. */
const STRIDE = [
  { joints: both("hip_pitch"), sine: [-0.06, 0, 0], cosine: [0.04, 0, 0] },
  { joints: both("ankle_pitch"), sine: [0.025, 0, 0] },
  { joints: both("hip_roll"), sine: [0, 0.12, 0] },
  { joints: both("hip_yaw"), sine: [0, 0, 0.11], cosine: [0, 0, -0.11] },
];

/** To stop takes it two steps, and so does whatever moves it when an episode begins. */
export const HUMANOID_CLOCK: GaitSettings = {
  hz: 1.35,
  offsets: [0, Math.PI],
  standBelow: 0.05,
  fadeSeconds: 0.3,
  fadeOutSeconds: 1.5,
  startAmplitude: 1,
};

const isUpperBody = (joint: string) => /waist|shoulder|elbow/.test(joint);
const leg = (side: string) => [`${side}_hip_pitch`, `${side}_knee`, `${side}_ankle_pitch`];

function both(joint: string): string[] {
  return [`left_${joint}`, `right_${joint}`];
}

/** Where the model has what tasks read. */
export const HUMANOID_BODY = {
  root: "root",
  home: "home",
  imu: "imu",
  gyro: "gyro",
  linVel: "lin_vel",
  feet: ["left_foot", "right_foot"],
  footVelocities: ["left_foot_vel", "right_foot_vel"],
} as const;

/** The step that the policy corrects. */
export const HUMANOID_STEP = {
  gait: "gait",
  legs: [leg("left"), leg("right")],
  amplitude: [-0.22, 0.44, -0.22],
  sway: { amplitude: SWAY, lead: 0.33 },
  stride: STRIDE,
} as const;

/** rad per unit of a joint's action. */
export function humanoidActionScale(joint: string): number {
  return ACTION_SCALE.find(([pattern]) => pattern.test(joint))?.[1] ?? 0.1;
}

/** 2,000 updates of 4096 * 24 steps, as published for humanoids. */
const paper: AlgorithmPresets = {
  "fpo++": { steps: 196_608_000, algorithm: { name: "fpo++", epochs: 32 } },
};
/** The released code also doubles the pairs. */
const released: AlgorithmPresets = {
  "fpo++": { steps: 196_608_000, algorithm: { name: "fpo++", pairs: 32, epochs: 32 } },
};

/** Mirroring every sample halves the number of samples needed. */
const laptop: AlgorithmPresets = {
  "fpo++": {
    steps: 6_600_000,
    mirror: true,
    evaluation: { everySteps: 300_000 },
    // neighbouring policies differ by more than the last twenty updates have gained
    algorithm: { ...steadyFlow, averaging: 0.95 },
  },
  fpo: { ...steadyFpo, steps: 6_600_000, mirror: true, evaluation: { everySteps: 300_000, noise: "zero" } },
  ppo: { steps: 6_600_000, mirror: true, evaluation: { everySteps: 300_000 }, algorithm: steadyGaussian },
};

/** Follow (vx, vy, yaw rate) commands. */
export const humanoidJoystick = defineTask({
  name: "HumanoidJoystick",
  family: "humanoid",
  scene: "scenes/humanoid-flat.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
  robot: legged({
    ...HUMANOID_BODY,
    groups: { hipSpread: (joint) => /hip_(roll|yaw)/.test(joint), upperBody: isUpperBody },
  }),
  keyframe: "home",

  action: jointTargets({
    scale: humanoidActionScale,
    squash: "none",
    feedForward: steppingPose(HUMANOID_STEP),
  }),
  command: twistCommand({
    vx: [-0.6, 1],
    vy: 0.4,
    yawRate: 1,
    resampleSeconds: [4, 8],
    zeroProbability: 0.1,
    curriculum: { from: 0.3, step: 0.4 },
  }),

  track: {
    // a pushed robot steps
    gait: gaitPhase({ ...HUMANOID_CLOCK, stepAbove: 0.25 }),
    feet: contactTimers(["left_foot_floor", "right_foot_floor"]),
    stride: meanTwist(37),
  },
  events: {
    kick: kicks({ joint: "root", everySeconds: [5, 10], speed: [0.1, 0.4] }),
  },
  randomise: {
    floor: friction(["floor"], [0.4, 1.0]),
    masses: masses([0.9, 1.1]),
    payload: payload("torso", [-1, 2]),
    torsoCentre: centreOfMass("torso", 0.03),
    servos: servoGains({ stiffness: [0.9, 1.1], damping: [0.8, 1.2] }),
    motors: motorStrength([0.85, 1]),
  },

  reset: ({ robot, rng }) => robot.place(rng, { position: 0.5, yaw: Math.PI, joints: 0.1, velocity: 0.3 }),

  observe: {
    // as on the catalogue's robots; a robot estimates it
    linVel: { of: (s) => s.robot.linVel, noise: 0.1, unit: "m/s, body frame", mirror: POLAR },
    gyro: { of: (s) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
    gravity: { of: (s) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
    command: { of: (s) => s.command, unit: "m/s, m/s, rad/s", mirror: TWIST },
    gait: {
      of: (s) => s.gait.signals,
      unit: "cos of both phases, then sin, times the gait's amplitude",
      mirror: "sides",
    },
    jointPos: { of: (s) => s.robot.jointPos, noise: 0.02, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s) => s.robot.jointVel, noise: 1, scale: 0.1, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
  },
  critic: {
    trueLinVel: { of: (s) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
    strideTwist: { of: (s) => s.stride.twist, unit: "m/s, m/s, rad/s", mirror: TWIST },
    trueGyro: { of: (s) => s.robot.gyro, unit: "rad/s, body frame", mirror: AXIAL },
    trueGravity: { of: (s) => s.robot.gravity, unit: "unit vector, body frame", mirror: POLAR },
    baseHeight: { of: (s) => s.robot.baseHeight, unit: "m", mirror: "same" },
    footHeight: { of: (s) => s.robot.footHeight, unit: "m", mirror: "sides" },
    contact: { of: (s) => s.feet.contact, mirror: "sides" },
    airTime: { of: (s) => s.feet.airTime, unit: "s", mirror: "sides" },
    push: { of: (s) => s.kick.push, unit: "m/s, world frame", mirror: PLANAR },
    floorFriction: { of: (s) => s.sim.modelFields.geom_friction[3 * s.sim.geomId("floor")], mirror: "same" },
    torsoMass: { of: (s) => s.sim.modelFields.body_mass[s.sim.bodyId("torso")], unit: "kg", mirror: "same" },
  },

  reward: {
    // sideways and turning it sways with every step, forward it does not
    trackLinVel: {
      weight: 4.5,
      of: ({ command, robot, stride }) =>
        mixedKernel((command[0] - robot.linVel[0]) ** 2 + (command[1] - stride.twist[1]) ** 2),
    },
    trackYawRate: { weight: 2, of: (s) => mixedKernel((s.command[2] - s.stride.twist[2]) ** 2) },
    alive: { weight: 0.5, of: () => 1 },
    footHeight: { weight: 0.5, of: (s) => footHeightMatch(s.robot.footHeight, s.gait, FOOT_CLEARANCE, 0.0025) },
    contactRhythm: { weight: 0.5, of: (s) => contactMatch(s.feet.contact, s.gait) },
    fall: { weight: -40, of: (s) => (s.terminated ? 1 : 0) },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.gyro, 2) },
    tilt: { weight: -1.5, of: (s) => normSq(s.robot.gravity, 2) },
    bounce: { weight: -1, of: (s) => s.robot.worldLinVel[2] ** 2 },
    hipSpread: { weight: -0.7, of: (s) => normSqAt(s.robot.jointPos, s.robot.groups.hipSpread) },
    upperBodyPose: { weight: -0.3, of: (s) => normSqAt(s.robot.jointPos, s.robot.groups.upperBody) },
    jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
    footSlip: { weight: -0.1, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
    actionRate: { weight: -0.004, of: (s) => distSq(s.action, s.lastAction) },
    jointVel: { weight: -0.0005, of: (s) => normSq(s.robot.jointVel) },
  },
  rewardPerSecond: true,

  terminate: {
    fell: (s) => s.robot.baseHeight < LOWEST_PELVIS || s.robot.uprightness < SMALLEST_UPRIGHTNESS,
  },
  measured: (s) => s.robot.twist,
  footing: ({ robot: { position, footHeight, footVel }, feet: { contact } }) => ({
    position,
    footHeight,
    contact,
    footVel,
  }),
  presets: { laptop, paper, released },
});

const { linVel: _, gait, ...felt } = humanoidJoystick.observe;

/** The same task without velocity and gait phase in the observation, and with a clock that depends on neither: many actions fit one observation. The critic sees both. */
export const humanoidJoystickBlind: Task = Object.freeze({
  ...humanoidJoystick,
  name: "HumanoidJoystickBlind",
  track: { ...humanoidJoystick.track, gait: gaitPhase(HUMANOID_CLOCK) },
  observe: felt,
  critic: { ...humanoidJoystick.critic, gait },
  presets: { laptop },
});
