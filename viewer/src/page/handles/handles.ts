/**
 * What the user may move by hand in a driven task: shows where it is, drags goals and objects over the picture, moves goals by keys. Places
 * are sent; the simulation decides.
 */
import { Quaternion, type Ray, Vector3 } from "three";
import type { ClientMessage, HandleInfo } from "../../../../src/stream/protocol.ts";
import { allowed, clamped, distanceOut, type Quadruple, type Triple } from "../../../../src/tasks/handles/allowed.ts";
import { ballTurn, freeAxes, levelTurn, placeUnder } from "../../scene/camera/handle-drag.ts";
import { pointInBody } from "../../scene/places/body-frame.ts";
import type { Stage } from "../../scene/stage.ts";
import type { Store } from "../../state/store.ts";
import type { Axes } from "../../steering/axes.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { drawMarks, type Mark } from "./marks.ts";

/** Places are sent at most this often. */
const SEND_MS = 33;
/** Within this of a ring or a foot the pointer means it, CSS pixels; fingers are thicker. */
const SLACK = { mouse: 10, touch: 20 };
/** A ring is so much larger than its thing, and no smaller than this, CSS pixels. */
const RING = 1.45;
const LEAST_RING = 20;
/** Further than this from where it may be, a thing is out of reach, m. */
const OUT = 0.01;
/** Keys move a goal through its box in so many seconds, and turn it so fast, rad/s. */
const CROSS_SECONDS = 1.6;
const TURN_RATE = 1.6;

type Way = "move" | "level" | "turn";

interface Drag {
  readonly handle: HandleInfo;
  readonly way: Way;
  /** From the point under the pointer to the thing's middle at first, m. */
  readonly offset: Vector3;
  readonly from: { readonly x: number; readonly y: number; readonly ray: Ray; readonly quat: Quaternion };
  readonly middle: readonly [number, number];
  readonly radius: number;
  x: number;
  y: number;
}

/** The handles of the scene on screen. */
export class Handles {
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly send: (message: ClientMessage) => void;
  private readonly poseOf: () => ShownPose | undefined;
  private drag: Drag | null = null;
  private hovered = "";
  /** Where things were put that poses do not show yet. */
  private wanted: { name: string; pos: Triple; quat: Quadruple; isOut: boolean } | null = null;
  private sentMs = 0;
  private keys: Axes | null = null;
  private timer = 0;

  /** @param poseOf the driven robot's pose on screen */
  constructor(store: Store, stage: Stage, send: (message: ClientMessage) => void, poseOf: () => ShownPose | undefined) {
    this.store = store;
    this.stage = stage;
    this.send = send;
    this.poseOf = poseOf;
  }

  /** Whether something is dragged. */
  get isHolding(): boolean {
    return this.drag !== null;
  }

  /** The goal that keys move. */
  get goal(): HandleInfo | undefined {
    return this.all.find(({ kind }) => kind === "goal");
  }

  private get all(): readonly HandleInfo[] {
    const { channel, info } = this.store.get();
    return channel === "drive" && info ? info.handles : [];
  }

  /**
   * Shows the name of the handle at a point of the canvas, in CSS pixels.
   * @param body the body that is drawn there
   * @returns whether there is a handle
   */
  point(x: number, y: number, body: number | null): boolean {
    const found = this.find(x, y, body, SLACK.mouse);
    this.hovered = found?.handle.name ?? "";
    if (found) this.name(found.handle, found.way, x, y);
    this.stage.invalidate();
    return found !== null;
  }

  /** Begins to drag the handle at a point of the canvas. Returns whether there is one. */
  take(x: number, y: number, body: number | null, isFinger: boolean): boolean {
    const found = this.find(x, y, body, isFinger ? SLACK.touch : SLACK.mouse);
    const pose = this.poseOf();
    if (!found || !pose) return false;
    const { handle, way } = found;
    const ray = this.stage.rayAt(x, y);
    const at = placeOf(handle, pose);
    const under = handle.within && way !== "turn" ? this.under(handle, way, ray, at) : null;
    const middle = this.stage.pixelOf(at);
    const from = { x, y, ray, quat: orientationOf(handle, pose) };
    const offset = under ? at.clone().sub(under) : new Vector3();
    this.drag = { handle, way, offset, from, middle, radius: this.ringOf(handle, at), x, y };
    this.stage.rig.setDraggable(false);
    this.follow(performance.now());
    return true;
  }

