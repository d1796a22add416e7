/**
 * A scripted controller that puts the peg into the socket: what a lesson advises. It has no memory: where parts, hands and fingers are decides
 * what comes next. Each hand comes from above to its part and grips it. The left one holds the socket level at its place; the right one
 * brings the peg before the entrance, and pushes it in once it is on the hole's axis.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { headHand, LedArm, limited } from "./aloha-led-arm.ts";

/** What the script reads, m. */
interface Scene {
  readonly places: Readonly<Record<"socket" | "peg" | "entrance" | "rear" | "tip", Float64Array>>;
  readonly grippers: Readonly<Record<"left" | "right", Float64Array>>;
}

/** How a hand grips its part. */
interface Grip {
  /** m, from the part's middle along its own x and z: so that neither palm nor fingers touch what they should not */
  readonly along: number;
  readonly above: number;
  /** rad, direction of the hand from the part's x */
  readonly yaw: number;
  /** m, finger positions: opened so far they hold nothing; closed so far they hold the part */
  readonly open: number;
  readonly holds: number;
  /** m off the part, along it half as much, down to which the hand is right above it, and over which it descends */
  readonly aligned: number;
  readonly align: number;
}

const SOCKET: Grip = { along: -0.012, above: 0.008, yaw: 0, open: 0.034, holds: 0.034, aligned: 0.004, align: 0.022 };
const PEG: Grip = { along: 0.02, above: 0.003, yaw: Math.PI, open: 0.03, holds: 0.026, aligned: 0.01, align: 0.02 };
/** Lags are shorter than the servos' own at the wrists, which are quick enough at 200 actions a second. */
const PACE = { step: 0.01, share: 0.3, lags: [0.07, 0.08, 0.08, 0.07, 0.08, 0.07] };
/** rad, how far hands look down */
const PITCH = 0.45;
/** m above a part where the descent begins */
const ABOVE = 0.06;
/** m from a hand to its place at the part within which open fingers close, and closed fingers stay closed */
const AT_PART = 0.012;
const IN_HAND = 0.04;
/** m, where the socket is held, and how near it is before the peg comes to it; and where the peg's tip waits until then */
const SOCKET_PLACE = [-0.05, 0, 0.15];
const SOCKET_NEAR = 0.03;
const TIP_WAITS = [0.058, 0, 0.15];
/** m, along the hole's axis from the socket's middle: its entrance, and where the tip is inside; how far off the axis it can be in there */
const [ENTRANCE, INSIDE, FITS] = [0.048, 0.046, 0.012];
/** m: how far before the entrance the tip waits, how far inside it aims once aligned, how far the push aims ahead, and where it ends */
const [BEFORE, INTO, AHEAD, DEEPEST] = [0.04, 0.01, 0.02, -0.01];
/** m off the axis, a radian as much as 30 mm: up to the first the peg is aligned, and over the second it goes back */
const [ALIGNED, ALIGN, METRES_PER_RADIAN] = [0.003, 0.004, 0.03];
/** m off the axis from which on the tip goes back further, by half of the rest */
const ASTRAY = 0.03;
const [LEFT_GRIPPER, RIGHT_ARM, RIGHT_GRIPPER, ACTIONS] = [6, 7, 13, 14];

/** Advises actions of AlohaSinglePegInsertion. */
export class PegScript {
  readonly #scene: Scene;
  readonly #left: PartHand;
  readonly #right: PartHand;
  /** [3] of the hole, outwards */
  readonly #axis = new Float64Array(3);
  readonly #goal = new Float64Array(3);
  readonly #action = new Float64Array(ACTIONS);

  constructor(sim: Simulation, scene: Scene) {
    this.#scene = scene;
    this.#left = new PartHand(sim, "left", "socket", SOCKET);
    this.#right = new PartHand(sim, "right", "peg", PEG);
  }

