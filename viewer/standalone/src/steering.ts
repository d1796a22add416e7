/** What the user asks of the robot: keyboard, gamepad and the pads on screen, each from −1 to 1 forward, to the left and turning left. */

/** Forward, left, turn. */
export type Stick = readonly [number, number, number];

const KEYS: Readonly<Record<string, Stick>> = {
  KeyW: [1, 0, 0],
  ArrowUp: [1, 0, 0],
  KeyS: [-1, 0, 0],
  ArrowDown: [-1, 0, 0],
  KeyA: [0, 1, 0],
  KeyD: [0, -1, 0],
  KeyQ: [0, 0, 1],
  ArrowLeft: [0, 0, 1],
  KeyE: [0, 0, -1],
  ArrowRight: [0, 0, -1],
};
/** Less than this of a gamepad's stick is its own drift. */
const DEAD_ZONE = 0.12;

/** Joins all sources; the strongest wish of each axis counts. */
export class Steering {
  /** Set by the pads on screen. */
  pads: Stick = [0, 0, 0];
  private readonly held = new Set<string>();

  constructor() {
    addEventListener("keydown", (event) => {
      if (!(event.code in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.held.add(event.code);
    });
    addEventListener("keyup", (event) => this.held.delete(event.code));
    addEventListener("blur", () => this.held.clear());
  }

  read(): Stick {
    const wishes = [this.pads, this.keys(), ...gamepads()];
    const strongest = (axis: 0 | 1 | 2) =>
      wishes.map((wish) => wish[axis]).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    return [strongest(0), strongest(1), strongest(2)];
  }

  private keys(): Stick {
    const sum = (axis: 0 | 1 | 2) => [...this.held].reduce((total, key) => total + (KEYS[key]?.[axis] ?? 0), 0);
    const limited = (value: number) => Math.max(-1, Math.min(1, value));
    return [limited(sum(0)), limited(sum(1)), limited(sum(2))];
  }
}

/** Standard mapping: the left stick walks, the right one turns. */
function gamepads(): Stick[] {
  return navigator
    .getGamepads()
    .filter((pad) => pad !== null)
    .map(({ axes }): Stick => [-live(axes[1]), -live(axes[0]), -live(axes[2])]);
}

function live(axis = 0): number {
  const beyond = Math.max(0, Math.abs(axis) - DEAD_ZONE) / (1 - DEAD_ZONE);
  return beyond === 0 ? 0 : Math.sign(axis) * beyond;
}

/** The command that a stick means: its whole way is the lowest or highest of the range. */
export function commandOf(stick: Stick, ranges: readonly (readonly [number, number])[]): number[] {
  return ranges.map(([low, high], axis) => {
    const wish = stick[axis] ?? 0;
    return wish >= 0 ? wish * Math.max(0, high) : -wish * Math.min(0, low);
  });
}
