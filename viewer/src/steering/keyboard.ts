/** Keys that steer while they are held. By their place on the keyboard, so that other layouts have them where the hand is. */
import { type Axes, STILL, sumAxes } from "./axes.ts";

const FORWARD: Axes = { ...STILL, forward: 1 };
const BACK: Axes = { ...STILL, forward: -1 };
const LEFT: Axes = { ...STILL, left: 1 };
const RIGHT: Axes = { ...STILL, left: -1 };
const TURN_LEFT: Axes = { ...STILL, turn: 1 };
const TURN_RIGHT: Axes = { ...STILL, turn: -1 };

const keys: Readonly<Record<string, Axes>> = {
  KeyW: FORWARD,
  ArrowUp: FORWARD,
  KeyS: BACK,
  ArrowDown: BACK,
  KeyA: LEFT,
  KeyD: RIGHT,
  KeyQ: TURN_LEFT,
  ArrowLeft: TURN_LEFT,
  KeyE: TURN_RIGHT,
  ArrowRight: TURN_RIGHT,
};
/** Keys that move a goal: over the ground as seen by the camera, down and up. */
export const movingKeys: Readonly<Record<string, Axes>> = {
  ...keys,
  ArrowLeft: LEFT,
  ArrowRight: RIGHT,
  PageDown: TURN_LEFT,
  PageUp: TURN_RIGHT,
};
/** Shift halves every command. */
const CAREFUL = 0.5;

/** The steering keys that are held. */
export class SteeringKeys {
  private readonly held = new Set<string>();
  private isCareful = false;
  private readonly meaning: Readonly<Record<string, Axes>>;

  /** @param meaning of keys by code; if omitted, they steer a robot */
  constructor(meaning: Readonly<Record<string, Axes>> = keys) {
    this.meaning = meaning;
  }

  /** What the held keys ask for. */
  get axes(): Axes {
    const { forward, left, turn } = sumAxes([...this.held].map((code) => this.meaning[code]));
    const share = this.isCareful ? CAREFUL : 1;
    return { forward: share * forward, left: share * left, turn: share * turn };
  }

  /** Codes of the keys that are held. */
  get codes(): ReadonlySet<string> {
    return this.held;
  }

  /** True where the key steers. */
  press({ code, shiftKey }: KeyboardEvent): boolean {
    this.isCareful = shiftKey;
    if (!(code in this.meaning)) return false;
    this.held.add(code);
    return true;
  }

  /** A key is no longer held. */
  release({ code, shiftKey }: KeyboardEvent): void {
    this.isCareful = shiftKey;
    this.held.delete(code);
  }

  /** The page lost the keyboard: what happens to the keys is not heard of. */
  clear(): void {
    this.held.clear();
    this.isCareful = false;
  }
}
