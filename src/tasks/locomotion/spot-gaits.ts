/**
 * Walk in a gait that is drawn for every episode: Boston Dynamics Spot. Figures, terms and their order: MuJoCo Playground, Spot joystick gait
 * tracking. The command is rewarded but not observed, as published. Nothing says how it mirrors: the walk's mirror image is not in the table.
 * As in all tasks here an observation looks ahead: it holds the contacts just made and the clock to come. An episode begins with targets
 * at home, where the published one says 0, and earlier values of its first observation are copies of the first, where the published ones
 * are 0.
 */

import { jointTargets } from "../actions/joint-targets.ts";
import { twistCommand } from "../command.ts";
import { defineTask } from "../define-task.ts";
import { jointDrives } from "../model-change.ts";
import type { Moment } from "../moment.ts";
import { stackedFrames } from "../stacked-frames.ts";
import { footPhaseMatch } from "../terms/gait.ts";
import { distSq, kernel, normSq, normSqAt } from "../terms/norms.ts";
import { shrunk } from "../terms/product.ts";
import { type ContactReading, contactTimers } from "../trackers/contact-timers.ts";
import { type DrawnGaitReading, drawnGait, QUADRUPED_GAITS } from "../trackers/drawn-gait.ts";
import { measuredWalk } from "./joystick.ts";
import { ENCODER_NOISE, FOOT_CONTACTS, LEAST_UPRIGHT, postureFelt, spot, targetErrors } from "./spot.ts";

type Step = Moment<ReturnType<typeof spot.bind>, { readonly gait: DrawnGaitReading; readonly feet: ContactReading }>;

/** Gaits in which the body leaves the ground come after these in the table. */
const LEVEL_GAITS = 3;

/** Follow (vx, vy, yaw rate) commands at a drawn pace, with feet that swing as high as drawn. */
export const spotJoystickGaitTracking = defineTask({
  name: "SpotJoystickGaitTracking",
  family: "locomotion",
  scene: "scenes/spot-flat.xml",
  model: { drives: jointDrives({ stiffness: 400, damping: 10 }) },
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: spot,
  keyframe: "home",

  action: jointTargets({ scale: 0.6, bounded: true }),
  // redrawn after 201 control steps
  command: twistCommand({ vx: 1, vy: 0.5, yawRate: 1, resampleSeconds: [4.02, 4.02], zeroProbability: 0.1 }),

  track: {
    gait: drawnGait({ table: QUADRUPED_GAITS, hz: [0.5, 4], footHeight: [0.08, 0.4] }),
    feet: contactTimers(FOOT_CONTACTS),
  },

  observe: {
    ...postureFelt(0.1, 0.03),
    jointPos: { of: (s) => s.robot.jointAngle, noise: ENCODER_NOISE, unit: "rad" },
    ...stackedFrames(3, targetErrors),
    contact: { of: (s) => s.feet.contact },
    gait: { of: (s) => s.gait.signals, unit: "cos of the phases of the feet, then sin" },
    gaitHz: { of: (s) => s.gait.hz, own: true, unit: "Hz" },
    gaitId: { of: (s) => s.gait.id, own: true, unit: "0 trot, 1 walk, 2 pace, 3 bound, 4 pronk" },
    footHeight: { of: (s) => s.gait.footHeight, own: true, unit: "m, wanted at the top of a step" },
  },

  reward: shrunk(
    {
      footPhase: {
        weight: 2,
        of: (s: Step) => footPhaseMatch(s.robot.footHeight, s.gait.phase, s.gait.footHeight, 0.1),
      },
      trackLinVel: { weight: 0.5, of: (s: Step) => kernel(distSq(s.command, s.robot.linVel, 2), 0.25) },
      trackYawRate: { weight: 0.5, of: (s: Step) => kernel((s.command[2] - s.robot.gyro[2]) ** 2, 0.25) },
    },
    {
      rollPitchRate: { weight: -0.5, of: (s) => normSq(s.robot.sensors.worldAngVel, 2) },
      // only in bound and pronk, as published
      bounce: { weight: -0.5, of: (s) => (s.gait.id >= LEVEL_GAITS ? s.robot.sensors.worldLinVel[2] ** 2 : 0) },
      splay: { weight: -0.5, of: (s) => normSqAt(s.robot.jointPos, s.robot.groups.sideways) },
    },
    0.2,
  ),
  rewardPerSecond: true,

  terminate: { fell: (s) => s.robot.sensors.up[2] < LEAST_UPRIGHT },
  ...measuredWalk,
});
