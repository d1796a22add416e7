/**
 * Walk where a joystick points: Google Barkour vB, four legs. Figures, terms and their order: MuJoCo Playground, Barkour joystick.
 * As in all tasks here an observation looks ahead: it holds the action just taken and the command to come, where Playground's holds those
 * of the step before, and the earlier frames of an episode's first observation are copies of the first. Nothing is clipped to ±100.
 * Forward is where the robot looks: its IMU faces backwards, so velocities and the upright direction are read at the middle of the torso.
 * A kick's wait begins where the last kick ends, not where it began, and a new command does not begin it again; its length in time is drawn,
 * not in steps.
 */

import { lessonRecipe } from "../../config/walking-recipe.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { legged } from "../legged-robot.ts";
import { POLAR } from "../mirror.ts";
import { controlRange, jointDrives } from "../model-change.ts";
import type { Moment } from "../moment.ts";
import { stackedFrames } from "../stacked-frames.ts";
import { distSq, kernel, normSq, sumAbs } from "../terms/norms.ts";
import { type ContactReading, contactTimers } from "../trackers/contact-timers.ts";
import { surges } from "../trackers/surges.ts";
import { BARKOUR_WALK } from "../walking/figures/barkour.ts";
import { walkingLesson } from "../walking/walking-lesson.ts";
import { measuredWalk } from "./joystick.ts";

/** In the order of joints and readings. */
const LEGS = ["front_left", "hind_left", "front_right", "hind_right"];
const FEET = LEGS.map((leg) => `foot_${leg}`);
/** Lowest and highest angle of each joint of a leg, rad: an episode ends beyond them. */
const RANGES = { abduction: [-0.7, 0.52], hip: [-1, 2.1], knee: [0.05, 2.1] } as const;
const LIMITS = Object.values(RANGES);
/** rad; targets stop before a knee's own limit, where its drive's control range does */
const LOWEST_KNEE_TARGET = 0.1;

const NOISE = 0.05; // of every value as it is shown
const SPEED_SCALE = 2;
const TURNING_SCALE = 0.25;
const FRAMES = 15;
const LEAST_HEIGHT = 0.18; // m, of the torso
const SHORT_STEP = 0.1; // s in the air

const barkour = legged({
  root: "torso",
  home: "home",
  imu: "base_frame",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: FEET,
  footVelocities: [],
  groups: {},
  sensors: { up: "upvector", worldLinVel: "global_linvel", worldAngVel: "global_angvel" },
});

type Step = Moment<ReturnType<typeof barkour.bind>, { readonly feet: ContactReading }>;

/** Targets stay within the ranges, and within what the drives follow. */
const targetRanges = Object.fromEntries(
  LEGS.flatMap((leg) =>
    Object.entries(RANGES).map(([joint, [low, high]]) => {
      const lowest = joint === "knee" ? LOWEST_KNEE_TARGET : low;
      return [`${joint}_${leg}`, controlRange(`${joint}_${leg}`, lowest, high)];
    }),
  ),
);

/** Whether any joint is beyond its range. */
function isBeyond(angles: Float64Array): boolean {
  for (let i = 0; i < angles.length; i++) {
    const [low, high] = LIMITS[i % LIMITS.length];
    if (angles[i] < low || angles[i] > high) return true;
  }
  return false;
}

/** Whether more than a tenth of the commanded velocity points to the left. */
const isLeftward = (command: Float64Array) => command[1] > 0 && command[1] >= 0.1 * Math.hypot(command[0], command[1]);

/** Follow (vx, vy, yaw rate) commands. */
export const barkourJoystick = defineTask({
  name: "BarkourJoystick",
  family: "locomotion",
  scene: "scenes/barkour-flat.xml",
  model: { drives: jointDrives({ stiffness: 35, damping: 0.5239 }), ...targetRanges },
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: barkour,
  keyframe: "home",

  action: jointTargets({ scale: 0.3, bounded: true }),
  // redrawn after 501 control steps
  command: twistCommand({
    vx: [-0.6, 1.5],
    vy: 0.8,
    yawRate: 0.7,
    resampleSeconds: [10.02, 10.02],
    zeroProbability: 0,
  }),

  track: { feet: contactTimers(FEET.map((foot) => `${foot}_floor_found`)) },
  events: {
    kick: surges({ body: "torso", everySeconds: [1, 2.98], seconds: [0.02, 0.18], speed: [0.1, 1], enabled: true }),
  },

  observe: stackedFrames(FRAMES, {
    turning: {
      of: (s: Step) => s.robot.gyro[2],
      scale: TURNING_SCALE,
      noise: NOISE / TURNING_SCALE,
      unit: "rad/s about the body's z axis",
      mirror: [-1],
    },
    up: {
      of: (s) => s.robot.sensors.up,
      noise: NOISE,
      unit: "direction of the body's z axis, world frame",
      mirror: POLAR,
    },
    commandX: commanded(0, SPEED_SCALE, "m/s forward", 1),
    commandY: commanded(1, SPEED_SCALE, "m/s to the left", -1),
    commandYaw: commanded(2, TURNING_SCALE, "rad/s to the left", -1),
    jointPos: { of: (s) => s.robot.jointPos, noise: NOISE, unit: "rad from home", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, noise: NOISE, mirror: "joints" },
  }),

  reward: {
    trackLinVel: { weight: 1.5, of: (s) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
    trackYawRate: { weight: 0.8, of: (s) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    bounce: { weight: -2, of: (s) => s.robot.sensors.worldLinVel[2] ** 2 },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
    tilt: { weight: -5, of: (s) => normSq(s.robot.sensors.up, 2) },
    torque: { weight: -0.0002, of: (s) => Math.sqrt(normSq(s.robot.torque)) + sumAbs(s.robot.torque) },
    actionRate: { weight: -0.1, of: (s) => distSq(s.action, s.lastAction) },
    // for every command that does not point to the left, as published
    standStill: { weight: -0.5, of: (s) => (isLeftward(s.command) ? 0 : sumAbs(s.robot.jointPos)) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },
    airTime: {
      weight: 0.2,
      of: (s) => (normSq(s.command, 2) > 0.05 ** 2 ? s.feet.onLanding((seconds) => seconds - SHORT_STEP) : 0),
    },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: {
    fell: (s) => s.robot.sensors.up[2] < 0,
    jointRange: (s) => isBeyond(s.robot.jointAngle),
    low: (s) => s.robot.baseHeight < LEAST_HEIGHT,
  },
  ...measuredWalk,
  lessons: { walk: walkingLesson(BARKOUR_WALK) },
  presets: lessonRecipe("walk", 1_800_000),
});

/** One value of the command as it is shown. */
function commanded(value: number, scale: number, unit: string, sign: number) {
  return { of: (s: Step) => s.command[value], own: true, scale, noise: NOISE / scale, unit, mirror: [sign] } as const;
}
