/**
 * A scripted controller that hands the box over: what a lesson advises. It has no memory: where box, hands and fingers are decides what comes
 * next. The left hand comes from above, grips the upper half and carries the box to the meeting place. There the right hand grips the lower
 * half from the other side, the left one opens and goes back, and the right one carries the box to its target. The arms cannot collide.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { headHand, LedArm, limited } from "./aloha-led-arm.ts";

/** What the script reads, m. */
interface Scene {
  readonly places: Readonly<Record<"box" | "boxTop" | "boxBottom" | "target", Float64Array>>;
  readonly grippers: Readonly<Record<"left" | "right", Float64Array>>;
  /** [4] of fingers from shut: the left hand's first */
  readonly fingers: Float64Array;
}

/** The lags are the servos' own, damping over stiffness. */
const PACE = { step: 0.015, share: 0.8, lags: [0.134, 0.0755, 0.0815, 0.087, 0.17, 0.115] };
/** From the middle of the box in shares of the way between the marks of its halves: where hands grip it */
const [UPPER, LOWER] = [0.75, -0.5];
/** m, finger positions: opened so far they hold nothing; closed so far they hold the box; opened so far they let go of it, and over which */
const OPEN = 0.032;
const HOLDS = 0.026;
const [LETS_GO, LETTING_GO] = [0.028, 0.006];
/** m from a hand to its place at the box within which open fingers close, and closed fingers stay closed */
const AT_BOX = 0.018;
const IN_HAND = 0.05;
/** m: from so far above or aside a hand comes to the box; so far off its line it may be, and over which way it goes back */
const ABOVE = 0.07;
const ASIDE = 0.07;
const [ALIGNED, ALIGN] = [0.01, 0.02];
/** m, of the box: where it changes hands; nearer than the first the right hand comes, and beyond the second it goes away again once near */
const MEETING = [0, 0, 0.24];
const [MEETS, PARTS] = [0.06, 0.09];
const NEAR = 0.05;
/** m: where hands wait */
const LEFT_WAITS = [-0.14, 0, 0.25];
const RIGHT_WAITS = [0.06, 0, 0.22];
/** m: of one control step's way back, and from the box, where the left hand may turn around, and where the right one may carry it away */
const BACK = 0.08;
const [CLEAR, APART] = [0.1, 0.045];
/** rad: how far hands look down at the box on the table, and at the meeting place */
const GRASP_PITCH = 0.6;
const [LEFT_PITCH, RIGHT_PITCH] = [0.15, 0.4];
/** m, height at which the box begins to turn to the meeting place's pitch, and over which */
const [TURNS_FROM, TURNS_OVER] = [0.04, 0.18];
/** rad at a target 0.25 m high, rad less per m above, and limits: where the right arm has the shortest way */
const [TARGET_PITCH, TARGET_HEIGHT, LESS_PITCH] = [0.55, 0.25, 1.6];
const [LEAST_PITCH, MOST_PITCH] = [0.2, 1];
/** m, of both bases: from the middle along x, and along y */
const [BASE_X, BASE_Y] = [0.469, -0.019];
const [LEFT_GRIPPER, RIGHT_ARM, RIGHT_GRIPPER, ACTIONS] = [6, 7, 13, 14];

/** Advises actions of AlohaHandOver. */
export class HandOverScript {
  readonly #scene: Scene;
  readonly #left: LedArm;
  readonly #right: LedArm;
  /** [3] m, where hands grip the box */
  readonly #upper = new Float64Array(3);
  readonly #lower = new Float64Array(3);
  readonly #action = new Float64Array(ACTIONS);

  constructor(sim: Simulation, scene: Scene) {
    this.#scene = scene;
    this.#left = new LedArm(sim, "left", PACE);
    this.#right = new LedArm(sim, "right", PACE);
  }

