/** An arm of ALOHA that a script leads by its hand: places and orientations become actions of `alohaIncrements`. */
import type { Simulation } from "../../physics/simulation.ts";
import { ALOHA_JOINTS } from "./aloha.ts";
import { ArmReach } from "./arm-reach.ts";

/** How far an action moves. */
export interface Pace {
  /** rad per unit of action */
  readonly step: number;
  /** Share of the missing moves that an action makes, at most */
  readonly share: number;
  /** s, by joint, of the servos: see `ArmReach.missing` */
  readonly lags: readonly number[];
}

/** One arm. */
export class LedArm {
  readonly #reach: ArmReach;
  readonly #pace: Pace;

  constructor(sim: Simulation, side: "left" | "right", pace: Pace) {
    const joints = ALOHA_JOINTS.map((joint) => `${side}/${joint}`);
    this.#reach = new ArmReach(sim, `${side}/gripper`, joints);
    this.#pace = pace;
  }

  /** [3] m, where the place between its fingertips has to go; a script writes it */
  get place(): Float64Array {
    return this.#reach.position;
  }

  /** [9] its rotation, row by row; a script writes it */
  get rotation(): Float64Array {
    return this.#reach.rotation;
  }

  /** Writes the actions of the six joints. Each moves as far as it may, so a hand reaches a distant place on a curve. */
  write(action: Float64Array, offset: number): void {
    const { step, share, lags } = this.#pace;
    const moves = this.#reach.moves(lags);
    for (let j = 0; j < moves.length; j++) action[offset + j] = limited((share * moves[j]) / step, -1, 1);
  }
}

/** @param yaw rad, direction of a hand about the vertical, from x @param pitch rad, how far it looks down @returns its rotation matrix, into `out` [9] */
export function headHand(out: Float64Array, yaw: number, pitch: number): void {
  const [c, s, down, level] = [Math.cos(yaw), Math.sin(yaw), Math.sin(pitch), Math.cos(pitch)];
  const rows = [c * level, -s, c * down, s * level, c, s * down, -down, 0, level];
  for (let i = 0; i < 9; i++) out[i] = rows[i];
}

/** A value within limits. */
export const limited = (value: number, low = 0, high = 1) => Math.max(low, Math.min(high, value));