  /** The pointer has moved. */
  move(x: number, y: number): void {
    if (!this.drag) return;
    Object.assign(this.drag, { x, y });
    this.follow(performance.now());
  }

  /** Lets go. */
  end(): void {
    if (!this.drag) return;
    const { handle } = this.drag;
    this.sentMs = 0;
    this.follow(performance.now());
    this.drag = null;
    this.wanted = null;
    this.stage.rig.setDraggable(true);
    this.stage.invalidate();
    this.store.set({ pointed: null });
    if (handle.kind === "object" && !this.isPaused) this.send({ type: "letGo" });
  }

  /** Keys that are held move the goal; null where none is. */
  press(axes: Axes | null): void {
    const isStill = !axes || (axes.forward === 0 && axes.left === 0 && axes.turn === 0);
    this.keys = isStill ? null : axes;
    if (this.keys && this.timer === 0) this.timer = window.setInterval(() => this.step(), SEND_MS);
    if (this.keys) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.wanted = null;
    this.store.set({ pointed: null });
  }

  /** Draws rings, and where the held thing may be. */
  draw(): void {
    const pose = this.poseOf();
    drawMarks(pose ? this.all.map((handle) => this.mark(handle, pose)) : [], this.box());
  }

  private get isPaused(): boolean {
    return this.store.get().drive?.state === "paused";
  }

  // ---------------------------------------------------------------------------------------------------------------------------------- where

  private find(x: number, y: number, body: number | null, slack: number): { handle: HandleInfo; way: Way } | null {
    const pose = this.poseOf();
    if (!pose) return null;
    for (const handle of this.all) {
      const way = this.wayAt(handle, pose, x, y, body, slack);
      if (way) return { handle, way };
    }
    return null;
  }

  private wayAt(handle: HandleInfo, pose: ShownPose, x: number, y: number, body: number | null, slack: number) {
    const at = placeOf(handle, pose);
    const [cx, cy] = this.stage.pixelOf(at);
    const radius = this.ringOf(handle, at);
    const away = Math.hypot(x - cx, y - cy);
    const foot = footOf(handle, at);
    if (foot && away > radius && distance(this.stage.pixelOf(foot), [x, y]) < slack) return "level";
    if (handle.turn && Math.abs(away - radius) < slack) return "turn";
    const isHit = handle.kind === "goal" || body === null ? away < radius : body === handle.body;
    return isHit ? (handle.within ? "move" : "turn") : null;
  }

  /** Radius of a handle's ring, CSS pixels. */
  private ringOf(handle: HandleInfo, at: Vector3): number {
    return Math.max(LEAST_RING, RING * this.stage.radiusOf(handle.body) * this.stage.pixelsPerMetre(at));
  }

  // ---------------------------------------------------------------------------------------------------------------------------------- drags

  private under({ within }: HandleInfo, way: Way, ray: Ray, at: Vector3): Vector3 | null {
    return within ? placeUnder(ray, this.stage.directions, at, within, way === "level") : null;
  }

  /** Brings the held thing to the pointer. */
  private follow(nowMs: number): void {
    const { drag } = this;
    const pose = this.poseOf();
    if (!drag || !pose) return;
    const { handle, way } = drag;
    const at = this.heldAt(handle, pose);
    this.wanted = way === "turn" ? this.turned(drag, at) : this.moved(drag, at, pose);
    this.name(handle, way, drag.x, drag.y);
    this.stage.invalidate();
    if (nowMs - this.sentMs < SEND_MS) return;
    this.sentMs = nowMs;
    this.tell(handle, way, pose);
  }

