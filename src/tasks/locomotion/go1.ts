/** What the tasks of the Unitree Go1 share. Figures: MuJoCo Playground, Go1. */
import { legged } from "../legged-robot.ts";
import { centreOfMass, friction, jointField, jointZeros, masses, payload } from "../randomisation.ts";

/** Legs in the order of joints, sensors and readings: right and left of the front, right and left of the rear. */
export const FEET = ["FR", "FL", "RR", "RL"];

/** Sensors of the feet's contacts with the floor. */
export const FOOT_CONTACTS = FEET.map((foot) => `${foot}_floor_found`);

/** Readings of the robot; home is the keyframe of that name. */
export const go1 = legged({
  root: "root",
  home: "home",
  imu: "imu",
  gyro: "gyro",
  linVel: "local_linvel",
  feet: FEET,
  footVelocities: FEET.map((foot) => `${foot}_global_linvel`),
  groups: {
    frontLegs: (joint) => joint.startsWith("F"),
    rearLegs: (joint) => joint.startsWith("R"),
  },
  sensors: {
    accelerometer: "accelerometer",
    imuPos: "position",
    up: "upvector",
    forward: "forwardvector",
    worldLinVel: "global_linvel",
    worldAngVel: "global_angvel",
  },
});

/** What terms see as `s.robot`. */
export type Go1 = ReturnType<typeof go1.bind>;

/** Differences between robots and between floors. */
export const go1Differences = {
  floor: friction(["floor"], [0.4, 1.0]),
  dryFriction: jointField("dof_frictionloss", [0.9, 1.1]),
  armature: jointField("dof_armature", [1.0, 1.05]),
  trunkCentre: centreOfMass("trunk", 0.05),
  masses: masses([0.9, 1.1]),
  payload: payload("trunk", [-1, 1]),
  jointZeros: jointZeros(0.05),
};
