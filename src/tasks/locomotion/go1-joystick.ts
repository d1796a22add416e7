/**
 * Walk where a joystick points: the Unitree Go1 on flat ground. Figures, terms and their order: MuJoCo Playground, Go1 joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { AXIAL, POLAR, TWIST } from "../mirror.ts";
import { footClearance, footSlip, swingPeakError } from "../terms/gait.ts";
import { distSq, kernel, normSq, sumAbs, sumAbsProduct, weightedNormSq } from "../terms/norms.ts";
import { onRoughTerrain } from "../terrain.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { surges } from "../trackers/surges.ts";
import { FEET, FOOT_CONTACTS, go1, go1Differences } from "./go1.ts";
import { trot } from "./go1-trot.ts";

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

  observe: {
    linVel: { of: (s) => s.robot.linVel, noise: 0.1, unit: "m/s, body frame", mirror: POLAR },
    gyro: { of: (s) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
    gravity: { of: (s) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
    jointPos: { of: (s) => s.robot.jointPos, noise: 0.03, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s) => s.robot.jointVel, noise: 1.5, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
    command: { of: (s) => s.command, unit: "m/s, m/s, rad/s", mirror: TWIST },
  },
  critic: {
    trueGyro: { of: (s) => s.robot.gyro, unit: "rad/s, body frame", mirror: AXIAL },
    accelerometer: { of: (s) => s.robot.sensors.accelerometer, unit: "m/s², body frame", mirror: POLAR },
    trueGravity: { of: (s) => s.robot.gravity, unit: "unit vector, body frame", mirror: POLAR },
    trueLinVel: { of: (s) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
    worldAngVel: { of: (s) => s.robot.sensors.worldAngVel, unit: "rad/s, world frame", mirror: AXIAL },
    trueJointPos: { of: (s) => s.robot.jointPos, unit: "rad from home", mirror: "joints" },
    trueJointVel: { of: (s) => s.robot.jointVel, unit: "rad/s", mirror: "joints" },
    torque: { of: (s) => s.robot.torque, unit: "N·m", mirror: "joints" },
    contact: { of: (s) => s.feet.contact, mirror: "sides" },
    footVel: { of: (s) => s.robot.footVel, unit: "m/s, world frame", mirror: { sides: POLAR } },
    airTime: { of: (s) => s.feet.airTime, unit: "s", mirror: "sides" },
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
  measured: (s) => s.robot.twist,
  footing: ({ robot: { position, footHeight }, feet: { contact } }) => ({ position, footHeight, contact }),
  lessons: { trot },
});

/** The same on rough ground. */
export const go1JoystickRoughTerrain = onRoughTerrain(go1JoystickFlatTerrain, {
  scene: "scenes/go1-rough.xml",
  startHeight: 0.35,
});
