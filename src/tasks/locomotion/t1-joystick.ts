/**
 * Walk where a joystick points: the Booster T1, 23 joints. Figures, terms and their order: MuJoCo Playground, T1 joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made and the command to come,
 * where Playground's holds those of the step before. Shoulder rolls start within their range, which Playground's starts leave.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { friction, jointField, jointZeros, masses, payload, servoGains } from "../randomisation.ts";
import { baseSlip, footPhaseMatch } from "../terms/gait.ts";
import { distSq, kernel, normSq, sumAbsAt, weightedNormSq } from "../terms/norms.ts";
import { sidewaysDistance } from "../terms/stance.ts";
import { onRoughTerrain } from "../terrain.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { footClocks } from "../trackers/foot-clocks.ts";
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

const FEET = ["left_foot", "right_foot"];
/** Of each foot, four spheres under its sole. */
const CORNERS = FEET.map((foot) => [1, 2, 3, 4].map((corner) => `${foot}_${corner}_floor_found`));
const FOOT_HEIGHT = 0.12; // m, of a foot's site at the top of a step
const SHORT_STEP = 0.2; // s in the air
const LONG_STEP = 0.5; // s, beyond which longer is not better
const NARROW = 0.2; // m between the feet
/** In the reward for the pose: head; shoulder pitch and roll, elbow pitch and yaw; waist; hip pitch, roll and yaw, knee, ankle pitch and roll. */
const HEAD = [1, 1];
const ARM = [0.1, 1, 1, 1];
const WAIST = [1];
const LEG = [0.01, 1, 1, 0.01, 1, 1];
const POSE_WEIGHTS = [...HEAD, ...ARM, ...ARM, ...WAIST, ...LEG, ...LEG];

/** Follow (vx, vy, yaw rate) commands. */
export const t1JoystickFlatTerrain = defineTask({
  name: "T1JoystickFlatTerrain",
  family: "locomotion",
  scene: "scenes/t1-flat.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 20 },
  robot: legged({
    root: "root",
    home: "home",
    imu: "imu",
    gyro: "gyro",
    linVel: "local_linvel",
    feet: FEET,
    footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
    groups: { knees: (joint) => /Knee/.test(joint), hips: (joint) => /Hip_(Roll|Yaw)/.test(joint) },
    sensors: {
      accelerometer: "accelerometer",
      up: "upvector",
      forward: "forwardvector",
      worldLinVel: "global_linvel",
      worldAngVel: "global_angvel",
      leftFootPos: "left_foot_pos",
      rightFootPos: "right_foot_pos",
      feetMeet: "left_foot_right_foot_found",
    },
  }),
  keyframe: "home",

  action: jointTargets({ scale: 1 }),
  // redrawn after 501 control steps
  command: twistCommand({ vx: 1, vy: 0.8, yawRate: 1, resampleSeconds: [10.02, 10.02], zeroProbability: 0.1 }),

  track: {
    gait: footClocks({ hz: [1.25, 1.75], start: [0, Math.PI], standBelow: 0.01, rest: Math.PI }),
    feet: contactTimers(CORNERS),
  },
  events: {
    kick: kicks({ joint: "root", everySeconds: [5, 10], steady: true, speed: [0.1, 1] }),
  },
  randomise: {
    floor: friction(["floor"], [0.2, 0.6]),
    dryFriction: jointField("dof_frictionloss", [0.9, 1.1]),
    armature: jointField("dof_armature", [1.0, 1.05]),
    masses: masses([0.98, 1.02]),
    payload: payload("Trunk", [-1, 1]),
    jointZeros: jointZeros(0.05),
    stiffness: servoGains({ stiffness: [0.9, 1.1] }),
    ankleDamping: jointField("dof_damping", [0.5, 2.0], /Ankle/),
  },

  reset: ({ robot, rng }) =>
    robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0, jointFactor: [0.5, 1.5], velocity: 0.5 }),

  observe: { ...bodyFelt, ...joystickSays, ...jointsFelt(), ...clockRead },
  critic: { ...trueState, ...trueHeight, ...trueEffort },

  reward: {
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.5, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    rollPitchRate: { weight: -0.15, of: (s) => normSq(s.robot.gyro, 2) },
    tilt: { weight: -1, of: (s) => normSq(s.robot.sensors.up, 2) },
    airTime: {
      weight: 2,
      of: (s) =>
        normSq(s.command) > 0.1 ** 2
          ? s.feet.onLanding((seconds) => Math.min(seconds - SHORT_STEP, LONG_STEP - SHORT_STEP))
          : 0,
    },
    slip: { weight: -0.25, of: (s) => baseSlip(s.feet.contact, s.robot.sensors.worldLinVel) },
    footPhase: { weight: 1, of: (s) => footPhaseMatch(s.robot.footHeight, s.gait.phase, FOOT_HEIGHT, 0.01) },
    alive: { weight: 0.25, of: () => 1 },
    kneePose: { weight: -0.1, of: (s) => sumAbsAt(s.robot.jointPos, s.robot.groups.knees) },
    hipPose: {
      weight: -0.1,
      // only while the command is sideways, as published
      of: (s) => (Math.abs(s.command[1]) > 0.1 ? sumAbsAt(s.robot.jointPos, s.robot.groups.hips) : 0),
    },
    jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
    pose: { weight: -1, of: (s) => weightedNormSq(s.robot.jointPos, POSE_WEIGHTS) },
    feetClose: {
      weight: -1,
      of: ({ robot: { sensors } }) => {
        const distance = sidewaysDistance(sensors.forward, sensors.leftFootPos, sensors.rightFootPos);
        return Math.min(Math.max(NARROW - distance, 0), 0.1);
      },
    },
    feetMeet: { weight: -1, of: (s) => (s.robot.sensors.feetMeet[0] > 0 ? 1 : 0) },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: { fell: (s) => s.robot.sensors.up[2] < 0 },
  ...measuredWalk,
});

/** The same on rough ground. */
export const t1JoystickRoughTerrain = onRoughTerrain(t1JoystickFlatTerrain, {
  scene: "scenes/t1-rough.xml",
  startHeight: 0.72,
});
