/**
 * Get up from any fall, and stand: the Unitree Go1. Figures, terms and their order: MuJoCo Playground, Go1 getup.
 * Its observation looks ahead like the joystick task's.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask } from "../define-task.ts";
import { AXIAL, POLAR } from "../mirror.ts";
import { bendSq, distSq, excessSq, normSq, sumAbs } from "../terms/norms.ts";
import { actionHistory } from "../trackers/action-history.ts";
import { go1, go1Differences } from "./go1.ts";

const STANDING_HEIGHT = 0.275; // m, of the IMU
const THROW_HEIGHT = 0.5; // m
const THROW_CHANCE = 0.6;
const FAST_JOINT = 2 * Math.PI; // rad/s
const UPRIGHT = [0, 0, -1];

/** Direction of gravity in the body frame → squared distance to that of a robot that stands straight. */
const tilt = (gravity: Float64Array) => distSq(gravity, UPRIGHT);
const isUpright = (gravity: Float64Array) => tilt(gravity) < 0.01;
const reached = (imuPos: Float64Array) => Math.min(imuPos[2], STANDING_HEIGHT);
const isHigh = (imuPos: Float64Array) => STANDING_HEIGHT - reached(imuPos) < 0.005;

/** Stand up. */
export const go1Getup = defineTask({
  name: "Go1Getup",
  family: "locomotion",
  scene: "scenes/go1-solid-flat.xml",
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 6 },
  robot: go1,
  keyframe: "home",

  action: jointTargets({ scale: 0.5, around: "present" }),
  track: { actions: actionHistory(12) },
  randomise: go1Differences,

  reset: ({ robot, rng }) => {
    if (rng.uniform() < THROW_CHANCE) robot.throwUp(rng, THROW_HEIGHT, 0.5);
    else robot.place(rng, { position: 0, yaw: 0, joints: 0, velocity: 0.5 });
  },
  settle: { physicsSteps: 125 },

  observe: {
    gyro: { of: (s) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
    gravity: { of: (s) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
    jointPos: { of: (s) => s.robot.jointPos, noise: 0.03, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s) => s.robot.jointVel, noise: 1.5, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
  },
  critic: {
    trueGyro: { of: (s) => s.robot.gyro, unit: "rad/s, body frame", mirror: AXIAL },
    accelerometer: { of: (s) => s.robot.sensors.accelerometer, unit: "m/s², body frame", mirror: POLAR },
    linVel: { of: (s) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
    worldAngVel: { of: (s) => s.robot.sensors.worldAngVel, unit: "rad/s, world frame", mirror: AXIAL },
    jointAngle: { of: (s) => s.robot.jointAngle, unit: "rad", mirror: "joints" },
    trueJointVel: { of: (s) => s.robot.jointVel, unit: "rad/s", mirror: "joints" },
    torque: { of: (s) => s.robot.torque, unit: "N·m", mirror: "joints" },
    imuHeight: { of: (s) => s.robot.sensors.imuPos[2], unit: "m", mirror: "same" },
  },

  reward: {
    upright: { weight: 1, of: (s) => Math.exp(-2 * tilt(s.robot.gravity)) },
    height: { weight: 1, of: (s) => Math.exp(reached(s.robot.sensors.imuPos)) - 1 },
    pose: {
      weight: 1,
      of: ({ robot }) => (isUpright(robot.gravity) ? Math.exp(-0.5 * normSq(robot.jointPos)) : 0),
    },
    calm: {
      weight: 1,
      of: ({ robot, action }) =>
        isUpright(robot.gravity) && isHigh(robot.sensors.imuPos) ? Math.exp(-0.5 * normSq(action)) : 0,
    },
    actionRate: {
      weight: -0.001,
      of: (s) => distSq(s.action, s.lastAction) + bendSq(s.action, s.lastAction, s.actions.lastButOne),
    },
    jointLimits: { weight: -0.1, of: (s) => s.robot.jointLimitExcess(0.95) },
    torque: { weight: -1e-5, of: (s) => Math.sqrt(normSq(s.robot.torque)) + sumAbs(s.robot.torque) },
    jointAcc: { weight: -2.5e-7, of: (s) => normSq(s.robot.jointAcc) },
    fastJoints: { weight: -0.1, of: (s) => excessSq(s.robot.jointVel, FAST_JOINT) },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],
});
