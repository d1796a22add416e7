/**
 * Figures of the lesson `walk` of Robotis OP3, by `flowgait lesson-for` (seed 1, 21 generations). Measured of the step, without a policy:
 *
 * told (m/s, m/s, rad/s)    makes                 on its feet
 * 0.00, 0.00, 0.00          0.00, 0.00, 0.00      100 %
 * +0.75, 0.00, 0.00         +0.18, -0.01, +0.17   66 %
 * -0.30, 0.00, 0.00         -0.21, 0.00, +0.01    94 %
 * 0.00, +0.40, 0.00         -0.04, +0.03, -0.07   100 %
 * 0.00, -0.40, 0.00         -0.05, -0.03, +0.08   100 %
 * 0.00, 0.00, +0.35         -0.05, +0.04, +0.93   100 %
 * 0.00, 0.00, -0.35         -0.04, -0.04, -0.92   100 %
 *
 * 0.1 rad more, with a foot's phase: how much faster (m/s, m/s, rad/s), and the time on its feet
 * l_hip_yaw …, sine                   -0.01, +0.01, +0.32     0 %
 * l_hip_yaw …, cosine                 -0.01, -0.03, -1.51     0 %
 * l_hip_yaw …, lean                   -0.01, +0.01, +0.07     0 %
 * l_hip_roll …, sine                  -0.01, +0.06, +0.04     0 %
 * l_hip_roll …, cosine                -0.02, -0.11, -0.06     0 %
 * l_hip_roll …, lean                  -0.01, -0.01, +0.05     0 %
 * l_hip_pitch …, sine                 -0.04, 0.00, -0.01      0 %
 * l_hip_pitch …, cosine               +0.11, 0.00, +0.02      -6 %
 * l_hip_pitch …, lean                 -0.01, 0.00, 0.00       0 %
 * l_knee …, sine                      -0.04, 0.00, -0.05      0 %
 * l_knee …, cosine                    +0.01, 0.00, 0.00       0 %
 * l_knee …, lean                      -0.03, 0.00, -0.02      0 %
 * l_ank_pitch …, sine                 -0.02, 0.00, -0.02      -6 %
 * l_ank_pitch …, cosine               -0.06, 0.00, 0.00       0 %
 * l_ank_pitch …, lean                 -0.04, 0.00, 0.00       0 %
 * l_ank_roll …, sine                  -0.03, 0.00, -0.02      0 %
 * l_ank_roll …, cosine                -0.01, -0.02, -0.19     0 %
 * l_ank_roll …, lean                  -0.03, 0.00, +0.05      -5 %
 *
 * white noise on the legs' targets, rad, and the time on its feet: 0 100 %, 0.04 100 %, 0.06 100 %, 0.08 100 %, 0.1 90 %, 0.13 77 %, 0.16 61 %, 0.2 37 %, 0.25 30 %
 */
import type { WalkingFigures } from "../walking-lesson.ts";

