/**
 * Stand on two of four legs: the Unitree Go1 on its front feet, head down, or on its rear feet, head up. Figures, terms and their order: MuJoCo
 * Playground, Go1 handstand and footstand. Observations look ahead like the joystick task's.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask } from "../define-task.ts";
import { AXIAL, POLAR } from "../mirror.ts";
import { normSqAt } from "../terms/norms.ts";
import { touch } from "../trackers/touch.ts";
import { FOOT_CONTACTS, go1, go1Differences } from "./go1.ts";

/** What the two tasks differ in. */
interface Stand {
  readonly name: string;
  /** m, of the IMU */
  readonly height: number;
  /** Where the trunk's x axis is to point: 1 up, −1 down. */
  readonly forwardZ: number;
  /** Legs that are to keep the home pose, in the air. */
  readonly raised: "frontLegs" | "rearLegs";
}

/** The front legs' shapes end an episode where they touch the floor: in both tasks, published so. */
const FORBIDDEN = ["fl", "fr"].flatMap((leg) =>
  ["calf1", "calf2", "thigh1", "thigh2", "thigh3", "hip"].map((part) => `${leg}_${part}_floor_found`),
);

function standOnTwoLegs({ name, height, forwardZ, raised }: Stand) {
  return defineTask({
    name,
    family: "locomotion",
    scene: "scenes/go1-whole-flat.xml",
    timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 10 },
    robot: go1,
    keyframe: "home",

    action: jointTargets({ scale: 0.3, around: "previous" }),
    track: { feet: touch(FOOT_CONTACTS), forbidden: touch(FORBIDDEN) },
    randomise: go1Differences,

    reset: ({ robot, rng }) => robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0, velocity: 0.5 }),

    observe: {
      linVel: { of: (s) => s.robot.linVel, noise: 0.1, unit: "m/s, body frame", mirror: POLAR },
      gyro: { of: (s) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
      gravity: { of: (s) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
      jointPos: { of: (s) => s.robot.jointPos, noise: 0.01, unit: "rad from home", mirror: "joints" },
      jointVel: { of: (s) => s.robot.jointVel, noise: 1.5, unit: "rad/s", mirror: "joints" },
      lastAction: { of: (s) => s.lastAction, mirror: "joints" },
    },
    critic: {
      trueGyro: { of: (s) => s.robot.gyro, unit: "rad/s, body frame", mirror: AXIAL },
      accelerometer: { of: (s) => s.robot.sensors.accelerometer, unit: "m/s², body frame", mirror: POLAR },
      trueLinVel: { of: (s) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
      worldAngVel: { of: (s) => s.robot.sensors.worldAngVel, unit: "rad/s, world frame", mirror: AXIAL },
      jointAngle: { of: (s) => s.robot.jointAngle, unit: "rad", mirror: "joints" },
      trueJointVel: { of: (s) => s.robot.jointVel, unit: "rad/s", mirror: "joints" },
      torque: { of: (s) => s.robot.torque, unit: "N·m", mirror: "joints" },
      imuHeight: { of: (s) => s.robot.sensors.imuPos[2], unit: "m", mirror: "same" },
    },

    reward: {
      height: { weight: 1, of: (s) => Math.exp(Math.min(s.robot.sensors.imuPos[2], height) - height) },
      orientation: { weight: 1, of: (s) => (0.5 * forwardZ * s.robot.sensors.forward[2] + 0.5) ** 2 },
      footContact: { weight: -0.1, of: (s) => (s.feet.any ? 1 : 0) },
      jointLimits: { weight: -0.5, of: (s) => s.robot.jointLimitExcess(0.9) },
      pose: { weight: -0.1, of: (s) => normSqAt(s.robot.jointPos, s.robot.groups[raised]) },
    },
    rewardPerSecond: true,
    rewardClip: [0, 1e4],

    terminate: {
      fell: (s) => s.robot.sensors.up[2] < -0.25,
      touchedFloor: (s) => s.forbidden.any,
    },
  });
}

/** Stand on the front feet. */
export const go1Handstand = standOnTwoLegs({ name: "Go1Handstand", height: 0.55, forwardZ: -1, raised: "rearLegs" });

/** Stand on the rear feet. */
export const go1Footstand = standOnTwoLegs({ name: "Go1Footstand", height: 0.53, forwardZ: 1, raised: "frontLegs" });