  private heldAt(handle: HandleInfo, pose: ShownPose): Vector3 {
    return this.wanted?.name === handle.name ? new Vector3(...this.wanted.pos) : placeOf(handle, pose);
  }

  private moved({ handle, way, offset, x, y, from }: Drag, at: Vector3, pose: ShownPose) {
    const found = this.under(handle, way, this.stage.rayAt(x, y), at.clone().sub(offset));
    const goal = (found ?? at.clone().sub(offset)).add(offset);
    const asked = goal.toArray() as Triple;
    const pos = clamped(handle.within!, asked);
    // Along axes in which it is flat there is nowhere to go, so nothing is out of reach.
    const isOut = freeAxes(handle.within!).some((axis) => Math.abs(pos[axis] - asked[axis]) > OUT);
    return { name: handle.name, pos, quat: quadrupleOf(from.quat ?? orientationOf(handle, pose)), isOut };
  }

  private turned({ handle, from, middle, radius, x, y }: Drag, at: Vector3) {
    const inRadii = (px: number, py: number): [number, number] => [
      (px - middle[0]) / radius,
      (middle[1] - py) / radius,
    ];
    const turn =
      handle.turn?.about === "z"
        ? levelTurn(from.ray, this.stage.rayAt(x, y), at)
        : ballTurn(this.stage.directions, inRadii(from.x, from.y), inRadii(x, y));
    return this.asTurned(handle, turn.multiply(from.quat), at);
  }

  private asTurned(handle: HandleInfo, asked: Quaternion, at: Vector3) {
    const quat = allowed(handle, { pos: null, quat: quadrupleOf(asked) }).quat!;
    const isOut = handle.turn?.most !== undefined && asked.angleTo(quaternionOf(quat)) > OUT;
    return { name: handle.name, pos: at.toArray() as Triple, quat, isOut };
  }

  /** A goal, and anything while the simulation stands, is put; an object that moves is drawn by a spring or turned. */
  private tell(handle: HandleInfo, way: Way, pose: ShownPose): void {
    const { pos, quat } = this.wanted!;
    if (handle.kind === "goal" || this.isPaused) {
      this.send({
        type: "place",
        handle: handle.name,
        ...(way === "turn" ? { pos: null, quat } : { pos, quat: null }),
      });
      return;
    }
    const point = pointInBody(pose.poses, handle.body, placeOf(handle, pose).toArray());
    const turn = way === "turn" ? { turn: quat } : {};
    this.send({ type: "grab", body: handle.body, point, target: pos, ...turn });
  }

  // ----------------------------------------------------------------------------------------------------------------------------------- keys

  /** As far as keys move the goal between two messages. */
  private step(): void {
    const { goal, keys } = this;
    const pose = this.poseOf();
    if (!goal || !keys || !pose) return;
    const at = this.heldAt(goal, pose);
    const quat = this.wanted ? quaternionOf(this.wanted.quat) : orientationOf(goal, pose);
    const isTurning =
      !goal.within || (keys.turn !== 0 && !freeAxes(goal.within).includes(2) && goal.turn !== undefined);
    this.wanted = isTurning
      ? this.asTurned(goal, this.keyTurn(goal, keys).multiply(quat), at)
      : this.keyMove(goal, keys, at, quat);
    this.name(goal, isTurning ? "turn" : "move", ...this.stage.pixelOf(at));
    this.tell(goal, isTurning ? "turn" : "move", pose);
    this.stage.invalidate();
  }

  private keyMove({ name, within }: HandleInfo, { forward, left, turn }: Axes, at: Vector3, quat: Quaternion) {
    const { right, back } = this.stage.directions;
    const { lowest, highest } = within!;
    const step = (Math.max(...highest.map((value, i) => value - lowest[i])) * SEND_MS) / 1000 / CROSS_SECONDS;
    const ahead = new Vector3(-back.x, -back.y, 0).normalize();
    const asked = at
      .clone()
      .addScaledVector(ahead, step * forward)
      .addScaledVector(right, -step * left);
    asked.z -= step * turn;
    const pos = clamped(within!, asked.toArray() as Triple);
    return { name, pos, quat: quadrupleOf(quat), isOut: distanceOut(within!, asked.toArray() as Triple) > step / 2 };
  }

