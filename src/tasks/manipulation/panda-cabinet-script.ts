/**
 * A scripted controller that pulls the drawer open with the Panda: what a lesson advises. It has no memory: where hand, fingers and drawer are
 * decides what comes next. Far from the handle every joint moves to a pose before it. Near it the hand moves along lines, fingers above and
 * below the bar, grips, and moves by what is missing between handle and target.
 *
 * The hand comes obliquely from the left. Straight from the front, joints 4 and 6 reach their limits; from further aside, the palm hits the bar.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { pandaArm } from "../actions/panda-arm.ts";
import { ArmReach } from "./arm-reach.ts";
import { ARM_JOINT_NAMES, ARM_JOINTS, PandaRobot } from "./panda.ts";

/** s, by joint: the servos' own, damping over stiffness, on the way to the pose; longer ones near the handle, where 0.06 s overshoots */
const SERVO_LAGS = [0.06, 0.06, 0.0587, 0.0587, 0.0133, 0.0133, 0.0133];
const LAGS = [0.11, 0.11, 0.11, 0.11, 0.06, 0.06, 0.06];
/** rad per unit of action */
const STEP = 0.04;
/** Shares of the missing moves that an action makes: on the way to the pose, and near the handle */
const WAY_SHARE = 0.6;
const SHARE = 0.8;
/** rad, the most that controls are ahead of joints on the way: more only adds up */
const MOST_LEAD = 0.3;
/** rad, of the hand: how far it looks to the right, and down */
const YAW = -0.8;
const PITCH = 0.4;
/** rad, joint 7 in the pose, and the others roughly: by them the solution is chosen */
const LAST_JOINT = 0.9;
const BENT = [0, -1, 0, -2, 0, 2.4, LAST_JOINT];
/** m, from the gripper to the place that the kinematics call the tip */
const TIP = 0.0034;
/** m, before the handle: where the pose is, and where the gripper grips it, so that no finger touches the front behind */
const BEFORE = 0.08;
const SHORT_OF = 0.006;
/** m, of the handle in the closed drawer */
const HANDLE = [0.5, 0, 0.5];
/** m and rad from the handle up to which the hand moves along lines, and over which it changes to the pose */
const [NEAR, NEAR_ANGLE] = [0.12, 0.5];
const [FADE, FADE_ANGLE] = [0.05, 0.3];
/** m off the line to the handle, at 0.1 m a radian, up to which the hand moves in, and over which it moves back */
const [ALIGNED, ALIGN] = [0.02, 0.02];
const METRES_PER_RADIAN = 0.1;
/** m, finger positions: opened so far it holds nothing; closed so far it soon holds the bar, and pulls */
const OPEN = 0.03;
const HOLDS = 0.026;
/** m between gripper and handle within which open fingers close, and closed fingers stay closed */
const AT_HANDLE = 0.012;
const IN_HAND = 0.03;
/** m, of the way to the target that is aimed at: the more the handle slips, the less the hand pulls */
const AHEAD = 0.1;
const FINGER = ARM_JOINTS; // in qpos

/** A Panda that knows how a drawer is pulled open. */
export class OpeningPanda extends PandaRobot {
  readonly #sim: Simulation;
  readonly #reach: ArmReach;
  /** [7] rad, before the handle */
  readonly #pose: Float64Array;
  readonly #action = new Float64Array(ARM_JOINTS + 1);
  readonly #site: number;

  constructor(sim: Simulation) {
    super(sim, "handle");
    this.#sim = sim;
    this.#site = sim.siteId("gripper");
    this.#reach = new ArmReach(sim, "gripper", ARM_JOINT_NAMES);
    this.#reach.rotation.set(handTurn(YAW, PITCH));
    this.#pose = poseBefore(this.#reach.rotation);
  }

  /** What the script would do now, an action of `pandaIncrements` [8]; overwritten by the next call. */
  advise(): Float64Array {
    const width = this.#sim.qpos[FINGER];
    const isAt = this.reach < (width < OPEN ? IN_HAND : AT_HANDLE);
    const angle = this.#angle();
    this.#grip();
    if (isAt) this.#reach.position[0] += width < HOLDS ? clamp(this.toTarget[0], AHEAD) : 0;
    else this.#reach.position[0] -= this.#back(angle);
    const far = isAt ? 0 : share((this.reach - NEAR) / FADE + (angle - NEAR_ANGLE) / FADE_ANGLE);
    this.#write(far);
    this.#action[ARM_JOINTS] = isAt ? -1 : 1;
    return this.#action;
  }

  /** Blends the moves to the pose, weighted by `far`, with those along the line. */
  #write(far: number): void {
    const { qpos, qvel } = this.#sim;
    const moves = this.#reach.moves(LAGS);
    let most = STEP / SHARE;
    for (let j = 0; j < ARM_JOINTS; j++) most = Math.max(most, Math.abs(moves[j]));
    for (let j = 0; j < ARM_JOINTS; j++) {
      const missing = this.#pose[j] - qpos[j] - SERVO_LAGS[j] * qvel[j];
      const action = far * clamp((WAY_SHARE * missing) / STEP, 1) + ((1 - far) * moves[j]) / most;
      const lead = this.lead[j];
      this.#action[j] = clamp((clamp(lead + STEP * action, MOST_LEAD) - lead) / STEP, 1);
    }
  }

  /** Around the handle. */
  #grip(): void {
    const { position, rotation } = this.#reach;
    for (let i = 0; i < 3; i++) position[i] = this.object[i] - SHORT_OF * rotation[3 * i + 2];
  }

  /** m before the handle, none once the hand is on the line to it */
  #back(angle: number): number {
    const off = Math.hypot(this.toObject[1], this.toObject[2]) + METRES_PER_RADIAN * angle;
    return BEFORE * share((off - ALIGNED) / ALIGN);
  }

  /** rad between the hand's orientation and that in which it grips */
  #angle(): number {
    const { siteXmat } = this.#sim;
    let trace = 0;
    for (let i = 0; i < 9; i++) trace += this.#reach.rotation[i] * siteXmat[9 * this.#site + i];
    return Math.acos(clamp((trace - 1) / 2, 1));
  }
}

/** Rotation matrix [9] of a hand whose fingers open upwards and downwards: columns up × ahead, up, ahead. */
function handTurn(yaw: number, pitch: number): readonly number[] {
  const [c, s, down, level] = [Math.cos(yaw), Math.sin(yaw), Math.sin(pitch), Math.cos(pitch)];
  return [-s, down * c, level * c, c, down * s, level * s, 0, level, -down];
}

/** [7] rad, the joints of a hand turned so, before the closed drawer's handle */
function poseBefore(rotation: Float64Array): Float64Array {
  const pose = new Float64Array(ARM_JOINTS);
  const place = HANDLE.map((value, i) => value + (TIP - SHORT_OF) * rotation[3 * i + 2]);
  place[0] -= BEFORE;
  if (!pandaArm.inverse(place, rotation, BENT, pose))
    throw new Error("panda-cabinet-script: no joints put the hand there");
  return pose;
}

/** Cut off at 0 and 1. */
const share = (value: number) => Math.max(0, Math.min(1, value));
/** Cut off at ±most. */
const clamp = (value: number, most: number) => Math.max(-most, Math.min(most, value));
