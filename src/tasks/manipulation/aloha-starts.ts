/** Start states of lessons: an arm of ALOHA at a place, and what its hand holds there. */
import { multiply, rotate, rotateInverse } from "../../math/quat.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { ALOHA_JOINTS } from "./aloha.ts";
import { headHand } from "./aloha-led-arm.ts";
import { ArmReach } from "./arm-reach.ts";

/** Iterations after which an arm is where it gets to; most places take 6. */
const MOST_ITERATIONS = 12;
/** m */
const NEAR_ENOUGH = 5e-4;

/** How a hand holds an object: where the object is in the hand's frame, m, and how it is turned, and how far its fingers are from shut, m. */
export interface Hold {
  readonly place: ArrayLike<number>;
  readonly turn: ArrayLike<number>;
  readonly fingers: readonly number[];
}

/** How a hand holds an object in a keyframe; the simulation's state is lost. */
export function holdIn(sim: Simulation, side: Side, keyframe: string, object: string): Hold {
  sim.resetToKeyframe(keyframe);
  sim.forward();
  const { qpos, xquat, siteXpos } = sim;
  const site = 3 * sim.siteId(`${side}/gripper`);
  const link = 4 * sim.bodyId(`${side}/gripper_link`);
  const at = sim.joint(object).qposAddress;
  const place = Float64Array.from({ length: 3 }, (_, i) => qpos[at + i] - siteXpos[site + i]);
  rotateInverse(place, 0, xquat, link, place, 0);
  const turn = new Float64Array(4);
  const back = xquat.slice(link, link + 4).map((value, i) => (i === 0 ? value : -value));
  multiply(turn, 0, back, 0, qpos, at + 3);
  return { place, turn, fingers: fingersOf(sim, side).map((address) => qpos[address]) };
}

type Side = "left" | "right";

const fingersOf = (sim: Simulation, side: Side) =>
  ["left_finger", "right_finger"].map((finger) => sim.joint(`${side}/${finger}`).qposAddress);

/** Places an arm, and an object in its hand. */
export class AlohaHand {
  readonly #sim: Simulation;
  readonly #reach: ArmReach;
  readonly #site: number;
  readonly #link: number;
  readonly #fingers: readonly number[];
  readonly #object: number;
  readonly #heldPlace: Float64Array;
  readonly #heldTurn: Float64Array;
  readonly #heldFingers: readonly number[];

  constructor(sim: Simulation, side: Side, object: string, { place, turn, fingers }: Hold) {
    this.#sim = sim;
    this.#site = sim.siteId(`${side}/gripper`);
    this.#link = sim.bodyId(`${side}/gripper_link`);
    const joints = ALOHA_JOINTS.map((joint) => `${side}/${joint}`);
    this.#reach = new ArmReach(sim, `${side}/gripper`, joints);
    this.#fingers = fingersOf(sim, side);
    this.#object = sim.joint(object).qposAddress;
    this.#heldPlace = Float64Array.from(place);
    this.#heldTurn = Float64Array.from(turn);
    this.#heldFingers = fingers;
  }

  /**
   * Moves the arm until the place between its fingertips is there, m, as far as it reaches.
   * @param yaw rad, direction of the hand about the vertical, from x @param pitch rad, how far it looks down
   */
  place(position: ArrayLike<number>, yaw: number, pitch: number): void {
    const reach = this.#reach;
    reach.position.set(position);
    headHand(reach.rotation, yaw, pitch);
    this.#sim.forward();
    for (let n = 0; n < MOST_ITERATIONS && (n === 0 || reach.distance > NEAR_ENOUGH); n++) {
      reach.step();
      this.#sim.forward();
    }
  }

  /** Puts the object into the hand. */
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
