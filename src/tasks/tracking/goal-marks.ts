/**
 * Marks of a goal in the scene: mocap bodies at the root's and the hands' goals. While nobody touches them they show the clip. Once a person
 * moves one, goals follow the marks, as fast as a robot can and no further than it reaches.
 */
import { fromAxisAngle, yawOf } from "../../math/quat.ts";
import { UserError } from "../../math/user-error.ts";
import { bodyPlace } from "../../physics/body-place.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { CLIP_HZ } from "./clip.ts";
import type { FrameLayout, PartReader, TrackedParts } from "./clip-motion.ts";
import { RootSway } from "./root-sway.ts";

/** Mocap bodies of the scene: of the root, the left hand and the right. */
export type MarkNames = readonly [root: string, left: string, right: string];

const MARKS = 3;
const POSE = 7;
const DT = 1 / CLIP_HZ;
const ROOT_MARK = 0;
/** m/s of a root's goal that follows a hand, by where the goal faces: forwards, backwards, sideways. */
const [FORWARDS, BACKWARDS, SIDEWAYS] = [0.6, 0.15, 0.2];
/** m/s of a hand's, rad/s of the root's turn */
const HAND_SPEED = 0.8;
const TURN_SPEED = 0.6;
/** s with which its velocity changes */
const CHANGE_SECONDS = 0.8;
/** 1/s with which it nears its mark */
const NEARING = 2;
/** m by which the root's goal may be ahead of the robot: there it waits, and still gives the speed. */
const LEASH = 0.2;

// Memory: which marks are held, where each was put last, the root's goal (place, heading) and its velocity, the hands' goals, the sway's phase.
const HELD = 0;
const SHOWN = HELD + MARKS;
const ROOT = SHOWN + MARKS * POSE;
const ROOT_VEL = ROOT + 4;
const HANDS = ROOT_VEL + 4;
const PHASE = HANDS + 6;
const SLOTS = PHASE + 1;

/** The marks of one environment slot. */
export class GoalMarks {
  static readonly slots = SLOTS;
  readonly #sim: Simulation;
  readonly #slots: Float64Array;
  readonly #mocap: readonly number[];
  readonly #shoulders: readonly number[];
  readonly #reaches: readonly number[];
  readonly #heights: readonly [number, number];
  readonly #hand: number;
  readonly #quat = new Float64Array(4);
  readonly #way = new Float64Array(3);
  readonly #sway: RootSway;
  readonly #rootGoal: Float64Array;
  readonly #rootVel: Float64Array;
  readonly #handGoals: Float64Array;

  constructor(sim: Simulation, names: MarkNames, { bodies, hands, heights, sway }: TrackedParts, slots: Float64Array) {
    this.#sim = sim;
    this.#sway = new RootSway(sway);
    this.#slots = slots;
    this.#heights = heights;
    this.#hand = bodies.length;
    this.#shoulders = hands.map(({ shoulder }) => bodies.indexOf(shoulder));
    this.#reaches = hands.map(({ reach }) => reach);
    this.#mocap = names.map((name) => mocapOf(sim, name));
    this.#rootGoal = slots.subarray(ROOT, ROOT + 4);
    this.#rootVel = slots.subarray(ROOT_VEL, ROOT_VEL + 4);
    this.#handGoals = slots.subarray(HANDS, HANDS + 6);
  }

  /** Whether a person has taken over. */
  get held(): boolean {
    const slots = this.#slots;
    return slots[HELD] + slots[HELD + 1] + slots[HELD + 2] > 0;
  }

  get holdsHands(): boolean {
    return this.#slots[HELD + 1] + this.#slots[HELD + 2] > 0;
  }

  /** [4] of the root's goal: m, and its heading, rad */
  get rootGoal(): Float64Array {
    return this.#rootGoal;
  }

  /** [4] how fast the root's goal moves: m/s, rad/s */
  get rootVel(): Float64Array {
    return this.#rootVel;
  }

  /** [2, 3] m, of the hands' goals */
  get handGoals(): Float64Array {
    return this.#handGoals;
  }

  /** Of the sway, rad */
  get phase(): number {
    return this.#slots[PHASE];
  }

