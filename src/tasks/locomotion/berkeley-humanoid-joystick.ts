/**
 * Walk where a joystick points: the Berkeley Humanoid, two legs of six joints. Figures, terms and their order: MuJoCo Playground,
 * Berkeley Humanoid joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { friction, jointField, jointZeros, masses, payload } from "../randomisation.ts";
import { baseSlip, footPhaseMatch } from "../terms/gait.ts";
import { distSq, kernel, normSq, sumAbs, sumAbsAt, weightedNormSq } from "../terms/norms.ts";
import { onRoughTerrain } from "../terrain.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { gaitPhase } from "../trackers/gait-phase.ts";
import { kicks } from "../trackers/pushes.ts";
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

const FEET = ["l_foot", "r_foot"];
const FOOT_HEIGHT = 0.1; // m, of a foot's site at the top of a step
const SHORT_STEP = 0.2; // s in the air
const LONG_STEP = 0.5; // s, beyond which longer is not better
/** Of each leg: hip rotation, abduction and flexion, knee, foot flexion and abduction. */
const POSE_WEIGHTS = [1, 1, 0.01, 0.01, 1, 1];
const ENCODER_NOISE = [0.03, 0.03, 0.03, 0.05, 0.08, 0.03]; // rad

/** Follow (vx, vy, yaw rate) commands. */
export const berkeleyHumanoidJoystickFlatTerrain = defineTask({
  name: "BerkeleyHumanoidJoystickFlatTerrain",
  family: "locomotion",
  scene: "scenes/berkeley_humanoid-flat.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 20 },
  robot: legged({
    root: "root",
    home: "home",
    imu: "imu",
    gyro: "gyro",
    linVel: "local_linvel",
    feet: FEET,
    footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
    groups: { knees: (joint) => /KFE/.test(joint), hips: (joint) => /HR|HAA/.test(joint) },
    sensors: {
      accelerometer: "accelerometer",
      up: "upvector",
      worldLinVel: "global_linvel",
      worldAngVel: "global_angvel",
    },
  }),
  keyframe: "home",

  action: jointTargets({ scale: 0.5 }),
  // redrawn after 501 control steps
  command: twistCommand({ vx: 1, vy: 1, yawRate: 1, resampleSeconds: [10.02, 10.02], zeroProbability: 0.1 }),

  track: {
    gait: gaitPhase({ hz: [1.25, 1.5], offsets: [0, Math.PI], start: 0 }),
    feet: contactTimers(FEET.map((foot) => `${foot}1_floor_found`)),
  },
  events: {
    kick: kicks({ joint: "root", everySeconds: [5, 10], steady: true, speed: [0.1, 2] }),
  },
  randomise: {
    floor: friction(["floor"], [0.4, 1.0]),
    dryFriction: jointField("dof_frictionloss", [0.9, 1.1]),
    armature: jointField("dof_armature", [1.0, 1.05]),
    masses: masses([0.9, 1.1]),
    payload: payload("torso", [-1, 1]),
    jointZeros: jointZeros(0.05),
  },

  reset: ({ robot, rng }) =>
    robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0, jointFactor: [0.5, 1.5], velocity: 0.5 }),

  observe: { ...bodyFelt, ...joystickSays, ...jointsFelt(ENCODER_NOISE), ...clockRead },
  critic: { ...trueState, ...trueHeight, ...trueEffort },

  reward: {
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.5) },
    trackYawRate: { weight: 0.5, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.5) },
    rollPitchRate: { weight: -0.15, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
    tilt: { weight: -1, of: (s) => normSq(s.robot.sensors.up, 2) },
    torque: { weight: -2.5e-5, of: (s) => sumAbs(s.robot.torque) },
    actionRate: { weight: -0.01, of: (s) => distSq(s.action, s.lastAction) },
    airTime: {
      weight: 2,
      of: (s) =>
        normSq(s.command) > 0.1 ** 2
          ? s.feet.onLanding((seconds) => Math.min(seconds - SHORT_STEP, LONG_STEP - SHORT_STEP))
          : 0,
    },
    slip: { weight: -0.25, of: (s) => baseSlip(s.feet.contact, s.robot.sensors.worldLinVel) },
    footPhase: { weight: 1, of: (s) => footPhaseMatch(s.robot.footHeight, s.gait.phase, FOOT_HEIGHT, 0.01) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },
    kneePose: { weight: -0.1, of: (s) => sumAbsAt(s.robot.jointPos, s.robot.groups.knees) },
    hipPose: {
      weight: -0.25,
      // only while the command is sideways, as published
      of: (s) => (Math.abs(s.command[1]) > 0.1 ? sumAbsAt(s.robot.jointPos, s.robot.groups.hips) : 0),
    },
    jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
    pose: { weight: -1, of: (s) => weightedNormSq(s.robot.jointPos, POSE_WEIGHTS) },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: { fell: (s) => s.robot.sensors.up[2] < 0 },
  ...measuredWalk,
});

/** The same on rough ground. */
export const berkeleyHumanoidJoystickRoughTerrain = onRoughTerrain(berkeleyHumanoidJoystickFlatTerrain, {
  scene: "scenes/berkeley_humanoid-rough.xml",
  startHeight: 0.56,
});
