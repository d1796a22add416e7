/**
 * Walk where a joystick points: the Unitree Go1 on flat ground. Figures, terms and their order: MuJoCo Playground, Go1 joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before.
 */

import { lessonRecipe } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { POLAR } from "../mirror.ts";
import { footClearance, footSlip, swingPeakError } from "../terms/gait.ts";
import { distSq, kernel, normSq, sumAbs, sumAbsProduct, weightedNormSq } from "../terms/norms.ts";
import { onRoughTerrain } from "../terrain.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { surges } from "../trackers/surges.ts";
import { GO1_WALK } from "../walking/figures/go1.ts";
import { walkingLesson } from "../walking/walking-lesson.ts";
import { FEET, FOOT_CONTACTS, go1, go1Differences } from "./go1.ts";
import { trot } from "./go1-trot.ts";
import { bodyFelt, jointsFelt, joystickSays, measuredWalk, trueEffort, trueState } from "./joystick.ts";

const FOOT_HEIGHT = 0.1; // m, of a foot's centre at the top of a step
const SHORT_STEP = 0.1; // s in the air
/** Of hip, thigh and calf in the reward for the pose. */
const POSE_WEIGHTS = [1, 1, 0.1];

/** Whether the command is not zero. */
const isMoving = (command: Float64Array) => normSq(command) > 0.01 ** 2;

/** Follow (vx, vy, yaw rate) commands. */
export const go1JoystickFlatTerrain = defineTask({
  name: "Go1JoystickFlatTerrain",
  family: "locomotion",
  scene: "scenes/go1-flat.xml",
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: go1,
  keyframe: "home",

  action: jointTargets({ scale: 0.5 }),
  command: twistCommand({
    vx: 1.5,
    vy: 0.8,
    yawRate: 1.2,
    resampleSeconds: { mean: 5 },
    zeroProbability: 0,
    wander: { change: 0.5, nonzero: [0.9, 0.25, 0.5] },
  }),

  track: {
    feet: contactTimers(FOOT_CONTACTS, FEET),
  },
  events: {
    surge: surges({ body: "trunk", everySeconds: [1, 3], seconds: [0.05, 0.2], speed: [0, 3], enabled: false }),
  },
  randomise: go1Differences,

  reset: ({ robot, rng }) => robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0, velocity: 0.5 }),

  observe: { ...bodyFelt, ...jointsFelt(), ...joystickSays },
  critic: {
    ...trueState,
    ...trueEffort,
    surgeForce: { of: (s) => s.surge.force, unit: "N, world frame", mirror: POLAR },
    surgeDue: { of: (s) => s.surge.due, mirror: "same" },
  },

  reward: {
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.5, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    bounce: { weight: -0.5, of: (s) => s.robot.sensors.worldLinVel[2] ** 2 },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
    tilt: { weight: -5, of: (s) => normSq(s.robot.sensors.up, 2) },
    jointLimits: { weight: -1, of: (s) => s.robot.scaledLimitExcess(0.95) },
    pose: { weight: 0.5, of: (s) => Math.exp(-weightedNormSq(s.robot.jointPos, POSE_WEIGHTS)) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },
    standStill: { weight: -1, of: (s) => (normSq(s.command) < 0.01 ** 2 ? sumAbs(s.robot.jointPos) : 0) },
    torque: { weight: -0.0002, of: (s) => Math.sqrt(normSq(s.robot.torque)) + sumAbs(s.robot.torque) },
    actionRate: { weight: -0.01, of: (s) => distSq(s.action, s.lastAction) },
    energy: { weight: -0.001, of: (s) => sumAbsProduct(s.robot.jointVel, s.robot.torque) },
    footClearance: { weight: -2, of: (s) => footClearance(s.robot.footHeight, s.robot.footVel, FOOT_HEIGHT) },
    swingPeak: {
      weight: -0.2,
      of: (s) => (isMoving(s.command) ? swingPeakError(s.feet.landed, s.feet.peakHeight, FOOT_HEIGHT) : 0),
    },
    footSlip: { weight: -0.1, of: (s) => (isMoving(s.command) ? footSlip(s.feet.contact, s.robot.footVel) : 0) },
    airTime: {
      weight: 0.1,
      of: (s) => (isMoving(s.command) ? s.feet.onLanding((seconds) => seconds - SHORT_STEP) : 0),
    },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: { fell: (s) => s.robot.sensors.up[2] < 0 },
  ...measuredWalk,
  lessons: { trot, walk: walkingLesson(GO1_WALK) },
  presets: lessonRecipe("trot", 6_000_000),
});

/** The same on rough ground. */
export const go1JoystickRoughTerrain = onRoughTerrain(go1JoystickFlatTerrain, {
  scene: "scenes/go1-rough.xml",
  startHeight: 0.35,
});