  /** @returns [14] overwritten by the next call */
  advise(): Float64Array {
    const { grippers, fingers } = this.#scene;
    this.#findHolds();
    const leftAt = isAt(grippers.left, this.#upper, fingers[0]);
    const rightAt = isAt(grippers.right, this.#lower, fingers[2]);
    const leftHolds = leftAt && fingers[0] < HOLDS;
    const rightHolds = rightAt && fingers[2] < HOLDS;
    if (rightHolds) this.#goBack();
    else if (leftHolds) this.#meet();
    else this.#pick(leftAt);
    if (rightHolds) this.#carry();
    else if (leftHolds && this.#isMeeting()) this.#take(rightAt);
    else this.#wait();
    this.#left.write(this.#action, 0);
    this.#right.write(this.#action, RIGHT_ARM);
    this.#action[LEFT_GRIPPER] = leftAt && !rightHolds ? -1 : 1;
    this.#action[RIGHT_GRIPPER] = rightHolds || (rightAt && leftHolds && this.#isMeeting()) ? -1 : 1;
    return this.#action;
  }

  #findHolds(): void {
    const { box, boxTop, boxBottom } = this.#scene.places;
    for (let i = 0; i < 3; i++) {
      const up = boxTop[i] - boxBottom[i];
      this.#upper[i] = box[i] + UPPER * up;
      this.#lower[i] = box[i] + LOWER * up;
    }
  }

  #isMeeting(): boolean {
    const { places, grippers } = this.#scene;
    const way = distance(places.box, MEETING);
    return way < MEETS || (way < PARTS && distance(grippers.right, this.#lower) < NEAR);
  }

  /** Left: from above to the box on the table. */
  #pick(isAtBox: boolean): void {
    const { left } = this.#scene.grippers;
    const off = Math.hypot(this.#upper[0] - left[0], this.#upper[1] - left[1]);
    this.#left.place.set(this.#upper);
    if (!isAtBox) this.#left.place[2] += ABOVE * limited((off - ALIGNED) / ALIGN);
    headHand(this.#left.rotation, this.#leftHeading(), GRASP_PITCH);
  }

  /** Left: with the box to the meeting place. */
  #meet(): void {
    const { places, grippers } = this.#scene;
    for (let i = 0; i < 3; i++) this.#left.place[i] = grippers.left[i] + MEETING[i] - places.box[i];
    const up = limited((places.box[2] - TURNS_FROM) / TURNS_OVER);
    const pitch = GRASP_PITCH + up * (LEFT_PITCH - GRASP_PITCH);
    headHand(this.#left.rotation, (1 - up) * this.#leftHeading(), pitch);
  }

  /** Left: back along x as its fingers open, then to where it waits. */
  #goBack(): void {
    const { places, grippers, fingers } = this.#scene;
    const { place, rotation } = this.#left;
    headHand(rotation, 0, LEFT_PITCH);
    const isClear = distance(places.box, grippers.left) > CLEAR;
    place.set(isClear ? LEFT_WAITS : grippers.left);
    if (!isClear) place[0] -= BACK * limited((fingers[0] - LETS_GO) / LETTING_GO);
  }

  /** Right: beside the lower half, then around it. */
  #take(isAtBox: boolean): void {
    const { right } = this.#scene.grippers;
    const off = Math.hypot(this.#lower[1] - right[1], this.#lower[2] - right[2]);
    this.#right.place.set(this.#lower);
    if (!isAtBox) this.#right.place[0] += ASIDE * limited((off - ALIGNED) / ALIGN);
    headHand(this.#right.rotation, Math.PI, RIGHT_PITCH);
  }

  /** Right: holds still until the left hand is away, then to the target. */
  #carry(): void {
    const { places, grippers, fingers } = this.#scene;
    const { place, rotation } = this.#right;
    place.set(grippers.right);
    headHand(rotation, Math.PI, RIGHT_PITCH);
    if (fingers[0] < LETS_GO || distance(places.box, grippers.left) < APART) return;
    const { target, box } = places;
    for (let i = 0; i < 3; i++) place[i] += target[i] - box[i];
    const pitch = TARGET_PITCH - LESS_PITCH * (target[2] - TARGET_HEIGHT);
    const heading = Math.atan2(target[1] - BASE_Y, target[0] - BASE_X);
    headHand(rotation, heading, limited(pitch, LEAST_PITCH, MOST_PITCH));
  }

  #wait(): void {
    this.#right.place.set(RIGHT_WAITS);
    headHand(this.#right.rotation, Math.PI, RIGHT_PITCH);
  }

  /** rad, from the left base to the box */
  #leftHeading(): number {
    const { box } = this.#scene.places;
    return Math.atan2(box[1] - BASE_Y, box[0] + BASE_X);
  }
}

/** Whether a hand is where it grips, or still holds. */
const isAt = (hand: Float64Array, place: Float64Array, width: number) =>
  distance(hand, place) < (width < OPEN ? IN_HAND : AT_BOX);

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