  /** @returns [14] overwritten by the next call */
  advise(): Float64Array {
    const { socket, tip } = this.#scene.places;
    const [left, right] = [this.#left, this.#right];
    left.look();
    right.look();
    if (left.holds) left.carry(socket, SOCKET_PLACE);
    else left.pick();
    if (right.holds) right.carry(tip, this.#tipGoal());
    else right.pick();
    left.arm.write(this.#action, 0);
    right.arm.write(this.#action, RIGHT_ARM);
    this.#action[LEFT_GRIPPER] = left.isAt ? -1 : 1;
    this.#action[RIGHT_GRIPPER] = right.isAt ? -1 : 1;
    return this.#action;
  }

  /** [3] m, where the peg's tip has to go: before the entrance, or ahead of where it is in the hole. */
  #tipGoal(): ArrayLike<number> {
    const { socket, entrance, rear, tip } = this.#scene.places;
    let along = 0;
    for (let i = 0; i < 3; i++) {
      this.#axis[i] = (entrance[i] - rear[i]) / ENTRANCE;
      along += this.#axis[i] * (tip[i] - rear[i]);
    }
    const off = Math.sqrt(Math.max(0, distance(tip, rear) ** 2 - along ** 2));
    const isInside = along < INSIDE && off < FITS;
    const isReady = this.#left.holds && distance(socket, SOCKET_PLACE) < SOCKET_NEAR;
    if (!isInside && !isReady) return TIP_WAITS;
    const goal = isInside ? Math.max(DEEPEST, along - AHEAD) : this.#before(off);
    for (let i = 0; i < 3; i++) this.#goal[i] = rear[i] + goal * this.#axis[i];
    return this.#goal;
  }

  /** m along the axis, for a tip outside that is so far off it */
  #before(off: number): number {
    const turned = METRES_PER_RADIAN * angleBetween(this.#left.matrix, this.#right.matrix);
    const back = limited((off + turned - ALIGNED) / ALIGN);
    const goal = ENTRANCE - INTO + back * (BEFORE + INTO);
    return off > ASTRAY ? Math.max(goal, ENTRANCE + BEFORE + (off - ASTRAY) / 2) : goal;
  }
}

/** A hand and the part that it handles. */
class PartHand {
  readonly arm: LedArm;
  /** Whether the hand is where it grips the part, or still has it, and whether it holds it. */
  isAt = false;
  holds = false;
  /** [9] rotation of the part */
  matrix = new Float64Array(0);
  #hand = new Float64Array(0);
  #handMatrix = new Float64Array(0);
  #middle = new Float64Array(0);
  readonly #sim: Simulation;
  readonly #grip: Grip;
  readonly #finger: number;
  /** [3] m, where the part is gripped */
  readonly #place = new Float64Array(3);

  constructor(sim: Simulation, side: "left" | "right", part: string, grip: Grip) {
    this.#sim = sim;
    this.#grip = grip;
    this.arm = new LedArm(sim, side, PACE);
    this.#finger = sim.joint(`${side}/left_finger`).qposAddress;
    const [site, body] = [sim.siteId(`${side}/gripper`), sim.bodyId(part)];
    sim.onViews(() => {
      this.#hand = sim.siteXpos.subarray(3 * site, 3 * site + 3);
      this.#handMatrix = sim.siteXmat.subarray(9 * site, 9 * site + 9);
      this.#middle = sim.xpos.subarray(3 * body, 3 * body + 3);
      this.matrix = sim.xmat.subarray(9 * body, 9 * body + 9);
    });
  }

  /** Finds where the part is gripped, and whether it is. */
  look(): void {
    const { along, above, open, holds } = this.#grip;
    for (let i = 0; i < 3; i++)
      this.#place[i] = this.#middle[i] + along * this.matrix[3 * i] + above * this.matrix[3 * i + 2];
    const width = this.#sim.qpos[this.#finger];
    this.isAt = distance(this.#place, this.#hand) < (width < open ? IN_HAND : AT_PART);
    this.holds = this.isAt && width < holds;
  }

  /** From above to the part, turned as it is. */
  pick(): void {
    const { yaw, aligned, align } = this.#grip;
    const { place, rotation } = this.arm;
    const off = Math.abs(this.#place[0] - this.#hand[0]) / 2 + Math.abs(this.#place[1] - this.#hand[1]);
    place.set(this.#place);
    if (!this.isAt) place[2] += ABOVE * limited((off - aligned) / align);
    headHand(rotation, yaw + Math.atan2(this.matrix[3], this.matrix[0]), PITCH);
  }

  /** Moves a point of the part to a goal, and turns the part level and along x: R_partᵀ·R_hand. */
  carry(point: ArrayLike<number>, goal: ArrayLike<number>): void {
    const { place, rotation } = this.arm;
    for (let i = 0; i < 3; i++) place[i] = this.#hand[i] + goal[i] - point[i];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += this.matrix[3 * k + i] * this.#handMatrix[3 * k + j];
        rotation[3 * i + j] = sum;
      }
  }
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** rad, between the x axes of two rotation matrices */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.acos(limited(a[0] * b[0] + a[3] * b[3] + a[6] * b[6], -1, 1));
}