  /** Nobody holds a mark. */
  release(): void {
    this.#slots.fill(0);
  }

  /** Puts the marks where a frame of a clip has its root and hands. */
  show(rows: Float32Array, at: number, layout: FrameLayout): void {
    for (let mark = 0; mark < MARKS; mark++) {
      const pos = at + layout.points + 3 * (mark === 0 ? 0 : this.#hand + mark - 1);
      const quat = mark === 0 ? at + layout.rootQuat : -1;
      for (let i = 0; i < 3; i++) this.#sim.mocapPos[3 * this.#mocap[mark] + i] = rows[pos + i];
      if (quat >= 0) for (let i = 0; i < 4; i++) this.#sim.mocapQuat[4 * this.#mocap[mark] + i] = rows[quat + i];
      this.#remember(mark);
    }
  }

  /** Keeps the goal where the robot is, as if a person held it there: what to track is over. */
  stay(reader: PartReader): void {
    this.#takeOver(reader);
    this.#slots[HELD] = 1;
    this.#markRoot();
  }

  /** Finds out whether somebody has moved a mark since it was shown. */
  look(reader: PartReader): void {
    const slots = this.#slots;
    if (slots[SHOWN + 3] === 0 && slots[SHOWN + 4] === 0 && slots[SHOWN + 5] === 0 && slots[SHOWN + 6] === 0) return;
    for (let mark = 0; mark < MARKS; mark++) {
      if (slots[HELD + mark] !== 0 || !this.#isMoved(mark)) continue;
      if (!this.held) this.#takeOver(reader);
      slots[HELD + mark] = 1;
    }
  }

  #isMoved(mark: number): boolean {
    const { mocapPos, mocapQuat } = this.#sim;
    const shown = SHOWN + POSE * mark;
    for (let i = 0; i < 3; i++) if (this.#slots[shown + i] !== mocapPos[3 * this.#mocap[mark] + i]) return true;
    for (let i = 0; i < 4; i++) if (this.#slots[shown + 3 + i] !== mocapQuat[4 * this.#mocap[mark] + i]) return true;
    return false;
  }

  #remember(mark: number): void {
    const { mocapPos, mocapQuat } = this.#sim;
    const shown = SHOWN + POSE * mark;
    for (let i = 0; i < 3; i++) this.#slots[shown + i] = mocapPos[3 * this.#mocap[mark] + i];
    for (let i = 0; i < 4; i++) this.#slots[shown + 3 + i] = mocapQuat[4 * this.#mocap[mark] + i];
  }

  /** Goals begin where the robot is, but for its sway. */
  #takeOver(reader: PartReader): void {
    const { points, pointVel, quats, spins } = reader;
    const slots = this.#slots;
    const sway = this.#sway;
    const heading = yawOf(quats, 0);
    slots[PHASE] = sway.phaseOf(reader, heading);
    sway.at(slots[PHASE], heading);
    for (let i = 0; i < 3; i++) {
      slots[ROOT + i] = points[i] - sway.offset[i];
      slots[ROOT_VEL + i] = pointVel[i] - sway.velocity[i];
    }
    slots[ROOT + 3] = heading - sway.yaw;
    slots[ROOT_VEL + 3] = spins[2] - sway.yawRate;
    for (let i = 0; i < 6; i++) slots[HANDS + i] = points[3 * this.#hand + i];
  }

  /** Moves goals towards their marks, and marks that nobody holds to what they mark. */
  follow(reader: PartReader): void {
    this.#followRoot();
    this.#slots[PHASE] = (this.#slots[PHASE] + DT * this.#sway.rate) % (2 * Math.PI);
    this.#wait(reader);
    for (let hand = 0; hand < 2; hand++) this.#followHand(hand, reader);
  }

  #followRoot(): void {
    const slots = this.#slots;
    const { mocapPos, mocapQuat } = this.#sim;
    const mark = this.#mocap[ROOT_MARK];
    const [low, high] = this.#heights;
    if (slots[HELD] === 0) {
      this.#markRoot();
      slots.fill(0, ROOT_VEL, ROOT_VEL + 4);
      return;
    }
    const x = mocapPos[3 * mark] - slots[ROOT];
    const y = mocapPos[3 * mark + 1] - slots[ROOT + 1];
    const distance = Math.hypot(x, y);
    const angle = Math.atan2(y, x) - slots[ROOT + 3];
    const speed = Math.min(fastest(angle), NEARING * distance);
    this.#accelerate(0, distance > 0 ? (speed * x) / distance : 0);
    this.#accelerate(1, distance > 0 ? (speed * y) / distance : 0);
    const height = Math.max(low, Math.min(high, mocapPos[3 * mark + 2])) - slots[ROOT + 2];
    slots[ROOT_VEL + 2] = Math.max(-0.2, Math.min(0.2, NEARING * height));
    const turn = wrapped(yawOf(mocapQuat, 4 * mark) - slots[ROOT + 3]);
    this.#accelerate(3, Math.max(-TURN_SPEED, Math.min(TURN_SPEED, NEARING * turn)));
    for (let i = 0; i < 4; i++) slots[ROOT + i] += DT * slots[ROOT_VEL + i];
  }

  /** Keeps the goal's place near the robot. */
  #wait({ points }: PartReader): void {
    const goal = this.#rootGoal;
    const ahead = Math.hypot(goal[0] - points[0], goal[1] - points[1]);
    const share = LEASH / Math.max(LEASH, ahead);
    for (let i = 0; i < 2; i++) goal[i] = points[i] + share * (goal[i] - points[i]);
  }

