/** Who steers the driven simulation: one page at a time. Time comes in as an argument. */

/** A page that has sent no request for this long may be relieved. */
const IDLE_MS = 10_000;

/** The right to steer, held by one viewer at most. */
export class Wheel {
  #holder: number | null = null;
  #usedMs = Number.NEGATIVE_INFINITY;

  /** The viewer that steers; null while nobody does. */
  get holder(): number | null {
    return this.#holder;
  }

  /** Gives the wheel to a viewer, and notes that it is used. False while another one steers. */
  take(viewer: number, nowMs: number): boolean {
    if (this.#holder !== null && this.#holder !== viewer && nowMs - this.#usedMs < IDLE_MS) return false;
    this.#holder = viewer;
    this.#usedMs = nowMs;
    return true;
  }

  /** Lets go of the wheel; false where the viewer does not hold it. */
  release(viewer: number): boolean {
    if (this.#holder !== viewer) return false;
    this.#holder = null;
    return true;
  }
}
