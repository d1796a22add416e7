/** The user's hand on the picture: names the body under the pointer, and takes hold of it where a robot is driven. */
import type { Stage } from "../scene/stage.ts";
import type { Store } from "../state/store.ts";
import type { Grab } from "./grab.ts";
import type { Handles } from "./handles/handles.ts";
import type { ShownScene } from "./shown-scene.ts";

/** Actions of a pointer on the canvas. */
export class Hand {
  /** The body that is held, if any. */
  readonly grab: Grab;
  /** What the task lets the user move. */
  readonly handles: Handles;
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly scene: Pick<ShownScene, "bodyName" | "poseOf">;

  constructor(
    store: Store,
    stage: Stage,
    scene: Pick<ShownScene, "bodyName" | "poseOf">,
    grab: Grab,
    handles: Handles,
  ) {
    this.store = store;
    this.stage = stage;
    this.scene = scene;
    this.grab = grab;
    this.handles = handles;
  }

  /** Whether something is held. */
  get isHolding(): boolean {
    return this.grab.isHolding || this.handles.isHolding;
  }

  /** The pointer that holds something has moved, in CSS pixels of the canvas. */
  move(x: number, y: number): void {
    this.grab.move(x, y);
    this.handles.move(x, y);
  }

  /** Lets go of everything. */
  end(): void {
    this.grab.end();
    this.handles.end();
  }

  /** Names the body at a point of the canvas in CSS pixels, or none. */
  point(x: number, y: number): void {
    const touched = this.stage.touch(x, y);
    if (this.handles.point(x, y, touched?.body ?? null)) return;
    const name = touched && this.scene.bodyName(touched.body);
    this.store.set({ pointed: name ? { name, x, y } : null });
  }

  /** Grabs the body of a driven robot at a point of the canvas in CSS pixels; false if there is none. */
  take(x: number, y: number, isFinger: boolean): boolean {
    if (this.store.get().channel !== "drive") return false;
    const touched = this.stage.touch(x, y);
    if (this.handles.take(x, y, touched?.body ?? null, isFinger)) return true;
    const pose = touched && this.scene.poseOf(touched.environment);
    if (!touched || !pose) return false;
    this.grab.begin(touched, pose, x, y);
    this.point(x, y);
    return true;
  }
}
