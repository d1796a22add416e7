/**
 * A scripted controller that lifts the cube by leading the Panda's tip: what a lesson advises. It has no memory. The tip moves above the cube
 * and down, the fingers close, and the tip moves by what is missing between cube and target.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { ArmReach } from "./arm-reach.ts";
import { ARM_JOINT_NAMES, ARM_JOINTS, PandaRobot } from "./panda.ts";

/** s, by joint: a little more than the servos' own, so that the tip does not swing at 20 steps a second */
const LAGS = new Array<number>(ARM_JOINTS).fill(0.1);
/** m per unit of action */
const STEP = 0.005;
/** Share of the missing way that an action makes, at most */
const SHARE = 0.5;
/** m above the cube where the descent begins, and how far off its axis along y the hand may be, and over which way it goes back up */
const ABOVE = 0.07;
const [ALIGNED, ALIGN] = [0.008, 0.01];
/** m, finger positions: opened so far it holds nothing; closed so far it holds the cube */
const OPEN = 0.03;
const HOLDS = 0.0235;
/** m between gripper and cube within which open fingers close, and closed fingers stay closed */
const AT_CUBE = 0.015;
const IN_HAND = 0.03;
const FINGER = ARM_JOINTS; // in qpos

/** A Panda that knows how the cube is lifted. */
export class LiftingPanda extends PandaRobot {
  readonly #sim: Simulation;
  readonly #reach: ArmReach;
  readonly #action = new Float64Array(3);

  /** As the constructor of `PandaRobot`. */
  constructor(sim: Simulation, object: string, keyframes: readonly string[]) {
    super(sim, object, keyframes);
    this.#sim = sim;
    this.#reach = new ArmReach(sim, "gripper", ARM_JOINT_NAMES);
  }

  /** What the script would do now [3]: the tip's moves along y and z, and the fingers'; overwritten by the next call. */
  advise(): Float64Array {
    const width = this.#sim.qpos[FINGER];
    const isHeld = this.reach < (width < OPEN ? IN_HAND : AT_CUBE);
    const { position } = this.#reach;
    if (isHeld && width < HOLDS) for (let i = 0; i < 3; i++) position[i] = this.gripper[i] + this.toTarget[i];
    else {
      position.set(this.object);
      if (!isHeld) position[2] += ABOVE * Math.max(0, Math.min(1, (Math.abs(this.toObject[1]) - ALIGNED) / ALIGN));
    }
    const missing = this.#reach.missing(LAGS);
    for (let i = 0; i < 2; i++) this.#action[i] = Math.max(-1, Math.min(1, (SHARE * missing[1 + i]) / STEP));
    this.#action[2] = isHeld ? -1 : 1;
    return this.#action;
  }
}
