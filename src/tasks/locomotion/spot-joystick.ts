/**
 * Walk where a joystick points: Boston Dynamics Spot on flat ground. Figures, terms and their order: MuJoCo Playground, Spot joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before. An episode begins with targets at home, where the published one says 0, and earlier
 * values of its first observation are copies of the first, where the published ones are 0.
 */

import { lessonRecipe } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { POLAR } from "../mirror.ts";
import { jointDrives } from "../model-change.ts";
import { stackedFrames } from "../stacked-frames.ts";
import { footClearance, footSlip, swingPeakError } from "../terms/gait.ts";
import { bendSq, distSq, kernel, normSq, sumAbs, sumAbsProduct } from "../terms/norms.ts";
import { actionHistory } from "../trackers/action-history.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { surges } from "../trackers/surges.ts";
import { SPOT_WALK } from "../walking/figures/spot.ts";
import { walkingLesson } from "../walking/walking-lesson.ts";
import { joystickSays, measuredWalk, trueEffort, trueState } from "./joystick.ts";
import { ENCODER_NOISE, FEET, FOOT_CONTACTS, LEAST_UPRIGHT, postureFelt, spot, targetErrors } from "./spot.ts";

const FOOT_HEIGHT = 0.12; // m, of a foot's centre at the top of a step
const SHORT_STEP = 0.1; // s in the air
/** m forward, sideways, up */
const FOOT_POSITION_NOISE = [0.01, 0.005, 0.02];
const JOINTS = 12;

const { trueGyro, accelerometer, trueLinVel, worldAngVel, trueJointPos, trueJointVel } = trueState;

/** Whether the command is not zero. */
const isMoving = (command: Float64Array) => normSq(command) >= 0.01 ** 2;

/** Follow (vx, vy, yaw rate) commands. */
export const spotFlatTerrainJoystick = defineTask({
  name: "SpotFlatTerrainJoystick",
  family: "locomotion",
  scene: "scenes/spot-flat.xml",
  model: { drives: jointDrives({ stiffness: 300, damping: 1 }) },
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: spot,
  keyframe: "home",

  action: jointTargets({ scale: 0.3, bounded: true }),
  // redrawn after 201 control steps
  command: twistCommand({ vx: 1, vy: 0.8, yawRate: 1, resampleSeconds: [4.02, 4.02], zeroProbability: 0.1 }),

  track: {
    feet: contactTimers(FOOT_CONTACTS, FEET),
    actions: actionHistory(JOINTS),
  },
  events: {
    surge: surges({ body: "body", everySeconds: [1, 3], seconds: [0.05, 0.2], speed: [0, 3], enabled: false }),
  },

  observe: {
    ...postureFelt(0.1, 0.03),
    jointPos: { of: (s) => s.robot.jointPos, noise: ENCODER_NOISE, unit: "rad from home", mirror: "joints" },
    ...stackedFrames(3, targetErrors),
    footPos: {
      of: (s) => s.robot.footPos,
      noise: FOOT_POSITION_NOISE,
      unit: "m, body frame",
      mirror: { sides: POLAR },
    },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
    ...joystickSays,
  },
  critic: {
    trueGyro,
    accelerometer,
    trueUp: postureFelt(0, 0).up,
    trueLinVel,
    worldAngVel,
    trueJointPos,
    trueFootPos: { of: (s) => s.robot.footPos, unit: "m, body frame", mirror: { sides: POLAR } },
    trueJointVel,
    ...trueEffort,
    surgeForce: { of: (s) => s.surge.force, unit: "N, world frame", mirror: POLAR },
  },

  reward: {
    trackLinVel: { weight: 1.5, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.8, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    bounce: { weight: -2, of: (s) => s.robot.sensors.worldLinVel[2] ** 2 },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
    tilt: { weight: -5, of: (s) => normSq(s.robot.sensors.up, 2) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },
    // while told to move 1 whatever the pose, as published
    pose: { weight: 1, of: (s) => (isMoving(s.command) ? 1 : Math.exp(-10 * normSq(s.robot.jointPos))) },
    torque: { weight: -0.0002, of: (s) => Math.sqrt(normSq(s.robot.torque)) + sumAbs(s.robot.torque) },
    actionRate: {
      weight: -0.01,
      of: (s) => distSq(s.action, s.lastAction) + bendSq(s.action, s.lastAction, s.actions.lastButOne),
    },
    energy: { weight: -0.001, of: (s) => sumAbsProduct(s.robot.jointVel, s.robot.torque) },
    footSlip: { weight: -0.1, of: (s) => footSlip(s.feet.contact, s.robot.footVel) },
    footClearance: { weight: -2, of: (s) => footClearance(s.robot.footHeight, s.robot.footVel, FOOT_HEIGHT) },
    swingPeak: {
      weight: -0.1,
      of: (s) => (isMoving(s.command) ? swingPeakError(s.feet.landed, s.feet.peakHeight, FOOT_HEIGHT) : 0),
    },
    airTime: {
      weight: 0.1,
      of: (s) => (isMoving(s.command) ? s.feet.onLanding((seconds) => seconds - SHORT_STEP) : 0),
    },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: { fell: (s) => s.robot.sensors.up[2] < LEAST_UPRIGHT },
  ...measuredWalk,
  lessons: { walk: walkingLesson(SPOT_WALK) },
  presets: lessonRecipe("walk", 1_800_000),
});
