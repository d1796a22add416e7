/** Start states of lessons: an arm of ALOHA at a place, and what its hand holds there, as a keyframe has it in the hand. */
import { multiply, rotate, rotateInverse } from "../../math/quat.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { ALOHA_JOINTS } from "./aloha.ts";
import { ArmReach } from "./arm-reach.ts";

/** Iterations after which an arm is where it gets to; most places take 6. */
const MOST_ITERATIONS = 12;
/** m */
const NEAR_ENOUGH = 5e-4;

/** Places an arm, and an object in its hand. */
export class AlohaHand {
  readonly #sim: Simulation;
  readonly #reach: ArmReach;
  readonly #site: number;
  readonly #link: number;
  readonly #fingers: readonly number[];
  readonly #object: number;
  /** Of the object in the hand's frame: [3] m, [4], and [2] m that the fingers are from shut */
  readonly #heldPlace = new Float64Array(3);
  readonly #heldTurn = new Float64Array(4);
  readonly #heldFingers: readonly number[];

  /** Reads how the hand holds the object in the keyframe; the simulation's state is lost. */
  constructor(sim: Simulation, side: "left" | "right", keyframe: string, object: string) {
    this.#sim = sim;
    this.#site = sim.siteId(`${side}/gripper`);
    this.#link = sim.bodyId(`${side}/gripper_link`);
    this.#reach = new ArmReach(
      sim,
      `${side}/gripper`,
      ALOHA_JOINTS.map((joint) => `${side}/${joint}`),
    );
    this.#fingers = ["left_finger", "right_finger"].map((finger) => sim.joint(`${side}/${finger}`).qposAddress);
    this.#object = sim.joint(object).qposAddress;
    sim.resetToKeyframe(keyframe);
    sim.forward();
    const { qpos, xquat, siteXpos } = sim;
    const hand = xquat.slice(4 * this.#link, 4 * this.#link + 4);
    const apart = Float64Array.from({ length: 3 }, (_, i) => qpos[this.#object + i] - siteXpos[3 * this.#site + i]);
    rotateInverse(this.#heldPlace, 0, hand, 0, apart, 0);
    multiply(
      this.#heldTurn,
      0,
      hand.map((value, i) => (i === 0 ? value : -value)),
      0,
      qpos,
      this.#object + 3,
    );
    this.#heldFingers = this.#fingers.map((address) => qpos[address]);
  }

  /**
   * Moves the arm until the place between its fingertips is there, m, as far as it reaches.
   * @param yaw rad, direction of the hand about the vertical, from x @param pitch rad, how far it looks down
   */
  place(position: ArrayLike<number>, yaw: number, pitch: number): void {
    const reach = this.#reach;
    reach.position.set(position);
    const [c, s, down, level] = [Math.cos(yaw), Math.sin(yaw), Math.sin(pitch), Math.cos(pitch)];
    reach.rotation.set([c * level, -s, c * down, s * level, c, s * down, -down, 0, level]);
    this.#sim.forward();
    for (let n = 0; n < MOST_ITERATIONS && (n === 0 || reach.distance > NEAR_ENOUGH); n++) {
      reach.step();
      this.#sim.forward();
    }
  }

  /** Puts the object into the hand, as the keyframe has it there. */
  hold(): void {
    const { qpos, xquat, siteXpos } = this.#sim;
    rotate(qpos, this.#object, xquat, 4 * this.#link, this.#heldPlace, 0);
    for (let i = 0; i < 3; i++) qpos[this.#object + i] += siteXpos[3 * this.#site + i];
    multiply(qpos, this.#object + 3, xquat, 4 * this.#link, this.#heldTurn, 0);
    this.#fingers.forEach((address, i) => {
      qpos[address] = this.#heldFingers[i];
    });
  }
}
