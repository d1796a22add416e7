/**
 * Get up from any fall, and stand: Boston Dynamics Spot. Figures, terms and their order: MuJoCo Playground, Spot getup,
 * without its terms of weight 0. The observation holds the action just taken, as in the joystick task.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask } from "../define-task.ts";
import { jointDrives } from "../model-change.ts";
import { distSq, normSq } from "../terms/norms.ts";
import { postureFelt, wholeSpot } from "./spot.ts";

const STANDING_HEIGHT = 0.46; // m, of the body
const THROW_HEIGHT = 1; // m
const THROW_CHANCE = 0.6;
/** m; a Spot that stands sinks a little into its drives. */
const UP_HEIGHT = 0.4;
const UPRIGHT = [0, 0, 1];

/** Direction of the body's z axis → squared distance to that of a robot that stands straight. */
const tilt = (up: Float64Array) => distSq(up, UPRIGHT);
const isUpright = (up: Float64Array) => tilt(up) < 0.01;
/** Share of the standing height that is missing. */
const missing = (height: number) => Math.max(0, Math.min(1, (STANDING_HEIGHT - height) / STANDING_HEIGHT));

/** Stand up. */
export const spotGetup = defineTask({
  name: "SpotGetup",
  family: "locomotion",
  scene: "scenes/spot-whole-flat.xml",
  model: { drives: jointDrives({ stiffness: 400, damping: 20 }) },
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 6 },
  robot: wholeSpot,
  keyframe: "home",

  action: jointTargets({ scale: 0.6, around: "present", bounded: true }),

  reset: ({ robot, rng }) => {
    if (rng.uniform() < THROW_CHANCE) robot.throwUp(rng, THROW_HEIGHT, 0);
  },
  settle: { physicsSteps: 125 },

  observe: {
    ...postureFelt(0.2, 0.05),
    jointPos: { of: (s) => s.robot.jointPos, noise: 0.01, unit: "rad from home", mirror: "joints" },
    lastAction: { of: (s) => s.lastAction, mirror: "joints" },
  },

  reward: {
    upright: { weight: 1, of: (s) => Math.exp(-2 * tilt(s.robot.sensors.up)) },
    height: { weight: 1, of: (s) => 1 - missing(s.robot.baseHeight) },
    pose: {
      weight: 1,
      of: ({ robot }) => (isUpright(robot.sensors.up) ? Math.exp(-0.5 * normSq(robot.jointPos)) : 0),
    },
    calm: {
      weight: 1,
      of: ({ robot, action }) =>
        isUpright(robot.sensors.up) && missing(robot.baseHeight) < 0.005 ? Math.exp(-0.5 * normSq(action)) : 0,
    },
  },
  rewardPerSecond: true,
  rewardClip: [0, 1e4],

  terminate: { jointRange: (s) => s.robot.jointLimitExcess(1) > 0 },
  goal: {
    success: {
      about: `Stands upright, its body above ${UP_HEIGHT} m, for the last second.`,
      of: ({ robot }) => isUpright(robot.sensors.up) && robot.baseHeight > UP_HEIGHT,
      seconds: 1,
      atEnd: true,
    },
  },
});
