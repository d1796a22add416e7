/**
 * Figures of the lesson `walk` of Unitree Go1, by `flowgait lesson-for` (seed 1, 10 generations). Measured of the step, without a policy:
 *
 * told (m/s, m/s, rad/s)    makes                 on its feet
 * 0.00, 0.00, 0.00          0.00, 0.00, 0.00      100 %
 * +0.75, 0.00, 0.00         +0.38, +0.01, 0.00    100 %
 * -0.75, 0.00, 0.00         -0.74, +0.02, +0.04   96 %
 * 0.00, +0.40, 0.00         -0.04, +0.18, +0.03   100 %
 * 0.00, -0.40, 0.00         -0.05, -0.18, 0.00    100 %
 * 0.00, 0.00, +0.60         -0.02, 0.00, +0.30    100 %
 * 0.00, 0.00, -0.60         -0.05, 0.00, -0.33    100 %
 *
 * 0.1 rad more, with a foot's phase: how much faster (m/s, m/s, rad/s), and the time on its feet
 * FR_hip_joint …, sine                -0.02, +0.20, -0.08     0 %
 * FR_hip_joint …, cosine              0.00, -0.06, 0.00       0 %
 * FR_hip_joint …, lean                0.00, -0.01, -0.05      0 %
 * FR_thigh_joint …, sine              -0.14, 0.00, 0.00       0 %
 * FR_thigh_joint …, cosine            +0.03, 0.00, +0.02      0 %
 * FR_thigh_joint …, lean              +0.08, 0.00, +0.01      0 %
 * FR_calf_joint …, sine               -0.05, 0.00, +0.01      0 %
 * FR_calf_joint …, cosine             +0.07, +0.01, 0.00      0 %
 * FR_calf_joint …, lean               +0.07, 0.00, +0.01      0 %
 *
 * white noise on the legs' targets, rad, and the time on its feet: 0 100 %, 0.04 100 %, 0.06 100 %, 0.08 95 %, 0.1 95 %, 0.13 90 %, 0.16 81 %, 0.2 48 %, 0.25 35 %
 */
import type { WalkingFigures } from "../walking-lesson.ts";

/** Step, scales and measures. */
export const GO1_WALK: WalkingFigures = {
  clock: {
    hz: 3.05,
    offsets: [Math.PI, 0, 0, Math.PI],
    standBelow: 0.05,
    fadeSeconds: 0.3,
    fadeOutSeconds: 0.3,
  },
  step: {
    gait: "step",
    legs: [
      ["FR_thigh_joint", "FR_calf_joint"],
      ["FL_thigh_joint", "FL_calf_joint"],
      ["RR_thigh_joint", "RR_calf_joint"],
      ["RL_thigh_joint", "RL_calf_joint"],
    ],
    amplitude: [0.051, -0.321],
    stance: {
      FR_hip_joint: -0.121,
      FR_thigh_joint: 0.109,
      FR_calf_joint: 0.066,
      FL_hip_joint: 0.121,
      FL_thigh_joint: 0.109,
      FL_calf_joint: 0.066,
      RR_hip_joint: -0.121,
      RR_thigh_joint: 0.109,
      RR_calf_joint: 0.066,
      RL_hip_joint: 0.121,
      RL_thigh_joint: 0.109,
      RL_calf_joint: 0.066,
    },
    stride: [
      {
        joints: ["FR_hip_joint", "FL_hip_joint", "RR_hip_joint", "RL_hip_joint"],
        sine: [0, 0.211, 0],
        cosine: [0, -0.153, 0],
        lean: [0, -0.037, 0],
      },
      {
        joints: ["FR_hip_joint", "FL_hip_joint", "RR_hip_joint", "RL_hip_joint"],
        sine: [0, 0, 0.04],
        cosine: [0, 0, -0.029],
        lean: [0, 0, -0.007],
        share: [1, 1, -1, -1],
      },
      {
        joints: ["FR_hip_joint", "FL_hip_joint", "RR_hip_joint", "RL_hip_joint"],
        follows: "linVel",
        sine: [0, 0.027, 0],
        cosine: [0, -0.024, 0],
        lean: [0, 0.13, 0],
      },
      {
        joints: ["FR_hip_joint", "FL_hip_joint", "RR_hip_joint", "RL_hip_joint"],
        follows: "gravity",
        sine: [0, -0.014, 0],
        cosine: [0, -0.01, 0],
        lean: [0, 0.178, 0],
      },
      {
        joints: ["FR_hip_joint", "FL_hip_joint", "RR_hip_joint", "RL_hip_joint"],
        follows: "gyro",
        sine: [0, 0, 0],
        cosine: [0.005, 0, 0],
        lean: [0.004, 0, 0],
      },
      {
        joints: ["FR_thigh_joint", "FL_thigh_joint", "RR_thigh_joint", "RL_thigh_joint"],
        sine: [-0.248, 0, 0],
        cosine: [0.3, 0, 0],
        lean: [0.015, 0, 0],
      },
      {
        joints: ["FR_thigh_joint", "FL_thigh_joint", "RR_thigh_joint", "RL_thigh_joint"],
        sine: [0, 0, -0.025],
        cosine: [0, 0, 0.03],
        lean: [0, 0, 0.001],
        share: [1, -1, 1, -1],
      },
      {
        joints: ["FR_thigh_joint", "FL_thigh_joint", "RR_thigh_joint", "RL_thigh_joint"],
        follows: "linVel",
        sine: [0.086, 0, 0],
        cosine: [0.029, 0, 0],
        lean: [-0.141, 0, 0],
      },
      {
        joints: ["FR_thigh_joint", "FL_thigh_joint", "RR_thigh_joint", "RL_thigh_joint"],
        follows: "gravity",
        sine: [0.148, 0, 0],
        cosine: [-0.038, 0, 0],
        lean: [-0.007, 0, 0],
      },
      {
        joints: ["FR_thigh_joint", "FL_thigh_joint", "RR_thigh_joint", "RL_thigh_joint"],
        follows: "gyro",
        sine: [0, -0.02, 0],
        cosine: [0, -0.008, 0],
        lean: [0, -0.015, 0],
      },
    ],
  },
  scale: {
    FR_hip_joint: 0.16,
    FR_thigh_joint: 0.16,
    FR_calf_joint: 0.16,
    FL_hip_joint: 0.16,
    FL_thigh_joint: 0.16,
    FL_calf_joint: 0.16,
    RR_hip_joint: 0.16,
    RR_thigh_joint: 0.16,
    RR_calf_joint: 0.16,
    RL_hip_joint: 0.16,
    RL_thigh_joint: 0.16,
    RL_calf_joint: 0.16,
  },
  shown: 0.5,
  strideSteps: 16,
  clearance: 0.0738,
  soles: [0.00653, 0.00653, 0.00653, 0.00653],
  standing: 0.278,
  commandsFrom: 0.355,
};