  private keyTurn({ turn: allowedTurn }: HandleInfo, { forward, left, turn }: Axes): Quaternion {
    const { right, back } = this.stage.directions;
    const angle = (TURN_RATE * SEND_MS) / 1000;
    const up = new Vector3(0, 0, 1);
    if (allowedTurn?.about === "z") return new Quaternion().setFromAxisAngle(up, angle * turn);
    const out = new Quaternion().setFromAxisAngle(right, -angle * forward);
    out.multiply(new Quaternion().setFromAxisAngle(up, -angle * left));
    return out.multiply(new Quaternion().setFromAxisAngle(back, angle * turn));
  }

  // ----------------------------------------------------------------------------------------------------------------------------------- marks

  private name({ name, about }: HandleInfo, way: Way, x: number, y: number): void {
    const isOut = this.wanted?.name === name && this.wanted.isOut;
    const hint = isOut
      ? "out of reach"
      : { move: "drag to move", level: "drag over the ground", turn: "drag to turn" }[way];
    this.store.set({ pointed: { name: `${name}: ${about} (${hint})`, x, y, isOut } });
  }

  private mark(handle: HandleInfo, pose: ShownPose): Mark {
    const isHeld = this.wanted?.name === handle.name;
    const at = isHeld && handle.kind === "goal" ? new Vector3(...this.wanted!.pos) : placeOf(handle, pose);
    const foot = footOf(handle, at);
    return {
      name: handle.name,
      at: this.stage.pixelOf(at),
      radius: this.ringOf(handle, at),
      foot: foot && this.stage.pixelOf(foot),
      canTurn: handle.turn !== undefined,
      look: isHeld ? (this.wanted!.isOut ? "out" : "held") : this.hovered === handle.name ? "hovered" : "",
      kind: handle.kind,
    };
  }

  /** Corners of the box in which the held thing may be, in pairs that edges join, CSS pixels. */
  private box(): (readonly [number, number])[] {
    const held = this.wanted && this.all.find(({ name }) => name === this.wanted!.name);
    if (!held?.within || this.drag?.way === "turn" || (held.kind === "object" && !this.wanted?.isOut)) return [];
    const { lowest, highest } = held.within;
    const corner = (n: number) => this.stage.pixelOf([0, 1, 2].map((i) => ((n >> i) & 1 ? highest[i] : lowest[i])));
    const edges = [0, 1, 2].flatMap((i) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => !((n >> i) & 1)).map((n) => [n, n | (1 << i)]),
    );
    return edges.flatMap(([a, b]) => [corner(a), corner(b)]);
  }
}

function placeOf({ body }: HandleInfo, { poses }: ShownPose): Vector3 {
  return new Vector3(...poses.subarray(7 * body, 7 * body + 3));
}

function orientationOf({ body }: HandleInfo, { poses }: ShownPose): Quaternion {
  const [w, x, y, z] = poses.subarray(7 * body + 3, 7 * body + 7);
  return new Quaternion(x, y, z, w);
}

function quaternionOf([w, x, y, z]: Quadruple): Quaternion {
  return new Quaternion(x, y, z, w);
}

function quadrupleOf({ w, x, y, z }: Quaternion): Quadruple {
  const length = Math.hypot(w, x, y, z) || 1;
  return [w / length, x / length, y / length, z / length];
}

/** Below a goal that can be moved up and down and along the ground: at the lowest place it may have. */
function footOf({ kind, within }: HandleInfo, at: Vector3): Vector3 | null {
  if (kind !== "goal" || !within || freeAxes(within).length < 3) return null;
  return new Vector3(at.x, at.y, within.lowest[2]);
}

function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
