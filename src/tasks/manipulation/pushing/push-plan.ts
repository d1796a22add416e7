/**
 * Which push comes next: of all faces, places on them and lengths the one after which the box is soonest at its target, counting the way
 * of the gripper from where it is. It has no memory; it stays at a push because the way to any other takes time.
 */
import {
  FACES,
  type Face,
  isThere,
  type Missing,
  missingAfter,
  PUSH_LENGTHS,
  PUSH_SPEED,
  type SlideRate,
  secondsLeft,
  slideRate,
} from "./push-value.ts";

/** Where gripper, box and target are; its reader overwrites it. */
export interface PushScene {
  /** Box in the world: m, m, rad */
  x: number;
  y: number;
  yaw: number;
  targetX: number;
  targetY: number;
  readonly missing: Missing;
  /** Gripper in the box's frame: m, m, rad of its fingers' line; and its height, m */
  gripperX: number;
  gripperY: number;
  gripperYaw: number;
  height: number;
  /** rad, the arm's last joint, which turns the other way round than the gripper's yaw */
  lastJoint: number;
}

/** A push. */
export interface Push {
  face: Face;
  /** m along the face from its middle, where the gripper is to be */
  place: number;
  readonly rate: SlideRate;
  /** m, how far the contact moves; 0 for none */
  length: number;
}

/** m, from the gripper's middle to what of it touches a face that it is parallel to */
export const THICK = 0.0135;
/** m, free space between gripper and face where it comes down */
export const CLEARANCE = 0.025;
/** m, that the gripper is away from the ends of a face at least, and the least clearance where the workspace ends */
const END = 0.03;
const LEAST_CLEARANCE = 0.008;
/** m beside the gripper's middle, where its knuckles push */
const KNUCKLES = [-0.03, -0.015, 0, 0.015, 0.03];
const PLACES = [-1, -0.5, 0, 0.5, 1];
/** m, where the gripper may be; the task's own limits are 0.3 … 0.75 and −0.5 … 0.7 */
const BOUNDS = { x: [0.33, 0.74], y: [-0.45, 0.5] } as const;
/** m, where all faces can be reached around a box, and s that each metre beyond costs unless the push is the last */
const SAFE = { x: [0.47, 0.6], y: [-0.25, 0.25] } as const;
const RISK = 20;
/** rad, of the last joint: where the gripper turns by half a turn instead, and never beyond */
const [TURN_BACK, MOST_TURN] = [1.9, 2.35];
/** A push is worth its time if it saves so many times as much. */
const WORTH = 1.2;

/** m/s and rad/s on the way to a face, and m/s along it */
const [TRAVEL, TURNING, SIDEWAYS] = [0.5, 2.5, 0.15];
/** m, height below which the gripper has to rise to cross the box, and at which it pushes */
const [CROSSING, LOW] = [0.09, 0.05];
/** s to rise, and to come down at least and from the height of crossing */
const [RISING, SETTLING, FALLING] = [0.5, 0.2, 0.3];

