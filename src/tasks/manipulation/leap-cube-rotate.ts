/**
 * Turn a cube about the vertical in the LEAP hand's palm. Figures, terms and their order: MuJoCo Playground, LEAP cube rotation.
 * As in all tasks here an observation looks ahead: it holds the action just taken. The first one is that of the real state, where
 * Playground's critic sees zeros in place of everything that is not a coordinate. Terms of weight 0 are omitted.
 */
import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask } from "../define-task.ts";
import {
  cubeHandle,
  driveForces,
  drop,
  fingertips,
  hasDropped,
  trueCube,
  trueHand,
  turned,
  turningRate,
} from "./hand-with-cube.ts";
import { ENCODER_NOISE, leapHand, leapTiming, placeLeap } from "./leap-hand.ts";

/** Turn the cube to the left, as fast as can be. */
export const leapCubeRotateZAxis = defineTask({
  ...leapHand,
  name: "LeapCubeRotateZAxis",
  timing: { ...leapTiming, episodeSeconds: 25 },
  action: jointTargets({ scale: 0.6 }),

  reset: (start) => {
    placeLeap(start);
    start.robot.hideGoal();
  },

  observe: {
    jointAngle: { of: (s) => s.robot.jointAngle, noise: ENCODER_NOISE, unit: "rad" },
    lastAction: { of: (s) => s.lastAction },
  },
  critic: { ...trueHand, ...driveForces("N·m"), ...fingertips, ...trueCube },

  reward: {
    turn: { weight: 1, of: turningRate },
    drop: { weight: -100, of: (s) => (s.terminated ? 1 : 0) },
  },
  rewardPerSecond: true,

  handles: { cube: cubeHandle },
  terminate: { dropped: hasDropped },
  goal: { drop, counters: { turned } },
  // half of the general preset's epochs, since steps of the hand are cheap
  presets: {
    laptop: {
      "fpo++": { steps: 3_000_000, evaluation: { everySteps: 400_000 }, algorithm: { name: "fpo++", epochs: 3 } },
    },
  },
});
