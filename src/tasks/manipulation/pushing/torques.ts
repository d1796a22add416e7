/** Torques with which the torque-driven Panda moves its gripper at a velocity, actions of `PandaRobotiqPushCube`. */
import type { Simulation } from "../../../physics/simulation.ts";
import { ArmReach } from "../arm-reach.ts";
import { ARM_JOINT_NAMES, ARM_JOINTS } from "../panda.ts";

/** kg·m², of the arm with its armature, at home: near enough everywhere over the table */
const INERTIA = [
  [1.678, -0.066, 1.478, -0.043, -0.034, 0.014, -0.01],
  [-0.066, 2.119, -0.101, -1.035, -0.009, -0.188, 0],
  [1.478, -0.101, 1.528, -0.014, -0.029, 0.019, -0.01],
  [-0.043, -1.035, -0.014, 1.303, 0.025, 0.231, 0.001],
  [-0.034, -0.009, -0.029, 0.025, 0.128, -0.001, 0.004],
  [0.014, -0.188, 0.019, 0.231, -0.001, 0.179, -0.001],
  [-0.01, 0, -0.01, 0.001, 0.004, -0.001, 0.105],
];
/** N·m·s/rad, of the joints */
const DAMPING = 1;
/** N·m per unit of action, and at most */
const PER_ACTION = [15, 15, 15, 15, 2, 2, 2];
const MOST = [8, 8, 8, 8, 2, 2, 2];
/** 1/s, with which joints take their velocities, and with which the elbow returns to where it is at home */
const FOLLOW = 12;
const RETURN = 1.5;

/** Follows velocities of the site `gripper`. */
export class PandaTorques {
  readonly #sim: Simulation;
  readonly #reach: ArmReach;
  readonly #home: readonly number[];
  readonly #rest = new Float64Array(ARM_JOINTS);
  readonly #action = new Float64Array(ARM_JOINTS);

  /** @param home [7] rad */
  constructor(sim: Simulation, home: readonly number[]) {
    this.#sim = sim;
    this.#reach = new ArmReach(sim, "gripper", ARM_JOINT_NAMES);
    this.#home = home;
  }

  /**
   * Torques too large are all reduced by the same factor.
   * @param twist [6] m/s, then rad/s, about the world's axes
   * @returns [7] overwritten by the next call
   */
  actions(twist: ArrayLike<number>): Float64Array {
    const { qpos, qvel } = this.#sim;
    for (let j = 0; j < ARM_JOINTS; j++) this.#rest[j] = RETURN * (this.#home[j] - qpos[j]);
    const rates = this.#reach.rates(twist, this.#rest);
    const action = this.#action;
    let excess = 1;
    for (let i = 0; i < ARM_JOINTS; i++) {
      let torque = DAMPING * qvel[i];
      for (let j = 0; j < ARM_JOINTS; j++) torque += FOLLOW * INERTIA[i][j] * (rates[j] - qvel[j]);
      action[i] = torque / PER_ACTION[i];
      excess = Math.max(excess, Math.abs(torque) / MOST[i]);
    }
    for (let i = 0; i < ARM_JOINTS; i++) action[i] /= excess;
    return action;
  }
}
