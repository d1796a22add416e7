/**
 * Step in a gait that is drawn for every episode: the Unitree H1, in place or where a joystick points. Figures, terms and their order:
 * MuJoCo Playground, H1 in-place and joystick gait tracking.
 * As in all tasks here an observation looks ahead: it holds the action just taken, the contacts just made, and the clock and command to
 * come. Other differences: contacts are those of the feet, where the published code reads other sensors by mistake and always finds 1;
 * an episode begins with targets at home, where the published ones begin at 0; earlier values of an episode's first observation are
 * copies of the first.
 */
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { AXIAL, POLAR } from "../mirror.ts";
import { footPhaseMatch } from "../terms/gait.ts";
import { bendSq, distSq, kernel, normSq, weightedNormSq } from "../terms/norms.ts";
import { shrunk } from "../terms/product.ts";
import { actionHistory } from "../trackers/action-history.ts";
import { contactTimers } from "../trackers/contact-timers.ts";
import { BIPED_GAITS, type DrawnGaitReading, drawnGait } from "../trackers/drawn-gait.ts";
import { joystickSays, measuredWalk } from "./joystick.ts";

const FEET = ["left_foot", "right_foot"];
/** Of each foot, three capsules under its sole. */
const FOOT_PARTS = FEET.map((foot) => [1, 2, 3].map((part) => `${foot}${part}_floor_found`));
/** In the cost of the pose: hip yaw, roll and pitch, knee, ankle of a leg; torso; four joints of an arm. */
const LEG = [5, 5, 0, 0, 5];
const ARM = [1, 1, 1, 1];
const POSE_WEIGHTS = [...LEG, ...LEG, 2, ...ARM, ...ARM];
const LEAST_UPRIGHT = 0.85;
const JOINTS = 19;
const FOOT_HEIGHTS = [0.08, 0.4] as const; // m

const h1 = legged({
  root: "root",
  home: "home",
  imu: "imu",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: FEET,
  footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
  groups: {},
  sensors: {
    accelerometer: "accelerometer",
    up: "upvector",
    worldLinVel: "global_linvel",
    worldAngVel: "global_angvel",
  },
});

interface Stepping {
  readonly robot: ReturnType<typeof h1.bind>;
  readonly gait: DrawnGaitReading;
  readonly feet: { readonly contact: ArrayLike<number> };
  readonly lastAction: ArrayLike<number>;
}

/** Readings of the body with a share of the published noise. */
function felt(noise: number) {
  return {
    gyro: { of: (s: Stepping) => s.robot.gyro, noise: 0.2 * noise, unit: "rad/s, body frame", mirror: AXIAL },
    up: {
      of: (s: Stepping) => s.robot.sensors.up,
      noise: 0.05 * noise,
      unit: "direction of the body's z axis, world frame",
      mirror: POLAR,
    },
    jointPos: { of: (s: Stepping) => s.robot.jointPos, noise: 0.01 * noise, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s: Stepping) => s.robot.jointVel, noise: 1.5 * noise, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s: Stepping) => s.lastAction, mirror: "joints" },
  } as const;
}

/** Without noise, so many control steps ago. */
const velocity = (delay: number) =>
  ({ of: (s: Stepping) => s.robot.jointVel, delay, unit: "rad/s", mirror: "joints" }) as const;
const error = (delay: number) =>
  ({ of: (s: Stepping) => s.robot.targetError, delay, unit: "rad from the target", mirror: "joints" }) as const;

const gaitSays = {
  contact: { of: (s: Stepping) => s.feet.contact, mirror: "sides" },
  gait: { of: (s: Stepping) => s.gait.signals, unit: "cos of both phases, left first, then sin", mirror: "sides" },
  gaitHz: { of: (s: Stepping) => s.gait.hz, own: true, unit: "Hz", mirror: "same" },
  gaitId: { of: (s: Stepping) => s.gait.id, own: true, unit: "0 walk, 1 jump", mirror: "same" },
  footHeight: {
    of: (s: Stepping) => s.gait.footHeight,
    own: true,
    unit: "m, wanted at the top of a step",
    mirror: "same",
  },
} as const;

const pose = (s: Stepping) => weightedNormSq(s.robot.jointPos, POSE_WEIGHTS);
const footPhase = (s: Stepping, width: number) =>
  footPhaseMatch(s.robot.footHeight, s.gait.phase, s.gait.footHeight, width);

const shared = {
  family: "locomotion",
  scene: "scenes/h1-flat.xml",
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: h1,
  keyframe: "home",
  rewardPerSecond: true,
  terminate: {
    fell: (s: Stepping) => s.robot.sensors.up[2] < LEAST_UPRIGHT,
    jointRange: (s: Stepping) => s.robot.jointLimitExcess(1) > 0,
  },
} as const;

/** Walk or jump in place. */
export const h1InplaceGaitTracking = defineTask({
  ...shared,
  name: "H1InplaceGaitTracking",
  action: jointTargets({ scale: 0.6, bounded: true }),
  track: {
    gait: drawnGait({ table: BIPED_GAITS, hz: [0.5, 4], footHeight: FOOT_HEIGHTS }),
    feet: contactTimers(FOOT_PARTS),
  },
  observe: {
    ...felt(1),
    trueJointVel: velocity(0),
    jointVelBefore: velocity(1),
    jointVelTwoBefore: velocity(2),
    targetError: error(0),
    targetErrorBefore: error(1),
    targetErrorTwoBefore: error(2),
    ...gaitSays,
  },
  reward: shrunk(
    { footPhase: { weight: 2, of: (s: Stepping) => footPhase(s, 0.1) } },
    {
      pose: { weight: -0.5, of: pose },
      turning: { weight: -0.5, of: (s) => normSq(s.robot.sensors.worldAngVel) },
      drifting: { weight: -0.5, of: (s) => normSq(s.robot.sensors.worldLinVel, 2) },
    },
    0.2,
  ),
  footing: measuredWalk.footing,
});

/** Follow (vx, vy, yaw rate) commands at a drawn pace, with feet that swing as high as drawn. */
export const h1JoystickGaitTracking = defineTask({
  ...shared,
  name: "H1JoystickGaitTracking",
  action: jointTargets({ scale: 0.3, around: "previous", bounded: true }),
  // redrawn after 501 control steps
  command: twistCommand({
    vx: 1.5,
    vy: 0.5,
    yawRate: 1,
    resampleSeconds: [10.02, 10.02],
    zeroProbability: 0,
    deadBand: 0.1,
  }),
  track: {
    gait: drawnGait({ table: BIPED_GAITS, gaits: ["walk"], hz: [0.5, 2], footHeight: FOOT_HEIGHTS }),
    feet: contactTimers(FOOT_PARTS),
    actions: actionHistory(JOINTS),
  },
  observe: { ...felt(0.6), ...joystickSays, trueJointVel: velocity(0), targetError: error(0), ...gaitSays },
  reward: {
    footPhase: { weight: 5, of: (s) => footPhase(s, 0.01) },
    trackLinVel: { weight: 3.5, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.5) },
    trackYawRate: { weight: 0.75, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.5) },
    pose: { weight: -2.5, of: pose },
    actionRate: {
      weight: -0.01,
      // of the steps before, and around the oldest of three actions, as published
      of: (s) => distSq(s.lastAction, s.actions.lastButOne) + bendSq(s.lastAction, s.actions.lastButOne, s.action),
    },
  },
  rewardClip: [0, 1e4],
  ...measuredWalk,
});
