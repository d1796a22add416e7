/**
 * How a walking root sways, for goals that do not come from a clip. A policy whose only goal is the root takes the rhythm of its steps from
 * the sway; without it the robot falls.
 */
import { fromAxisAngle, multiply } from "../../math/quat.ts";
import type { PartReader, Sway } from "./clip-motion.ts";

const degrees = (angle: number) => (angle * Math.PI) / 180;
/** Phases of the parts, of HumanoidTrack's clips; roll and yaw differ by up to 20° between clips. */
const RISE = -degrees(25);
const ROLL = -degrees(105);
const YAW = degrees(145);
/** No sway. */
const NONE: Sway = { hz: 0, lateral: 0, rise: 0, roll: 0, yaw: 0 };

/** The sway at one phase: fields hold what `at` computed last. */
export class RootSway {
  /** [3] m from the goal's place, world frame */
  readonly offset = new Float64Array(3);
  /** [3] m/s, world frame */
  readonly velocity = new Float64Array(3);
  /** rad and rad/s */
  yaw = 0;
  yawRate = 0;
  /** [4] the root's orientation: heading, yaw and roll */
  readonly quat = new Float64Array([1, 0, 0, 0]);
  readonly #sway: Sway;
  readonly #roll = new Float64Array(4);

  constructor(sway: Sway = NONE) {
    this.#sway = sway;
  }

  /** rad/s */
  get rate(): number {
    return 2 * Math.PI * this.#sway.hz;
  }

  /** @param phase θ, rad @param heading of the goal, rad */
  at(phase: number, heading: number): void {
    const { lateral, rise, roll, yaw } = this.#sway;
    const { rate } = this;
    const [left, leftVel] = [lateral * Math.cos(phase), -rate * lateral * Math.sin(phase)];
    const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
    this.offset[0] = -sine * left;
    this.offset[1] = cosine * left;
    this.offset[2] = rise * Math.cos(2 * phase + RISE);
    this.velocity[0] = -sine * leftVel;
    this.velocity[1] = cosine * leftVel;
    this.velocity[2] = -2 * rate * rise * Math.sin(2 * phase + RISE);
    this.yaw = yaw * Math.cos(phase + YAW);
    this.yawRate = -rate * yaw * Math.sin(phase + YAW);
    fromAxisAngle(this.quat, 0, 0, 0, 1, heading + this.yaw);
    fromAxisAngle(this.#roll, 0, 1, 0, 0, roll * Math.cos(phase + ROLL));
    multiply(this.quat, 0, this.quat, 0, this.#roll, 0);
  }

  /** The phase of a robot that walks: by how fast its root goes to the left and rolls. @param heading rad */
  phaseOf({ pointVel, spins }: PartReader, heading: number): number {
    const { lateral, roll } = this.#sway;
    const { rate } = this;
    if (rate === 0) return 0;
    const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
    const left = cosine * pointVel[1] - sine * pointVel[0];
    const rolls = cosine * spins[0] + sine * spins[1];
    return Math.atan2(-left / (rate * lateral), rolls / (rate * roll));
  }
}