  /** @param i of the root's velocity */
  #accelerate(i: number, wanted: number): void {
    this.#slots[ROOT_VEL + i] += (DT / CHANGE_SECONDS) * (wanted - this.#slots[ROOT_VEL + i]);
  }

  #markRoot(): void {
    const mark = this.#mocap[ROOT_MARK];
    fromAxisAngle(this.#quat, 0, 0, 0, 1, this.#rootGoal[3]);
    for (let i = 0; i < 3; i++) this.#sim.mocapPos[3 * mark + i] = this.#rootGoal[i];
    for (let i = 0; i < 4; i++) this.#sim.mocapQuat[4 * mark + i] = this.#quat[i];
    this.#remember(ROOT_MARK);
  }

  #followHand(hand: number, { points }: PartReader): void {
    const slots = this.#slots;
    const goal = HANDS + 3 * hand;
    const mark = this.#mocap[1 + hand];
    const own = 3 * (this.#hand + hand);
    if (slots[HELD + 1 + hand] === 0) {
      // rides along with the robot's own hand
      for (let i = 0; i < 3; i++) slots[goal + i] = points[own + i];
      for (let i = 0; i < 3; i++) this.#sim.mocapPos[3 * mark + i] = points[own + i];
      this.#remember(1 + hand);
      return;
    }
    const shoulder = 3 * this.#shoulders[hand];
    let distance = 0;
    for (let i = 0; i < 3; i++) {
      this.#way[i] = this.#sim.mocapPos[3 * mark + i] - points[shoulder + i];
      distance += this.#way[i] ** 2;
    }
    const share = Math.min(1, this.#reaches[hand] / Math.sqrt(distance));
    let length = 0;
    for (let i = 0; i < 3; i++) {
      this.#way[i] = points[shoulder + i] + share * this.#way[i] - slots[goal + i];
      length += this.#way[i] ** 2;
    }
    const most = Math.min(1, (HAND_SPEED * DT) / Math.max(1e-9, Math.sqrt(length)));
    for (let i = 0; i < 3; i++) slots[goal + i] += most * this.#way[i];
  }
}

/** Index of a mocap body. @throws UserError if the body is not a mocap body */
function mocapOf(sim: Simulation, name: string): number {
  const place = bodyPlace(sim, sim.bodyId(name));
  if (place?.kind === "mocap") return place.mocap;
  throw new UserError(`scene ${sim.scene}: body "${name}" is no mocap body; expected one, to mark a goal`);
}

/** m/s in a direction, rad from where the goal faces: on an ellipse. */
function fastest(angle: number): number {
  const ahead = Math.cos(angle);
  return 1 / Math.hypot(ahead / (ahead > 0 ? FORWARDS : BACKWARDS), Math.sin(angle) / SIDEWAYS);
}

function wrapped(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