/** Step, scales and measures. */
export const OP3_WALK: WalkingFigures = {
  clock: {
    hz: 2.8,
    offsets: [0, Math.PI],
    standBelow: 0.05,
    fadeSeconds: 0.3,
    fadeOutSeconds: 1.5,
    startAmplitude: 1,
    stepAbove: 0.25,
  },
  step: {
    gait: "step",
    legs: [
      ["l_hip_pitch", "l_knee", "l_ank_pitch"],
      ["r_hip_pitch", "r_knee", "r_ank_pitch"],
    ],
    amplitude: [
      [-0.328, 0.807, 0.307],
      [0.328, -0.807, -0.307],
    ],
    stance: {
      l_hip_yaw: -0.009,
      l_hip_roll: 0.033,
      l_hip_pitch: -0.073,
      l_knee: -0.079,
      l_ank_pitch: 0.037,
      l_ank_roll: -0.019,
      r_hip_yaw: 0.009,
      r_hip_roll: -0.033,
      r_hip_pitch: 0.073,
      r_knee: 0.079,
      r_ank_pitch: -0.037,
      r_ank_roll: 0.019,
    },
    sway: {
      amplitude: { l_hip_roll: -0.332, r_hip_roll: -0.332, l_ank_roll: -0.042, r_ank_roll: -0.042 },
      lead: -0.143,
    },
    stride: [
      {
        joints: ["l_hip_yaw", "r_hip_yaw"],
        sine: [0, 0, 0.123],
        cosine: [0, 0, -0.169],
        lean: [0, 0, -0.085],
        share: [-1, -1],
      },
      {
        joints: ["l_hip_yaw", "r_hip_yaw"],
        follows: "gyro",
        sine: [0, 0, 0.028],
        cosine: [0, 0, -0.007],
        lean: [0, 0, -0.024],
        share: [-1, -1],
      },
      {
        joints: ["l_hip_roll", "r_hip_roll"],
        sine: [0, 0.144, 0],
        cosine: [0, -0.01, 0],
        lean: [0, 0.076, 0],
        share: [-1, -1],
      },
      {
        joints: ["l_hip_roll", "r_hip_roll"],
        follows: "gyro",
        sine: [-0.082, 0, 0],
        cosine: [0.006, 0, 0],
        lean: [0.026, 0, 0],
        share: [-1, -1],
      },
      {
        joints: ["l_hip_pitch", "r_hip_pitch"],
        sine: [-0.146, 0, 0],
        cosine: [0.3, 0, 0],
        lean: [0.056, 0, 0],
        share: [1, -1],
      },
      {
        joints: ["l_hip_pitch", "r_hip_pitch"],
        follows: "gyro",
        sine: [0, -0.043, 0],
        cosine: [0, -0.003, 0],
        lean: [0, 0.021, 0],
        share: [1, -1],
      },
      {
        joints: ["l_knee", "r_knee"],
        sine: [-0.021, 0, 0],
        cosine: [0.116, 0, 0],
        lean: [-0.003, 0, 0],
        share: [1, -1],
      },
      {
        joints: ["l_knee", "r_knee"],
        follows: "gyro",
        sine: [0, 0.017, 0],
        cosine: [0, 0.004, 0],
        lean: [0, -0.016, 0],
        share: [1, -1],
      },
      {
        joints: ["l_ank_pitch", "r_ank_pitch"],
        sine: [-0.013, 0, 0],
        cosine: [-0.042, 0, 0],
        lean: [-0.28, 0, 0],
        share: [-1, 1],
      },
      {
        joints: ["l_ank_pitch", "r_ank_pitch"],
        follows: "gyro",
        sine: [0, -0.007, 0],
        cosine: [0, 0.013, 0],
        lean: [0, 0.105, 0],
        share: [-1, 1],
      },
      {
        joints: ["l_ank_roll", "r_ank_roll"],
        sine: [0, -0.064, 0],
        cosine: [0, 0.067, 0],
        lean: [0, -0.042, 0],
      },
      {
        joints: ["l_ank_roll", "r_ank_roll"],
        follows: "gyro",
        sine: [0.041, 0, 0],
        cosine: [-0.029, 0, 0],
        lean: [0.04, 0, 0],
      },
    ],
  },
  scale: {
    head_pan: 0.025,
    head_tilt: 0.025,
    l_sho_pitch: 0.025,
    l_sho_roll: 0.025,
    l_el: 0.025,
    r_sho_pitch: 0.025,
    r_sho_roll: 0.025,
    r_el: 0.025,
    l_hip_yaw: 0.1,
    l_hip_roll: 0.1,
    l_hip_pitch: 0.1,
    l_knee: 0.1,
    l_ank_pitch: 0.1,
    l_ank_roll: 0.1,
    r_hip_yaw: 0.1,
    r_hip_roll: 0.1,
    r_hip_pitch: 0.1,
    r_knee: 0.1,
    r_ank_pitch: 0.1,
    r_ank_roll: 0.1,
  },
  shown: 0.3,
  strideSteps: 18,
  clearance: 0.0274,
  soles: [0.0043, 0.0043],
  standing: 0.244,
  commandsFrom: 0.355,
};
