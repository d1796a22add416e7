/**
 * Walk where a joystick points: Robotis OP3, a small humanoid. Figures, terms and their order: MuJoCo Playground, OP3 joystick.
 * Omitted are terms of weight 0, and kicks, which the published task declares but never applies.
 * As in all tasks here an observation looks ahead: it holds the action just taken and the command to come, where Playground's holds those
 * of the step before, and the earlier frames of an episode's first observation are copies of the first, where the published ones are 0.
 * Nothing is clipped to ±100.
 */

import { lessonRecipe } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { AXIAL, POLAR, TWIST } from "../mirror.ts";
import { jointDrives } from "../model-change.ts";
import type { Moment } from "../moment.ts";
import { stackedFrames } from "../stacked-frames.ts";
import { footSlip } from "../terms/gait.ts";
import { bendSq, distSq, kernel, normSq, sumAbs, sumAbsProduct } from "../terms/norms.ts";
import { actionHistory } from "../trackers/action-history.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { OP3_WALK } from "../walking/figures/op3.ts";
import { walkingLesson } from "../walking/walking-lesson.ts";
import { measuredWalk } from "./joystick.ts";

const FEET = ["left_foot", "right_foot"];
const JOINTS = 20;
const FRAMES = 3;
const NOISE = 0.05; // of every value
/** rad; joints have no limits of their own, and an episode ends beyond it. Published with six decimals. */
const LARGEST_ANGLE = Math.PI;
/** Cosine of the tilt below which an episode is over. */
const LEAST_UPRIGHT = 0.85;
const LEAST_HEIGHT = 0.21; // m, of the body

const op3 = legged({
  root: "root",
  home: "stand_bent_knees",
  imu: "imu",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: FEET,
  footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
  groups: {},
  sensors: { up: "upvector", worldLinVel: "global_linvel", worldAngVel: "global_angvel" },
});

type Step = Moment<ReturnType<typeof op3.bind>, object>;

/** Whether any joint is turned further than it may be. */
function isBeyond(angles: Float64Array): boolean {
  for (let i = 0; i < angles.length; i++) if (Math.abs(angles[i]) > LARGEST_ANGLE) return true;
  return false;
}

/** Follow (vx, vy, yaw rate) commands. */
export const op3Joystick = defineTask({
  name: "Op3Joystick",
  family: "locomotion",
  scene: "scenes/op3-flat.xml",
  model: { drives: jointDrives({ stiffness: 21.1, damping: 1.084 }) },
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: op3,
  keyframe: "stand_bent_knees",

  action: jointTargets({ scale: 0.3, bounded: true }),
  // redrawn after 501 control steps
  command: twistCommand({
    vx: [-0.6, 1.5],
    vy: 0.8,
    yawRate: 0.7,
    resampleSeconds: [10.02, 10.02],
    zeroProbability: 0.1,
  }),

  track: {
    feet: contactTimers(["l", "r"].map((side) => [`${side}_foot1_floor_found`, `${side}_foot2_floor_found`])),
    actions: actionHistory(JOINTS),
  },

  observe: stackedFrames(FRAMES, {
    gyro: { of: (s: Step) => s.robot.gyro, noise: NOISE, unit: "rad/s, body frame", mirror: AXIAL },
    up: {
      of: (s) => s.robot.sensors.up,
      noise: NOISE,
      unit: "direction of the body's z axis, world frame",
      mirror: POLAR,
    },
    command: { of: (s) => s.command, noise: NOISE, unit: "m/s, m/s, rad/s", mirror: TWIST },
    jointPos: { of: (s) => s.robot.jointPos, noise: NOISE, unit: "rad from home", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, noise: NOISE, mirror: "joints" },
  }),

  reward: {
    trackLinVel: { weight: 1.5, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.8, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    bounce: { weight: -2, of: (s) => s.robot.sensors.worldLinVel[2] ** 2 },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
    tilt: { weight: -5, of: (s) => normSq(s.robot.sensors.up, 2) },
    torque: { weight: -0.0002, of: (s) => Math.sqrt(normSq(s.robot.torque)) + sumAbs(s.robot.torque) },
    actionRate: {
      weight: -0.01,
      of: (s) => distSq(s.action, s.lastAction) + bendSq(s.action, s.lastAction, s.actions.lastButOne),
    },
    standStill: { weight: -0.5, of: (s) => (normSq(s.command) < 0.1 ** 2 ? normSq(s.action) : 0) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },
    footSlip: { weight: -0.1, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
    energy: { weight: -0.0001, of: (s) => sumAbsProduct(s.robot.jointVel, s.robot.torque) },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: {
    fell: (s) => s.robot.sensors.up[2] < LEAST_UPRIGHT,
    jointRange: (s) => isBeyond(s.robot.jointAngle),
    low: (s) => s.robot.baseHeight < LEAST_HEIGHT,
  },
  ...measuredWalk,
  lessons: { walk: walkingLesson(OP3_WALK) },
  presets: lessonRecipe("walk", 3_000_000),
});
