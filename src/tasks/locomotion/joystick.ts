/**
 * Observation terms that the joystick robots share, as slices of their tables. Noise, units and names: the joystick tasks of MuJoCo
 * Playground.
 */

import type { Footing } from "../define-task.ts";
import { AXIAL, POLAR, TWIST } from "../mirror.ts";

/** State of any of these robots. */
interface Walking {
  readonly robot: {
    readonly linVel: ArrayLike<number>;
    readonly gyro: ArrayLike<number>;
    readonly gravity: ArrayLike<number>;
    readonly jointPos: ArrayLike<number>;
    readonly jointVel: ArrayLike<number>;
    readonly torque: ArrayLike<number>;
    readonly baseHeight: number;
    readonly footVel: ArrayLike<number>;
    readonly sensors: { readonly accelerometer: ArrayLike<number>; readonly worldAngVel: ArrayLike<number> };
  };
  readonly feet: { readonly contact: ArrayLike<number>; readonly airTime: ArrayLike<number> };
  readonly command: Float64Array;
  readonly lastAction: ArrayLike<number>;
}
/** Where a robot on the move is. */
interface Moving {
  readonly robot: {
    readonly position: ArrayLike<number>;
    readonly twist: ArrayLike<number>;
    readonly footHeight: ArrayLike<number>;
    readonly footVel: ArrayLike<number>;
  };
  readonly feet: { readonly contact: ArrayLike<number> };
}
/** State of a robot with a gait clock. */
interface Clocked {
  readonly gait: { readonly signals: ArrayLike<number> };
}

/** The policy's readings of the body. */
export const bodyFelt = {
  linVel: { of: (s: Walking) => s.robot.linVel, noise: 0.1, unit: "m/s, body frame", mirror: POLAR },
  gyro: { of: (s: Walking) => s.robot.gyro, noise: 0.2, unit: "rad/s, body frame", mirror: AXIAL },
  gravity: { of: (s: Walking) => s.robot.gravity, noise: 0.05, unit: "unit vector, body frame", mirror: POLAR },
} as const;

/** The command. */
export const joystickSays = {
  command: { of: (s: Walking) => s.command, unit: "m/s, m/s, rad/s", mirror: TWIST },
} as const;

/** The policy's readings of the joints. @param encoderNoise rad, one for all or one per joint of a leg */
export function jointsFelt(encoderNoise: number | readonly number[] = 0.03) {
  return {
    jointPos: { of: (s: Walking) => s.robot.jointPos, noise: encoderNoise, unit: "rad from home", mirror: "joints" },
    jointVel: { of: (s: Walking) => s.robot.jointVel, noise: 1.5, unit: "rad/s", mirror: "joints" },
    lastAction: { of: (s: Walking) => s.lastAction, mirror: "joints" },
  } as const;
}

/** Gait phase of a robot on two legs. */
export const clockRead = {
  gait: { of: (s: Clocked) => s.gait.signals, unit: "cos of both phases, left first, then sin", mirror: "sides" },
} as const;

/** For the critic only: the same without noise. */
export const trueState = {
  trueGyro: { of: (s: Walking) => s.robot.gyro, unit: "rad/s, body frame", mirror: AXIAL },
  accelerometer: { of: (s: Walking) => s.robot.sensors.accelerometer, unit: "m/s², body frame", mirror: POLAR },
  trueGravity: { of: (s: Walking) => s.robot.gravity, unit: "unit vector, body frame", mirror: POLAR },
  trueLinVel: { of: (s: Walking) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
  worldAngVel: { of: (s: Walking) => s.robot.sensors.worldAngVel, unit: "rad/s, world frame", mirror: AXIAL },
  trueJointPos: { of: (s: Walking) => s.robot.jointPos, unit: "rad from home", mirror: "joints" },
  trueJointVel: { of: (s: Walking) => s.robot.jointVel, unit: "rad/s", mirror: "joints" },
} as const;

/** Height of the base, for the critic. */
export const trueHeight = {
  baseHeight: { of: (s: Walking) => s.robot.baseHeight, unit: "m", mirror: "same" },
} as const;

/** Readings of motors and feet, for the critic. */
export const trueEffort = {
  torque: { of: (s: Walking) => s.robot.torque, unit: "N·m", mirror: "joints" },
  contact: { of: (s: Walking) => s.feet.contact, mirror: "sides" },
  footVel: { of: (s: Walking) => s.robot.footVel, unit: "m/s, world frame", mirror: { sides: POLAR } },
  airTime: { of: (s: Walking) => s.feet.airTime, unit: "s", mirror: "sides" },
} as const;

/** For evaluation: how the robot moves, and where its feet are. */
export const measuredWalk = {
  measured: (s: Moving) => s.robot.twist,
  footing: ({ robot: { position, footHeight, footVel }, feet: { contact } }: Moving): Footing => ({
    position,
    footHeight,
    contact,
    ...(footVel.length > 0 && { footVel }),
  }),
};
