/**
 * Turn a cube about the vertical in the Aero hand's palm. Figures, terms and their order: MuJoCo Playground, Aero cube rotation.
 * As in all tasks here an observation looks ahead: it holds the action just taken. The first one is that of the real state, where
 * Playground's has tendons of length 0. Terms of weight 0 are omitted, and so is the cube's friction, which Playground draws and then
 * overwrites.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import type { MomentBase } from "../moment.ts";
import { centreOfMass, driveGains, friction, inertia, jointField, jointZeros, masses } from "../randomisation.ts";
import { readings } from "../readings.ts";
import { distSq } from "../terms/norms.ts";
import {
  cubeHandle,
  driveForces,
  drop,
  fingertips,
  HandWithCube,
  HOME,
  hasDropped,
  trueCube,
  trueHand,
  turned,
  turningRate,
} from "./hand-with-cube.ts";

/** Index, middle, ring and little finger, then the thumb. */
const TIPS = ["if_tip", "mf_tip", "rf_tip", "pf_tip", "th_tip"];
const FINGERS = ["index", "middle", "ring", "pinky"];

/** m per unit of action (rad of the joint), around the controls of home. */
const SCALES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(FINGERS.map((finger) => [`right_${finger}_A_tendon`, 0.02])),
  right_thumb_A_cmc_abd: 0.7,
  right_th1_A_tendon: 0.003,
  right_th2_A_tendon: 0.012,
};

/** Share of these in the lesson, whose first noise then leaves the cube in the hand. */
const GENTLE = 0.3;

/** Lengths that the hand measures. */
const TENDONS = ["len_if", "len_mf", "len_rf", "len_pf", "len_th1", "len_th2"];

/** Readings of the hand, which measures tendons in place of most joints. */
class AeroHand extends HandWithCube {
  /** [6] m, of the four fingers' flexors and the thumb's two */
  readonly tendons = new Float64Array(TENDONS.length);
  /** Of the thumb, rad. */
  abduction = 0;
  readonly #sim: Simulation;
  readonly #places: Int32Array;
  readonly #abduction: number;

  constructor(sim: Simulation) {
    super(sim, TIPS);
    this.#sim = sim;
    this.#places = Int32Array.from(TENDONS, (sensor) => sim.sensor(sensor).address);
    this.#abduction = sim.sensor("len_th_abd").address;
  }

  override update(): void {
    super.update();
    const { sensordata } = this.#sim;
    for (let i = 0; i < this.tendons.length; i++) this.tendons[i] = sensordata[this.#places[i]];
    this.abduction = sensordata[this.#abduction];
  }
}

type Turning = MomentBase<AeroHand>;

const reward = {
  turn: { weight: 1, of: turningRate },
  actionRate: { weight: -1, of: (s: Turning) => distSq(s.action, s.lastAction) },
  drop: { weight: -100, of: (s: Turning) => (s.terminated ? 1 : 0) },
};

/** How far the drives go. @param share of the task's scales */
const around = (share: number) => direct({ squash: "none", around: "home", scale: (drive) => share * SCALES[drive] });

/** Turn the cube to the left, as fast as can be. */
export const aeroCubeRotateZAxis = defineTask({
  name: "AeroCubeRotateZAxis",
  family: "manipulation",
  scene: "scenes/aero_hand-cube.xml",
  timing: { controlHz: 20, physicsHz: 100, episodeSeconds: 25 },
  robot: readings((sim) => new AeroHand(sim)),
  keyframe: HOME,
  action: around(1),
  randomise: {
    fingertips: friction(TIPS, [0.5, 1.0]),
    // as published: the cube's inertia differs, its mass does not
    cubeInertia: inertia("cube", [0.8, 1.2]),
    cubeCentre: centreOfMass("cube", 0.005),
    jointZeros: jointZeros(0.05, "hinges"),
    dryFriction: jointField("dof_frictionloss", [0.5, 2.0], "hinges"),
    armature: jointField("dof_armature", [1.0, 1.05], "hinges"),
    masses: masses([0.9, 1.1], /^(palm|right_\w+)$/),
    stiffness: driveGains([0.8, 1.2]),
    damping: jointField("dof_damping", [0.8, 1.2], "hinges"),
  },

  // the drives hold home, wherever the joints begin
  reset: ({ robot, rng }) => {
    robot.placeHand(rng);
    robot.placeCube(rng);
    robot.hideGoal();
  },

  observe: {
    tendons: { of: (s) => s.robot.tendons, noise: 0.005, unit: "m" },
    thumbAbduction: { of: (s) => s.robot.abduction, noise: 0.05, unit: "rad" },
    lastAction: { of: (s) => s.lastAction },
  },
  critic: { ...trueHand, ...driveForces("N, N·m of the thumb's abduction"), ...fingertips, ...trueCube },

  reward,
  rewardPerSecond: true,

  handles: { cube: cubeHandle },
  lessons: {
    gentle: {
      about:
        "drives that go less far, so that noise leaves the cube in the hand; what changes cost as much as in the task, and a drop four times as much",
      action: around(GENTLE),
      reward: {
        ...reward,
        actionRate: { ...reward.actionRate, weight: GENTLE ** 2 * reward.actionRate.weight },
        drop: { ...reward.drop, weight: 4 * reward.drop.weight },
      },
    },
  },

  terminate: { dropped: hasDropped },
  goal: { drop, counters: { turned } },
});