/** Chooses pushes. */
export class PushPlan {
  readonly #best: Push & { seconds: number } = {
    face: FACES[0],
    place: 0,
    rate: { x: 0, y: 0, turn: 0 },
    length: 0,
    seconds: 0,
  };
  readonly #rate: SlideRate = { x: 0, y: 0, turn: 0 };
  readonly #left: Missing = { x: 0, y: 0, turn: 0 };

  /** @returns overwritten by the next call; where no push helps it has no length */
  next(scene: PushScene): Push {
    const best = this.#best;
    best.seconds = Number.POSITIVE_INFINITY;
    best.length = 0;
    if (isThere(scene.missing)) return best;
    this.#search(scene, secondsLeft(scene.missing));
    if (best.length === 0) this.#search(scene, Number.POSITIVE_INFINITY);
    return best;
  }

  /** @param now s that are left without the push */
  #search(scene: PushScene, now: number): void {
    for (const face of FACES) {
      const most = face.half - END;
      for (const share of PLACES) this.#consider(scene, face, share * most, now);
      this.#consider(scene, face, Math.max(-most, Math.min(most, alongOf(scene, face))), now);
    }
  }

  #consider(scene: PushScene, face: Face, place: number, now: number): void {
    const way = travel(scene, face, place);
    if (way > this.#best.seconds || !isReachable(scene, face, place)) return;
    const lastJoint = scene.lastJoint - yawLeft(scene, face);
    for (const knuckle of KNUCKLES) {
      if (Math.abs(place + knuckle) > face.half) continue;
      slideRate(face, place + knuckle, this.#rate);
      for (const length of PUSH_LENGTHS) {
        const pushing = length / PUSH_SPEED;
        const isTurnedFar = Math.abs(lastJoint - this.#rate.turn * length) > MOST_TURN;
        if (isTurnedFar || way + pushing > this.#best.seconds) break;
        missingAfter(scene.missing, this.#rate, length, this.#left);
        const left = secondsLeft(this.#left);
        if (now - left < WORTH * pushing) continue;
        const seconds = way + pushing + left + this.#risk(scene, length, left);
        if (seconds < this.#best.seconds) this.#keep(face, place, length, seconds);
      }
    }
  }

  #keep(face: Face, place: number, length: number, seconds: number): void {
    const best = this.#best;
    best.face = face;
    best.place = place;
    best.length = length;
    best.seconds = seconds;
    Object.assign(best.rate, this.#rate);
  }

  /** s, for a box that is left where faces are hard to reach */
  #risk({ yaw, targetX, targetY }: PushScene, length: number, seconds: number): number {
    const { x, y } = this.#left;
    const turned = yaw + this.#rate.turn * length;
    const [c, s] = [Math.cos(turned), Math.sin(turned)];
    const outside = beyond(targetX - c * x + s * y, SAFE.x) + beyond(targetY - s * x - c * y, SAFE.y);
    return Math.min(1, seconds) * RISK * outside;
  }
}

/** m between the gripper, once parallel to it, and a face; below 0 over the box */
export const gapTo = ({ gripperX, gripperY }: PushScene, { nx, ny, depth }: Face) =>
  gripperX * nx + gripperY * ny - depth - THICK;
/** m along a face from its middle to the gripper */
export const alongOf = ({ gripperX, gripperY }: PushScene, { nx, ny }: Face) => gripperY * nx - gripperX * ny;

/** rad that the gripper has to turn to be parallel to a face, one way or the other, so that the last joint stays near its middle */
export function yawLeft({ gripperYaw, lastJoint }: PushScene, { nx }: Face): number {
  const angle = (nx === 0 ? 0 : Math.PI / 2) - gripperYaw;
  const near = angle - Math.PI * Math.round(angle / Math.PI);
  const far = near > 0 ? near - Math.PI : near + Math.PI;
  const effort = (turn: number) => Math.abs(turn) + 4 * Math.max(0, Math.abs(lastJoint - turn) - TURN_BACK);
  return effort(near) <= effort(far) ? near : far;
}

/** Whether a straight way of the gripper to the place before a face leads over the box, or nearer to it than `margin`, m. */
export function crosses(scene: PushScene, face: Face, place: number, margin: number): boolean {
  const distance = face.depth + THICK + CLEARANCE;
  const to = [face.nx * distance - face.ny * place, face.ny * distance + face.nx * place];
  const at = [scene.gripperX, scene.gripperY];
  const half = [FACES[0].depth + margin, FACES[1].depth + margin];
  let [first, last] = [0, 1];
  for (let k = 0; k < 2; k++) {
    const way = to[k] - at[k];
    if (Math.abs(way) < 1e-9 && Math.abs(at[k]) > half[k]) return false;
    const ends = [(-half[k] - at[k]) / way, (half[k] - at[k]) / way];
    first = Math.max(first, Math.min(ends[0], ends[1]));
    last = Math.min(last, Math.max(ends[0], ends[1]));
  }
  return first < last;
}

/** s until the gripper is where the push begins */
function travel(scene: PushScene, face: Face, place: number): number {
  const { height } = scene;
  const gap = gapTo(scene, face);
  const side = Math.abs(alongOf(scene, face) - place);
  const yaw = Math.abs(yawLeft(scene, face));
  const isAtFace = height < LOW && gap > -0.02 && gap < 0.03 && yaw < 0.35;
  if (isAtFace) return side < 0.02 ? side / SIDEWAYS : 0.25 + (0.5 * side) / SIDEWAYS;
  const way = Math.hypot(gap - CLEARANCE, side) / TRAVEL;
  const rising = height < CROSSING && crosses(scene, face, place, 0.015) ? RISING : 0;
  const falling = FALLING * Math.max(0, Math.min(1, (height - 0.03) / 0.1));
  return Math.max(yaw / TURNING, way) + rising + Math.max(SETTLING, falling);
}

function isReachable({ x, y, yaw }: PushScene, { nx, ny, depth }: Face, place: number): boolean {
  const distance = depth + THICK + LEAST_CLEARANCE;
  const [ax, ay] = [nx * distance - ny * place, ny * distance + nx * place];
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  return beyond(x + c * ax - s * ay, BOUNDS.x) === 0 && beyond(y + s * ax + c * ay, BOUNDS.y) === 0;
}

/** How far a value lies outside a range. */
const beyond = (value: number, [low, high]: readonly [number, number]) => Math.max(0, low - value, value - high);
