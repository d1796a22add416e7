/**
 * A scripted controller that pushes a box from target to target with the closed gripper of a torque-driven Panda: what a lesson advises. It
 * has no memory: where gripper and box are says what comes next. The gripper points down, and its knuckles, 8 cm apart, lie flat against a
 * face, so that the box turns as the gripper does. To get to another face it rises over the box.
 */
import type { Simulation } from "../../../physics/simulation.ts";
import type { PandaRobot } from "../panda.ts";
import { alongOf, CLEARANCE, crosses, gapTo, type Push, PushPlan, type PushScene, yawLeft } from "./push-plan.ts";
import { BOX_HALF, PUSH_SPEED } from "./push-value.ts";
import { PandaTorques } from "./torques.ts";

/** m, heights of the gripper: to push, to cross the box, and from which on it may be over the box */
const [LOW, HIGH, CLEAR] = [0.028, 0.13, 0.112];
/** 1/s, of ways and turns that are left; m/s and m/s² at most, level, up and down */
const [APPROACH, TURN] = [4, 5];
const LEVEL = { speed: 0.6, brake: 1.2 };
const RISE = { speed: 0.6, brake: 1.5 };
const SINK = { speed: 0.6, brake: 0.8 };
const PUSH_BRAKE = 1.2;
/** rad per turn that is left, at most */
const MOST_TURN = 0.4;
/** m/s, with which a push follows the face besides */
const PRESS = 0.024;
/** m, how near to the box a gripper that is low may come at another place than its push */
const KEEP_OFF = 0.035;
/** m, where the workspace of the gripper ends, and 1/s with which it slows down before */
const [FARTHEST, NEAREST, RIGHTMOST, SLOWING] = [0.743, 0.315, -0.47, 4];
/** rad, how far the hand leans outwards near the base, where an upright one would bend joint 4 too far, per m */
const LEANS_FROM = 0.46;
const LEAN = 2.5;
const MOST_LEAN = 0.4;
/** m above and below the gripper where a leaning hand touches a face */
const [ABOVE, BELOW] = [0.05, 0.024];

/** Advises actions of `PandaRobotiqPushCube`. */
export class PushScript {
  readonly #robot: PandaRobot;
  readonly #torques: PandaTorques;
  readonly #plan = new PushPlan();
  readonly #scene: PushScene;
  readonly #twist = new Float64Array(6);
  /** Of the gripper in the box's frame: m/s, m/s, m/s, rad/s */
  readonly #velocity = { x: 0, y: 0, z: 0, turn: 0 };
  /** [9] of the gripper */
  #rotation = new Float64Array(0);

  /** @param home [7] rad, joints to which the elbow returns */
  constructor(sim: Simulation, robot: PandaRobot, home: readonly number[]) {
    this.#robot = robot;
    this.#torques = new PandaTorques(sim, home);
    const zero = { x: 0, y: 0, yaw: 0, targetX: 0, targetY: 0, gripperX: 0, gripperY: 0, gripperYaw: 0 };
    this.#scene = { ...zero, height: 0, lastJoint: 0, missing: { x: 0, y: 0, turn: 0 } };
    const site = 9 * sim.siteId("gripper");
    sim.onViews(() => {
      this.#rotation = sim.siteXmat.subarray(site, site + 9);
    });
  }

  /** @returns [7] overwritten by the next call */
  advise(): Float64Array {
    this.#read();
    this.#steer(this.#plan.next(this.#scene));
    this.#writeTwist();
    return this.#torques.actions(this.#twist);
  }

  #read(): void {
    const scene = this.#scene;
    const { object, objectMatrix, target, targetMatrix, gripper, arm } = this.#robot;
    scene.x = object[0];
    scene.y = object[1];
    scene.yaw = yawOf(objectMatrix);
    scene.targetX = target[0];
    scene.targetY = target[1];
    const [c, s] = [Math.cos(scene.yaw), Math.sin(scene.yaw)];
    const [dx, dy] = [target[0] - object[0], target[1] - object[1]];
    scene.missing.x = c * dx + s * dy;
    scene.missing.y = c * dy - s * dx;
    scene.missing.turn = wrapped(yawOf(targetMatrix) - scene.yaw);
    const [gx, gy] = [gripper[0] - object[0], gripper[1] - object[1]];
    scene.gripperX = c * gx + s * gy;
    scene.gripperY = c * gy - s * gx;
    scene.gripperYaw = Math.atan2(this.#rotation[3], this.#rotation[0]) - scene.yaw;
    scene.height = gripper[2];
    scene.lastJoint = arm[arm.length - 1];
  }

