/** What the tasks of Spot share. Figures: MuJoCo Playground, Spot. */
import { legged } from "../legged-robot.ts";
import { AXIAL, POLAR } from "../mirror.ts";

/** Legs in the order of joints, sensors and readings: left and right of the front, left and right of the rear. */
export const FEET = ["FL", "FR", "HL", "HR"];

/** Sensors of the feet's contacts with the floor. */
export const FOOT_CONTACTS = FEET.map((foot) => `${foot}_floor_found`);

const names = {
  root: "freejoint",
  home: "home",
  imu: "imu",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: FEET,
  footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
  groups: { sideways: (joint: string) => joint.endsWith("_hx") },
  sensors: {
    accelerometer: "accelerometer",
    up: "upvector",
    worldLinVel: "global_linvel",
    worldAngVel: "global_angvel",
  },
} as const;

/** Readings of the robot that touches the ground with all it has. */
export const wholeSpot = legged(names);

/** Readings of the robot that touches with its feet. */
export const spot = legged({ ...names, footPositions: FEET.map((foot) => `${foot}_pos`) });

/** State of either. */
export interface SpotState {
  readonly robot: ReturnType<typeof wholeSpot.bind>;
  readonly lastAction: ArrayLike<number>;
}

/** Turning rate and upright direction. @param gyro rad/s @param up noise of each value */
export function postureFelt(gyro: number, up: number) {
  return {
    gyro: { of: (s: SpotState) => s.robot.gyro, noise: gyro, unit: "rad/s, body frame", mirror: AXIAL },
    up: {
      of: (s: SpotState) => s.robot.sensors.up,
      noise: up,
      unit: "direction of the body's z axis, world frame",
      mirror: POLAR,
    },
  } as const;
}

export const ENCODER_NOISE = 0.05; // rad

/** How far the joints are from where their drives pull them, as the encoders of the term "jointPos" say. */
export const targetErrors = {
  targetError: {
    of: (s: SpotState) => s.robot.targetError,
    noise: { as: "jointPos" },
    unit: "rad from the target",
    mirror: "joints",
  },
} as const;

/** Cosine of the tilt below which an episode is over. */
export const LEAST_UPRIGHT = 0.85;
