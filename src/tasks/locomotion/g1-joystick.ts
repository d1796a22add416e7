/**
 * Walk where a joystick points: the Unitree G1, 29 joints. Figures, terms and their order: MuJoCo Playground, G1 joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before.
 */

import { lessonRecipe } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { jointField, jointZeros, masses, pairFriction, payload } from "../randomisation.ts";
import { baseSlip, footPhaseMatch } from "../terms/gait.ts";
import { distSq, kernel, normSq, sumAbs, sumAbsAt } from "../terms/norms.ts";
import { onRoughTerrain } from "../terrain.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { gaitPhase } from "../trackers/gait-phase.ts";
import { kicks } from "../trackers/pushes.ts";
import { balance, CLOCK, PUBLISHED_START, walk } from "./g1-walk.ts";
import {
  bodyFelt,
  clockRead,
  jointsFelt,
  joystickSays,
  measuredWalk,
  trueEffort,
  trueHeight,
  trueState,
} from "./joystick.ts";

const SIDES = ["left", "right"];
const FEET = SIDES.map((side) => `${side}_foot`);
const FOOT_HEIGHT = 0.15; // m, of a foot's site at the top of a step
const SHORT_STEP = 0.2; // s in the air
const LONG_STEP = 0.5; // s, beyond which longer is not better
const HARD_STEP = 500; // N on one foot; it weighs 327
/** Of the torso in the home pose: it leans forward. */
const TORSO_UP = [0.073, 0, 1];

const isStanding = (command: Float64Array) => normSq(command) < 0.01 ** 2;

const g1 = legged({
  root: "floating_base_joint",
  home: "knees_bent",
  imu: "imu_in_pelvis",
  gyro: "gyro_pelvis",
  linVel: "local_linvel_pelvis",
  feet: FEET,
  footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
  groups: {
    knees: (joint) => /knee/.test(joint),
    hipRolls: (joint) => /hip_roll/.test(joint),
    hipYaws: (joint) => /hip_yaw/.test(joint),
    upperBody: (joint) => /waist|shoulder|elbow|wrist/.test(joint),
  },
  sensors: {
    accelerometer: "accelerometer_pelvis",
    worldLinVel: "global_linvel_pelvis",
    worldAngVel: "global_angvel_pelvis",
    torsoUp: "upvector_torso",
    torsoAngVel: "global_angvel_torso",
    leftFootForce: "left_foot_force",
    rightFootForce: "right_foot_force",
    leftHandOnThigh: "left_hand_left_thigh_found",
    rightHandOnThigh: "right_hand_right_thigh_found",
    feetMeet: "right_foot_left_foot_found",
    leftFootOnShin: "left_foot_right_shin_found",
    rightFootOnShin: "right_foot_left_shin_found",
  },
});

/** What terms see as `s.robot`. */
export type G1 = ReturnType<typeof g1.bind>;

/** Follow (vx, vy, yaw rate) commands. */
export const g1JoystickFlatTerrain = defineTask({
  name: "G1JoystickFlatTerrain",
  family: "locomotion",
  scene: "scenes/g1-flat.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 20 },
  robot: g1,
  keyframe: "knees_bent",

  action: jointTargets({ scale: 0.5 }),
  // redrawn after 501 control steps
  command: twistCommand({ vx: 1, vy: 0.5, yawRate: 1, resampleSeconds: [10.02, 10.02], zeroProbability: 0.1 }),

  track: {
    gait: gaitPhase(CLOCK),
    feet: contactTimers(FEET.map((foot) => `${foot}_floor_found`)),
  },
  events: {
    kick: kicks({ joint: "floating_base_joint", everySeconds: [5, 10], steady: true, speed: [0.1, 2] }),
  },
  randomise: {
    floor: pairFriction(
      FEET.map((foot) => `${foot}_floor`),
      [0.4, 1.0],
    ),
    dryFriction: jointField("dof_frictionloss", [0.5, 2.0]),
    armature: jointField("dof_armature", [1.0, 1.05]),
    masses: masses([0.9, 1.1]),
    payload: payload("torso_link", [-1, 1]),
    jointZeros: jointZeros(0.05),
  },

  reset: ({ robot, rng }) => robot.place(rng, PUBLISHED_START),

  observe: { ...bodyFelt, ...joystickSays, ...jointsFelt(), ...clockRead },
  critic: { ...trueState, ...trueHeight, ...trueEffort },

  reward: {
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.75, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    rollPitchRate: { weight: -0.15, of: (s) => normSq(s.robot.sensors.torsoAngVel, 2) },
    tilt: { weight: -2, of: (s) => distSq(s.robot.sensors.torsoUp, TORSO_UP) },
    airTime: {
      weight: 2,
      of: (s) => s.feet.onLanding((seconds) => Math.min(seconds - SHORT_STEP, LONG_STEP - SHORT_STEP)),
    },
    slip: { weight: -0.25, of: (s) => baseSlip(s.feet.contact, s.robot.sensors.worldLinVel) },
    footPhase: {
      weight: 1,
      of: (s) => {
        const { worldLinVel, worldAngVel } = s.robot.sensors;
        const moves = normSq(worldLinVel, 2) > 0.1 ** 2 || Math.abs(worldAngVel[2]) > 0.1;
        const walks = moves || normSq(s.command) > 0.01 ** 2;
        return walks ? footPhaseMatch(s.robot.footHeight, s.gait.phase, FOOT_HEIGHT, 0.01) : 0;
      },
    },
    standStill: { weight: -1, of: (s) => (isStanding(s.command) ? sumAbs(s.robot.jointPos) : 0) },
    fall: { weight: -100, of: (s) => (s.terminated ? 1 : 0) },
    handOnThigh: {
      weight: -0.1,
      of: ({ robot: { sensors } }) => (sensors.leftHandOnThigh[0] > 0 || sensors.rightHandOnThigh[0] > 0 ? 1 : 0),
    },
    hardStep: {
      weight: -0.01,
      of: ({ robot: { sensors } }) => excessForce(sensors.leftFootForce) + excessForce(sensors.rightFootForce),
    },
    kneePose: { weight: -0.1, of: (s) => sumAbsAt(s.robot.jointPos, s.robot.groups.knees) },
    hipPose: {
      weight: -0.25,
      // rolls are free while the command is to the left, not to the right, as published
      of: ({ command, robot: { jointPos, groups } }) =>
        sumAbsAt(jointPos, groups.hipYaws) + (command[1] > 0.1 ? 0 : sumAbsAt(jointPos, groups.hipRolls)),
    },
    jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
    pose: { weight: -0.1, of: (s) => normSq(s.robot.jointPos) },
  },
  rewardPerSecond: true,

  terminate: {
    fell: (s) => s.robot.sensors.torsoUp[2] < 0,
    feetMet: (s) => s.robot.sensors.feetMeet[0] > 0,
    footOnShin: ({ robot: { sensors } }) => sensors.leftFootOnShin[0] > 0 || sensors.rightFootOnShin[0] > 0,
  },
  ...measuredWalk,
  lessons: { walk, balance },
  presets: lessonRecipe("balance", 4_000_000, { averaging: 0.95, actionNoise: 0.15 }),
});

/** The same on rough ground. */
export const g1JoystickRoughTerrain = onRoughTerrain(g1JoystickFlatTerrain, {
  scene: "scenes/g1-rough.xml",
  startHeight: 0.8,
});

/** How far the force along a foot's z axis is beyond that of a hard step, N. */
function excessForce(force: Float64Array): number {
  return Math.max(0, Math.abs(force[2]) - HARD_STEP);
}
