/** What the tasks of the LEAP hand share. Figures: MuJoCo Playground, LEAP hand. */
import type { ResetContext } from "../moment.ts";
import { centreOfMass, driveGains, friction, inertia, jointField, jointZeros, masses } from "../randomisation.ts";
import { type HandWithCube, HOME, handWithCube } from "./hand-with-cube.ts";

/** Thumb, index, middle and ring finger, in the order of observations. */
const TIPS = ["th_tip", "if_tip", "mf_tip", "rf_tip"];

/** Scene, robot, rates and differences. */
export const leapHand = {
  family: "manipulation",
  scene: "scenes/leap_hand-cube.xml",
  robot: handWithCube(TIPS),
  keyframe: HOME,
  randomise: {
    fingertips: friction(TIPS, [0.5, 1.0]),
    // as published: the cube's inertia differs, its mass does not
    cubeInertia: inertia("cube", [0.8, 1.2]),
    cubeCentre: centreOfMass("cube", 0.005),
    jointZeros: jointZeros(0.05),
    dryFriction: jointField("dof_frictionloss", [0.5, 2.0]),
    armature: jointField("dof_armature", [1.0, 1.05]),
    masses: masses([0.9, 1.1], /^(palm|(if|mf|rf|th)_\w+)$/),
    stiffness: driveGains([0.8, 1.2]),
    damping: jointField("dof_damping", [0.8, 1.2]),
  },
} as const;

/** Physics and control rates. */
export const leapTiming = { controlHz: 20, physicsHz: 100 } as const;

/** Sets hand and cube down; the drives hold the hand's pose. */
export function placeLeap({ robot, rng }: ResetContext<HandWithCube>): void {
  robot.placeHand(rng);
  robot.holdPose();
  robot.placeCube(rng);
}

/** rad, uniform in ±, of the joints' encoders */
export const ENCODER_NOISE = 0.05;