  /** Blends the way to the face with the push, as far as the gripper lies against the face. */
  #steer(push: Push): void {
    const scene = this.#scene;
    const { face, place } = push;
    const gap = gapTo(scene, face) - this.#leanGap(push);
    const side = place - alongOf(scene, face);
    const turn = yawLeft(scene, face);
    const off = Math.max(
      ramp(Math.abs(side), 0.02, 0.045),
      ramp(Math.abs(turn), 0.2, 0.4),
      ramp(scene.height, 0.05, 0.08),
    );
    const ready = gap > -0.02 ? 1 - off : 0;
    this.#approach(push, CLEARANCE * off - gap, side);
    this.#climb(push, gap, side, turn);
    if (ready < 0.5) this.#keepOff();
    this.#velocity.turn = TURN * clamped(turn, MOST_TURN);
    this.#push(push, ready * ramp(-gap, -0.03, -0.01), side);
  }

  /** @param out m outwards and @param side m along the face, to where the gripper is to be */
  #approach({ face: { nx, ny } }: Push, out: number, side: number): void {
    const way = Math.hypot(out, side);
    const share = way === 0 ? 0 : speedOver(way, LEVEL) / way;
    this.#velocity.x = share * (nx * out - ny * side);
    this.#velocity.y = share * (ny * out + nx * side);
  }

  /** Up where the box is in the way, or a gripper that is not parallel would touch it. */
  #climb({ face, place }: Push, gap: number, side: number, turn: number): void {
    const scene = this.#scene;
    const away = this.#away();
    const isBefore = gap > -0.02 && gap < 0.05 && Math.abs(side) < 0.05;
    const up =
      !isBefore && crosses(scene, face, place, 0.03)
        ? ramp(-away, -0.12, -0.08)
        : ramp(-away, -0.075, -0.045) * Math.max(ramp(Math.abs(side), 0.02, 0.05), ramp(Math.abs(turn), 0.25, 0.55));
    const missing = LOW + (HIGH - LOW) * up - scene.height;
    this.#velocity.z = Math.sign(missing) * speedOver(Math.abs(missing), missing > 0 ? RISE : SINK);
  }

  /** m, from the box's outline to the gripper; below 0 over the box */
  #away(): number {
    const { gripperX, gripperY } = this.#scene;
    const [x, y] = [Math.abs(gripperX) - BOX_HALF[0], Math.abs(gripperY) - BOX_HALF[1]];
    return Math.hypot(Math.max(0, x), Math.max(0, y)) + Math.min(0, Math.max(x, y));
  }

  /** Takes from the way what leads to the box, while the gripper is low. */
  #keepOff(): void {
    const { gripperX, gripperY, height } = this.#scene;
    const velocity = this.#velocity;
    const [x, y] = [Math.abs(gripperX) - BOX_HALF[0], Math.abs(gripperY) - BOX_HALF[1]];
    const isAtCorner = x > 0 && y > 0;
    const length = isAtCorner ? Math.hypot(x, y) : 1;
    const outX = ((isAtCorner ? x : x > y ? 1 : 0) / length) * Math.sign(gripperX);
    const outY = ((isAtCorner ? y : x > y ? 0 : 1) / length) * Math.sign(gripperY);
    const away = this.#away();
    if (away < -0.04) return;
    const inward = -(velocity.x * outX + velocity.y * outY);
    const allowed = away > -0.01 ? 4 * (away - KEEP_OFF) : 0;
    const excess = Math.max(0, inward - allowed) * ramp(-height, -CLEAR, 0.03 - CLEAR);
    velocity.x += excess * outX;
    velocity.y += excess * outY;
  }

  /** Moves with the face as the push would move the box. */
  #push({ face: { nx, ny }, rate, length }: Push, share: number, side: number): void {
    const velocity = this.#velocity;
    const { gripperX, gripperY } = this.#scene;
    const speed = Math.min(PUSH_SPEED, Math.sqrt(2 * PUSH_BRAKE * length));
    const along = 0.5 * APPROACH * side;
    const x = speed * (rate.x - rate.turn * gripperY) - PRESS * nx - along * ny;
    const y = speed * (rate.y + rate.turn * gripperX) - PRESS * ny + along * nx;
    velocity.x += share * (x - velocity.x);
    velocity.y += share * (y - velocity.y);
    velocity.turn += share * speed * rate.turn;
  }

  /** In the world, within the workspace, and upright but for the lean. */
  #writeTwist(): void {
    const twist = this.#twist;
    const { x, y, z, turn } = this.#velocity;
    const { gripper } = this.#robot;
    const [c, s] = [Math.cos(this.#scene.yaw), Math.sin(this.#scene.yaw)];
    twist[0] = Math.max(SLOWING * (NEAREST - gripper[0]), Math.min(SLOWING * (FARTHEST - gripper[0]), c * x - s * y));
    twist[1] = Math.max(SLOWING * (RIGHTMOST - gripper[1]), s * x + c * y);
    twist[2] = z;
    const distance = Math.hypot(gripper[0], gripper[1]);
    const lean = Math.max(0, Math.min(MOST_LEAN, LEAN * (LEANS_FROM - distance)));
    const level = -Math.sin(lean) / distance;
    const wanted = [level * gripper[0], level * gripper[1], -Math.cos(lean)];
    const axis = [this.#rotation[2], this.#rotation[5], this.#rotation[8]];
    twist[3] = TURN * (axis[1] * wanted[2] - axis[2] * wanted[1]);
    twist[4] = TURN * (axis[2] * wanted[0] - axis[0] * wanted[2]);
    twist[5] = turn;
  }

  /** m by which a leaning hand touches the face earlier than an upright one */
  #leanGap({ face: { nx, ny } }: Push): number {
    const [c, s] = [Math.cos(this.#scene.yaw), Math.sin(this.#scene.yaw)];
    const inward = (c * nx - s * ny) * this.#rotation[2] + (s * nx + c * ny) * this.#rotation[5];
    return Math.max(ABOVE * inward, -BELOW * inward);
  }
}

/** m/s with which to go a way, m, so as to stop at its end */
function speedOver(way: number, { speed, brake }: { readonly speed: number; readonly brake: number }): number {
  return Math.min(speed, APPROACH * way, Math.sqrt(2 * brake * way));
}

const yawOf = (matrix: ArrayLike<number>) => Math.atan2(matrix[3] - matrix[1], matrix[0] + matrix[4]);
const wrapped = (angle: number) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
const clamped = (value: number, most: number) => Math.max(-most, Math.min(most, value));
/** 0 … 1 between two values */
const ramp = (value: number, low: number, high: number) => Math.max(0, Math.min(1, (value - low) / (high - low)));
