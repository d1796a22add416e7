/** The user's hand on the picture: names the body under the pointer, and takes hold of it where a robot is driven. */
import type { Stage } from "../scene/stage.ts";
import type { Store } from "../state/store.ts";
import type { Grab } from "./grab.ts";
import type { ShownScene } from "./shown-scene.ts";

/** Actions of a pointer on the canvas. */
export class Hand {
  /** The body that is held, if any. */
  readonly grab: Grab;
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly scene: ShownScene;

  constructor(store: Store, stage: Stage, scene: ShownScene, grab: Grab) {
    this.store = store;
    this.stage = stage;
    this.scene = scene;
    this.grab = grab;
  }

  /** Names the body at a point of the canvas in CSS pixels, or none. */
  point(x: number, y: number): void {
    const touched = this.stage.touch(x, y);
    const name = touched && this.scene.bodyName(touched.body);
    this.store.set({ pointed: name ? { name, x, y } : null });
  }

  /** Grabs the body of a driven robot at a point of the canvas in CSS pixels; false if there is none. */
  take(x: number, y: number): boolean {
    if (this.store.get().channel !== "drive") return false;
    const touched = this.stage.touch(x, y);
    const pose = touched && this.scene.poseOf(touched.environment);
    if (!touched || !pose) return false;
    this.grab.begin(touched, pose, x, y);
    this.point(x, y);
    return true;
  }
}
