/**
 * Walk where a joystick points: the Apptronik Apollo, 32 joints. Figures, terms and their order: MuJoCo Playground, Apollo joystick.
 * Terms of weight 0 are omitted. The published tracking term is split into two, for velocity and for turning; their sum is the same.
 * As in all tasks here an observation looks ahead: it holds the action just taken and the command to come, where Playground's holds those
 * of the step before.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { footPhaseMatch } from "../terms/gait.ts";
import { distSq, kernel, normSq, normSqAt, weightedNormSq } from "../terms/norms.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { footClocks } from "../trackers/foot-clocks.ts";
import { kicks } from "../trackers/pushes.ts";
import { bodyFelt, clockRead, jointsFelt, joystickSays, measuredWalk, trueEffort, trueState } from "./joystick.ts";

const SIDES = ["l", "r"];
const FOOT_HEIGHT = 0.12; // m, of a foot's site at the top of a step
/** In the cost of the pose: torso; neck; shoulder aa, ie and fe, elbow, three joints of a wrist; hip ie, aa and fe, knee, two of an ankle. */
const TORSO = [5, 5, 5];
const NECK = [1, 1, 1];
const ARM = [1, 1, 0.1, 1, 1, 1, 1];
const LEG = [1, 1, 0.01, 0.01, 1, 1];
const POSE_WEIGHTS = [...TORSO, ...NECK, ...ARM, ...ARM, ...LEG, ...LEG];
/** Of hip aa on the way sideways. */
const FREE = 0.01;
const SIDEWAYS = 0.3; // m/s

const apollo = legged({
  root: "floating_base",
  home: "knees_bent",
  imu: "imu",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: SIDES.map((side) => `${side}_foot`),
  footVelocities: [],
  groups: { hipsAside: (joint) => /hip_aa/.test(joint) },
  sensors: {
    accelerometer: "accelerometer",
    up: "upvector",
    worldAngVel: "global_angvel",
    leftHandOnThigh: "collision_l_hand_plate_collision_capsule_body_l_thigh_found",
    rightHandOnThigh: "collision_r_hand_plate_collision_capsule_body_r_thigh_found",
    feetMeet: "collision_l_sole_collision_r_sole_found",
    shinsMeet: "collision_capsule_body_l_shin_collision_capsule_body_r_shin_found",
    thighsMeet: "collision_capsule_body_l_thigh_collision_capsule_body_r_thigh_found",
  },
});

type Apollo = ReturnType<typeof apollo.bind>;

/** How far the robot is from home, by weights that the command chooses: all 1 while it says to stand. */
function poseError({ jointPos, groups }: Apollo, command: Float64Array): number {
  if (normSq(command) < 0.01 ** 2) return normSq(jointPos);
  const free = Math.abs(command[1]) > SIDEWAYS ? (1 - FREE) * normSqAt(jointPos, groups.hipsAside) : 0;
  return weightedNormSq(jointPos, POSE_WEIGHTS) - free;
}

/** Whether any two parts touch that should not. */
function collides({ sensors }: Apollo): boolean {
  const { leftHandOnThigh, rightHandOnThigh, feetMeet, shinsMeet, thighsMeet } = sensors;
  return leftHandOnThigh[0] + rightHandOnThigh[0] + feetMeet[0] + shinsMeet[0] + thighsMeet[0] > 0;
}

/** Follow (vx, vy, yaw rate) commands. */
export const apolloJoystickFlatTerrain = defineTask({
  name: "ApolloJoystickFlatTerrain",
  family: "locomotion",
  scene: "scenes/apollo-flat.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
  robot: apollo,
  keyframe: "knees_bent",

  action: jointTargets({ scale: 0.5 }),
  command: twistCommand({
    vx: 1.5,
    vy: 0.8,
    yawRate: 1.5,
    resampleSeconds: { mean: 5 },
    zeroProbability: 0,
    wander: { change: 0.5, nonzero: [0.9, 0.25, 0.5] },
  }),

  track: {
    gait: footClocks({ hz: [1.25, 1.75], start: [0, Math.PI], standBelow: 0.01, rest: Math.PI }),
    feet: contactTimers(SIDES.map((side) => `collision_${side}_sole_floor_found`)),
  },
  events: {
    kick: kicks({ joint: "floating_base", everySeconds: [5, 10], steady: true, speed: [0.1, 2] }),
  },

  reset: ({ robot, rng }) =>
    robot.place(rng, { position: 0.5, yaw: 3.14, joints: 0, jointFactor: [0.5, 1.5], velocity: 0.5 }),

  observe: { ...bodyFelt, ...joystickSays, ...jointsFelt(), ...clockRead },
  critic: {
    trueGyro: trueState.trueGyro,
    trueGravity: trueState.trueGravity,
    trueLinVel: trueState.trueLinVel,
    trueJointPos: trueState.trueJointPos,
    trueJointVel: trueState.trueJointVel,
    torque: trueEffort.torque,
    basePose: {
      of: (s) => s.robot.basePose,
      unit: "m, and a quaternion (w, x, y, z), world frame",
      mirror: [1, -1, 1, 1, -1, 1, -1],
    },
  },

  reward: {
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.5, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    rollPitchRate: { weight: -0.15, of: (s) => normSq(s.robot.gyro, 2) },
    tilt: { weight: -1, of: (s) => normSq(s.robot.sensors.up, 2) },
    footPhase: { weight: 1, of: (s) => footPhaseMatch(s.robot.footHeight, s.gait.phase, FOOT_HEIGHT, 0.01) },
    pose: { weight: -1, of: (s) => poseError(s.robot, s.command) },
    collision: { weight: -1, of: (s) => (collides(s.robot) ? 1 : 0) },
  },
  rewardPerSecond: true,

  terminate: { fell: (s) => s.robot.sensors.up[2] < 0 },
  ...measuredWalk,
});
