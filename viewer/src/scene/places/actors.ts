/** What the picture remembers of each robot from frame to frame. */
import { Vector2, Vector3 } from "three";
import type { ShownPose } from "../../stream/playback.ts";

/** Time constants, s. */
const ANCHOR_LAG = 0.35;
const TWIST_LAG = 0.25;

/** One robot's memory. */
export interface Actor {
  /** Slow position of the robot; its tile stays below it. */
  readonly anchor: Vector2;
  /** Smoothed measured velocity. */
  readonly twist: Float32Array;
  /** Where it is drawn, and where it is. */
  readonly drawnAt: Vector3;
  readonly place: Vector3;
}

/** The robots on screen, by environment. */
export class Actors {
  private readonly actors = new Map<number, Actor>();

  /** The robot of an environment, where it is on screen. */
  get(environment: number): Actor | undefined {
    return this.actors.get(environment);
  }

  /** Forgets all robots. */
  clear(): void {
    this.actors.clear();
  }

  /** Forgets those that `isKept` does not name. */
  keep(isKept: (environment: number) => boolean): void {
    for (const environment of this.actors.keys()) if (!isKept(environment)) this.actors.delete(environment);
  }

  /** Where each one is drawn. */
  spots(): { readonly environment: number; readonly at: Vector3 }[] {
    return [...this.actors].map(([environment, { drawnAt }]) => ({ environment, at: drawnAt }));
  }

  /** Brings a robot's memory to a pose at (x, y), `dt` seconds later. */
  advance(environment: number, pose: ShownPose, x: number, y: number, dt: number): Actor {
    let actor = this.actors.get(environment);
    if (!actor || pose.isCut) {
      actor = { anchor: new Vector2(x, y), twist: pose.twist.slice(), drawnAt: new Vector3(), place: new Vector3() };
      this.actors.set(environment, actor);
    }
    const share = 1 - Math.exp(-dt / ANCHOR_LAG);
    actor.anchor.set(actor.anchor.x + share * (x - actor.anchor.x), actor.anchor.y + share * (y - actor.anchor.y));
    const twistShare = 1 - Math.exp(-dt / TWIST_LAG);
    for (let i = 0; i < 3; i++) actor.twist[i] += twistShare * (pose.twist[i] - actor.twist[i]);
    return actor;
  }
}
