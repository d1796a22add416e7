/** A grabbed body: a spring from the grabbed point to the pointer. */
import { Vector3 } from "three";
import type { ClientMessage, Grip } from "../../../src/stream/protocol.ts";
import type { Touched } from "../scene/cast.ts";
import type { Spring } from "../scene/marks/overlays.ts";
import { bodyPoint, pointInBody } from "../scene/places/body-frame.ts";
import type { Stage } from "../scene/stage.ts";
import type { ShownPose } from "../stream/playback.ts";

/** Targets are sent at most this often. */
const SEND_MS = 33;

type Triple = [number, number, number];

interface Held {
  readonly body: number;
  /** In the body's frame. */
  readonly point: Triple;
  x: number;
  y: number;
  target: Triple;
}

/** A spring that the server reports, on the robot as it is drawn; null without one. */
export function springOf(grip: Grip | null, pose: ShownPose | undefined): Spring | null {
  return grip && pose ? { from: bodyPoint(pose.poses, grip.body, grip.point), to: grip.target } : null;
}

/** The one body that the user holds. */
export class Grab {
  private readonly stage: Stage;
  private readonly send: (message: ClientMessage) => void;
  private held: Held | null = null;
  private sentMs = 0;

  constructor(stage: Stage, send: (message: ClientMessage) => void) {
    this.stage = stage;
    this.send = send;
  }

  /** Whether a body is held. */
  get isHolding(): boolean {
    return this.held !== null;
  }

  /** Grabs a point of the driven robot. */
  begin({ body, at }: Touched, pose: ShownPose, x: number, y: number): void {
    this.held = { body, point: pointInBody(pose.poses, body, at.toArray()), x, y, target: at.toArray() };
    this.stage.rig.setDraggable(false);
  }

  /** The pointer has moved, in CSS pixels of the canvas. */
  move(x: number, y: number): void {
    if (!this.held) return;
    Object.assign(this.held, { x, y });
    this.stage.invalidate();
  }

  /** Lets go of the body, if one is held. */
  end(): void {
    if (!this.held) return;
    this.held = null;
    this.stage.rig.setDraggable(true);
    this.stage.invalidate();
    this.send({ type: "letGo" });
  }

  /** The present spring; sends the server its target. The target stays under the pointer while the camera moves. */
  spring(pose: ShownPose | undefined, nowMs: number): Spring | null {
    const { held } = this;
    if (!held || !pose) return null;
    const from = bodyPoint(pose.poses, held.body, held.point);
    held.target = this.stage.drag(held.x, held.y, new Vector3(...from))?.toArray() ?? held.target;
    if (nowMs - this.sentMs >= SEND_MS) {
      this.sentMs = nowMs;
      this.send({ type: "grab", body: held.body, point: held.point, target: held.target });
    }
    return { from, to: held.target };
  }
}
