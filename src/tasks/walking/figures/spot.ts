/**
 * Figures of the lesson `walk` of Boston Dynamics Spot, by `flowgait lesson-for` (seed 1, 3 generations). Measured of the step, without a policy:
 *
 * told (m/s, m/s, rad/s)    makes                 on its feet
 * 0.00, 0.00, 0.00          0.00, 0.00, 0.00      100 %
 * +0.50, 0.00, 0.00         +0.36, 0.00, 0.00     100 %
 * -0.50, 0.00, 0.00         -0.27, 0.00, 0.00     100 %
 * 0.00, +0.40, 0.00         -0.07, +0.18, +0.15   100 %
 * 0.00, -0.40, 0.00         -0.07, -0.17, -0.13   100 %
 * 0.00, 0.00, +0.50         -0.07, +0.01, +0.28   100 %
 * 0.00, 0.00, -0.50         -0.06, -0.01, -0.27   100 %
 *
 * 0.1 rad more, with a foot's phase: how much faster (m/s, m/s, rad/s), and the time on its feet
 * fl_hx …, sine                       -0.03, +0.18, +0.02     0 %
 * fl_hx …, cosine                     -0.03, -0.14, -0.04     0 %
 * fl_hx …, lean                       -0.01, -0.01, -0.04     0 %
 * fl_hy …, sine                       -0.23, 0.00, 0.00       0 %
 * fl_hy …, cosine                     +0.10, 0.00, -0.01      0 %
 * fl_hy …, lean                       +0.12, 0.00, 0.00       0 %
 * fl_kn …, sine                       -0.10, 0.00, 0.00       0 %
 * fl_kn …, cosine                     +0.04, 0.00, 0.00       0 %
 * fl_kn …, lean                       +0.09, 0.00, 0.00       0 %
 *
 * white noise on the legs' targets, rad, and the time on its feet: 0 100 %, 0.04 100 %, 0.06 100 %, 0.08 100 %, 0.1 100 %, 0.13 100 %, 0.16 100 %, 0.2 100 %, 0.25 88 %
 */
import type { WalkingFigures } from "../walking-lesson.ts";

/** Step, scales and measures. */
export const SPOT_WALK: WalkingFigures = {
  clock: {
    hz: 2.4,
    offsets: [0, Math.PI, Math.PI, 0],
    standBelow: 0.05,
    fadeSeconds: 0.3,
    fadeOutSeconds: 0.3,
  },
  step: {
    gait: "step",
    legs: [
      ["fl_hy", "fl_kn"],
      ["fr_hy", "fr_kn"],
      ["hl_hy", "hl_kn"],
      ["hr_hy", "hr_kn"],
    ],
    amplitude: [0.106, -0.354],
    stance: {
      fl_hx: 0.031,
      fl_hy: 0.022,
      fl_kn: 0.031,
      fr_hx: -0.031,
      fr_hy: 0.022,
      fr_kn: 0.031,
      hl_hx: 0.031,
      hl_hy: 0.022,
      hl_kn: 0.031,
      hr_hx: -0.031,
      hr_hy: 0.022,
      hr_kn: 0.031,
    },
    stride: [
      { joints: ["fl_hx", "fr_hx", "hl_hx", "hr_hx"], sine: [0, 0.193, 0], cosine: [0, -0.163, 0] },
      {
        joints: ["fl_hx", "fr_hx", "hl_hx", "hr_hx"],
        sine: [0, 0, 0.064],
        cosine: [0, 0, -0.054],
        share: [0.809, 0.809, -1, -1],
      },
      {
        joints: ["fl_hx", "fr_hx", "hl_hx", "hr_hx"],
        follows: "gyro",
        sine: [0.007, 0, 0],
        cosine: [-0.014, 0, 0],
        lean: [-0.021, 0, 0],
      },
      {
        joints: ["fl_hy", "fr_hy", "hl_hy", "hr_hy"],
        sine: [-0.279, 0, 0],
        cosine: [0.191, 0, 0],
        lean: [0.01, 0, 0],
      },
      {
        joints: ["fl_hy", "fr_hy", "hl_hy", "hr_hy"],
        sine: [0, 0, -0.046],
        cosine: [0, 0, 0.032],
        lean: [0, 0, 0.002],
        share: [-1, 1, -1, 1],
      },
      {
        joints: ["fl_hy", "fr_hy", "hl_hy", "hr_hy"],
        follows: "gyro",
        sine: [0, 0.003, 0],
        cosine: [0, -0.004, 0],
        lean: [0, 0.014, 0],
      },
    ],
  },
  scale: {
    fl_hx: 0.25,
    fl_hy: 0.25,
    fl_kn: 0.25,
    fr_hx: 0.25,
    fr_hy: 0.25,
    fr_kn: 0.25,
    hl_hx: 0.25,
    hl_hy: 0.25,
    hl_kn: 0.25,
    hr_hx: 0.25,
    hr_hy: 0.25,
    hr_kn: 0.25,
  },
  shown: 0.3,
  strideSteps: 21,
  clearance: 0.12,
  soles: [0.0325, 0.0325, 0.0325, 0.0325],
  standing: 0.46,
  fallsAlone: true,
  commandsFrom: 0.3,
};
