/**
 * Figures of the lesson `walk` of Google Barkour, by `flowgait lesson-for` (seed 1, 13 generations). Measured of the step, without a policy:
 *
 * told (m/s, m/s, rad/s)    makes                 on its feet
 * 0.00, 0.00, 0.00          0.00, 0.00, 0.00      100 %
 * +0.75, 0.00, 0.00         +0.79, 0.00, 0.00     100 %
 * -0.30, 0.00, 0.00         -0.36, 0.00, -0.03    100 %
 * 0.00, +0.40, 0.00         -0.02, +0.34, +0.12   100 %
 * 0.00, -0.40, 0.00         -0.02, -0.34, -0.12   100 %
 * 0.00, 0.00, +0.35         0.00, +0.01, +0.42    100 %
 * 0.00, 0.00, -0.35         0.00, -0.01, -0.44    100 %
 *
 * 0.1 rad more, with a foot's phase: how much faster (m/s, m/s, rad/s), and the time on its feet
 * abduction_front_left …, sine        -0.06, +0.21, +0.17     0 %
 * abduction_front_left …, cosine      -0.04, -0.16, +0.03     0 %
 * abduction_front_left …, lean        -0.02, -0.03, +0.04     0 %
 * hip_front_left …, sine              -0.25, 0.00, 0.00       0 %
 * hip_front_left …, cosine            +0.12, 0.00, 0.00       0 %
 * hip_front_left …, lean              +0.19, 0.00, 0.00       0 %
 * knee_front_left …, sine             -0.10, 0.00, 0.00       0 %
 * knee_front_left …, cosine           +0.07, 0.00, 0.00       0 %
 * knee_front_left …, lean             +0.20, 0.00, 0.00       0 %
 *
 * white noise on the legs' targets, rad, and the time on its feet: 0 100 %, 0.04 100 %, 0.06 100 %, 0.08 100 %, 0.1 100 %, 0.13 100 %, 0.16 100 %, 0.2 90 %, 0.25 66 %
 */
import type { WalkingFigures } from "../walking-lesson.ts";

/** Step, scales and measures. */
export const BARKOUR_WALK: WalkingFigures = {
  clock: {
    hz: 3.05,
    offsets: [0, Math.PI, Math.PI, 0],
    standBelow: 0.05,
    fadeSeconds: 0.3,
    fadeOutSeconds: 0.3,
  },
  step: {
    gait: "step",
    legs: [
      ["hip_front_left", "knee_front_left"],
      ["hip_hind_left", "knee_hind_left"],
      ["hip_front_right", "knee_front_right"],
      ["hip_hind_right", "knee_hind_right"],
    ],
    amplitude: [-0.08, -0.6],
    stance: {
      abduction_front_left: 0.146,
      hip_front_left: -0.178,
      knee_front_left: 0.03,
      abduction_hind_left: 0.146,
      hip_hind_left: -0.178,
      knee_hind_left: 0.03,
      abduction_front_right: 0.146,
      hip_front_right: -0.178,
      knee_front_right: 0.03,
      abduction_hind_right: 0.146,
      hip_hind_right: -0.178,
      knee_hind_right: 0.03,
    },
    stride: [
      {
        joints: ["abduction_front_left", "abduction_hind_left", "abduction_front_right", "abduction_hind_right"],
        sine: [0, 0.251, 0],
        cosine: [0, -0.296, 0],
        lean: [0, -0.081, 0],
        share: [-1, -1, 1, 1],
      },
      {
        joints: ["abduction_front_left", "abduction_hind_left", "abduction_front_right", "abduction_hind_right"],
        sine: [0, 0, 0.063],
        cosine: [0, 0, -0.075],
        lean: [0, 0, -0.02],
        share: [-0.872, 1, 0.872, -0.999],
      },
      {
        joints: ["hip_front_left", "hip_hind_left", "hip_front_right", "hip_hind_right"],
        sine: [-0.353, 0, 0],
        cosine: [0.217, 0, 0],
        lean: [0.01, 0, 0],
        share: [-1, -1, -1, -1],
      },
      {
        joints: ["hip_front_left", "hip_hind_left", "hip_front_right", "hip_hind_right"],
        sine: [0, 0, -0.067],
        cosine: [0, 0, 0.041],
        lean: [0, 0, 0.002],
        share: [0.992, 0.994, -1, -1],
      },
    ],
  },
  scale: {
    abduction_front_left: 0.2,
    hip_front_left: 0.2,
    knee_front_left: 0.2,
    abduction_hind_left: 0.2,
    hip_hind_left: 0.2,
    knee_hind_left: 0.2,
    abduction_front_right: 0.2,
    hip_front_right: 0.2,
    knee_front_right: 0.2,
    abduction_hind_right: 0.2,
    hip_hind_right: 0.2,
    knee_hind_right: 0.2,
  },
  shown: 0.3,
  strideSteps: 16,
  clearance: 0.0734,
  soles: [0.0177, 0.0177, 0.0177, 0.0177],
  standing: 0.28,
  commandsFrom: 0.43,
};
