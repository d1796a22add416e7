/**
 * A scripted controller that picks a cube up with the Panda and carries it to its target: what lessons advise. It has no memory: where hand,
 * fingers and cube are says what comes next. The hand comes from above, tilted outwards where the cube lies far away, since straight down it
 * reaches 0.8 m; then it closes, and moves by what is missing between cube and target.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { ArmReach } from "./arm-reach.ts";
import { ARM_JOINT_NAMES, ARM_JOINTS, PandaRobot } from "./panda.ts";

/** s, by trial: the servos themselves lag by 60/1000 at most, but by 0.06 the script succeeds in 67 % of starts, by 0.1 in 98 % */
const LAGS = new Array<number>(ARM_JOINTS).fill(0.1);
/** rad per unit of action */
const STEP = 0.04;
/** Share of the missing moves that an action makes, at most: on the way, and near the place */
const QUICK = 1;
const CALM = 0.6;
const NEAR = 0.04; // m
/** m before the cube along the hand where the descent begins */
const BEFORE = 0.07;
/** m, finger positions: opened so far it holds nothing; closed so far it holds the cube */
const OPEN = 0.03;
const HOLDS = 0.0235;
/** m between gripper and cube within which open fingers close, and closed fingers stay closed */
const AT_CUBE = 0.015;
const IN_HAND = 0.03;
/** m, horizontal distance from which the hand tilts, rad per m, and rad at most */
const TILTS_FROM = 0.64;
const TILT = 4;
const MOST_TILT = 0.8;
/** Share of the tilt at the target with which a cube that will be turned is gripped: with all of it, the way down takes too long */
const EARLY = 0.4;
const FINGER = ARM_JOINTS; // in qpos
/** m, height from which the cube turns in the air */
const LIFTED = 0.06;

/** A Panda that knows how a cube is picked. */
export class PickingPanda extends PandaRobot {
  readonly #script: PickScript;

  /** As the constructor of `PandaRobot`. @param turned whether the cube has an orientation to take */
  constructor(sim: Simulation, object: string, keyframes: readonly string[], turned: boolean) {
    super(sim, object, keyframes);
    this.#script = new PickScript(sim, this, turned);
  }

  /** What the script would do now [8]; overwritten by the next call. */
  advise(): Float64Array {
    return this.#script.advise();
  }
}

/** Advises actions of `pandaIncrements`. */
class PickScript {
  readonly #sim: Simulation;
  readonly #robot: PandaRobot;
  readonly #reach: ArmReach;
  /** Whether the cube is turned as its target is, once it is in the hand */
  readonly #turned: boolean;
  readonly #action = new Float64Array(ARM_JOINTS + 1);
  /** Middle of the gripper's rotation in `siteXmat` */
  readonly #yy: number;

  constructor(sim: Simulation, robot: PandaRobot, turned: boolean) {
    this.#sim = sim;
    this.#robot = robot;
    this.#turned = turned;
    this.#reach = new ArmReach(sim, "gripper", ARM_JOINT_NAMES);
    this.#yy = 9 * sim.siteId("gripper") + 4;
  }

  /** @returns [8] overwritten by the next call */
  advise(): Float64Array {
    const { reach } = this.#robot;
    const width = this.#sim.qpos[FINGER];
    const isHeld = reach < (width < OPEN ? IN_HAND : AT_CUBE);
    if (isHeld && width < HOLDS) this.#carry();
    else this.#approach(isHeld);
    const share = this.#reach.distance < NEAR ? CALM : QUICK;
    const moves = this.#reach.moves(LAGS);
    let most = 1;
    for (let j = 0; j < ARM_JOINTS; j++) most = Math.max(most, (share * Math.abs(moves[j])) / STEP);
    for (let j = 0; j < ARM_JOINTS; j++) this.#action[j] = (share * moves[j]) / STEP / most;
    this.#action[ARM_JOINTS] = isHeld ? -1 : 1;
    return this.#action;
  }

  /** Towards the cube: first to a place before it, then down, once the fingers will pass it on both sides. */
  #approach(isHeld: boolean): void {
    const { object, target, toObject } = this.#robot;
    this.#tilt(Math.max(tiltOver(object), this.#turned ? this.#tiltFor(target) : 0));
    const { position, rotation } = this.#reach;
    let along = 0;
    for (let i = 0; i < 3; i++) along += toObject[i] * rotation[3 * i + 2];
    const off = Math.sqrt(Math.max(0, this.#robot.reach ** 2 - along ** 2));
    const isLevel = Math.abs(this.#sim.siteXmat[this.#yy]) > 0.9;
    const mayPass = isLevel && off < (along < 0.05 ? 0.035 : 0.012 + 0.15 * along);
    const before = isHeld || mayPass ? 0 : BEFORE;
    for (let i = 0; i < 3; i++) position[i] = object[i] - before * rotation[3 * i + 2];
  }

  #carry(): void {
    const { gripper, target, toTarget, object } = this.#robot;
    const { position } = this.#reach;
    this.#tilt(tiltOver(target));
    for (let i = 0; i < 3; i++) position[i] = gripper[i] + toTarget[i];
    if (this.#turned && object[2] > LIFTED) this.#turn();
  }

  /** The hand's direction: fingers along y, tilted in the x–z plane, rad. */
  #tilt(tilt: number): void {
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    this.#reach.rotation.set([c, 0, s, 0, -1, 0, s, 0, -c]);
  }

  /** rad, with which the cube is gripped, so that the hand is less upright once the cube is turned as the target is. */
  #tiltFor(target: Float64Array): number {
    const { targetMatrix } = this.#robot;
    const pitch = Math.atan2(targetMatrix[2], targetMatrix[8]);
    return EARLY * Math.min(MOST_TILT, tiltOver(target) + pitch);
  }

  /** The hand as it is, turned by what the cube has to turn: R_target·R_cubeᵀ·R_hand. */
  #turn(): void {
    const { targetMatrix: T, objectMatrix: C } = this.#robot;
    const hand = this.#sim.siteXmat.subarray(this.#yy - 4, this.#yy + 5);
    const { rotation } = this.#reach;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) for (let m = 0; m < 3; m++) sum += T[3 * i + k] * C[3 * m + k] * hand[3 * m + j];
        rotation[3 * i + j] = sum;
      }
  }
}

/** rad, of the hand over a place [3] */
const tiltOver = ([x, y]: ArrayLike<number> & Iterable<number>) =>
  Math.max(0, Math.min(MOST_TILT, TILT * (Math.hypot(x, y) - TILTS_FROM)));
