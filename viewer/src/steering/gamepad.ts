/** A gamepad in the browser's standard layout: sticks steer, buttons act. Looked at once per frame while one is connected. */
import { type Axes, STILL, withDeadZone } from "./axes.ts";

/** Sticks rest anywhere in here. */
const DEAD_ZONE = 0.12;

/** What a button does, and how the help names it. */
export type PadAction = "push" | "toggle" | "reset";
export const padButtons: readonly { readonly index: number; readonly name: string; readonly action: PadAction }[] = [
  { index: 0, name: "A", action: "push" },
  { index: 9, name: "Start", action: "toggle" },
  { index: 8, name: "Back", action: "reset" },
];

export interface PadEvents {
  moved(axes: Axes): void;
  pressed(action: PadAction): void;
  /** A gamepad came or went. */
  named(name: string | null): void;
}

export class PadWatch {
  private readonly events: PadEvents;
  private readonly down = new Set<number>();
  private isRunning = false;
  private name: string | null = null;

  constructor(events: PadEvents) {
    this.events = events;
    addEventListener("gamepadconnected", () => this.run());
    addEventListener("gamepaddisconnected", () => this.run());
    this.run();
  }

  private run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    requestAnimationFrame(this.look);
  }

  private readonly look = (): void => {
    const pad = navigator.getGamepads?.().find((candidate) => candidate?.connected) ?? null;
    if ((pad?.id ?? null) !== this.name) {
      this.name = pad?.id ?? null;
      this.events.named(this.name);
      if (!pad) this.events.moved(STILL);
    }
    this.isRunning = pad !== null;
    if (!pad) return;
    this.events.moved(axesOf(pad));
    for (const { index, action } of padButtons) this.lookAt(pad, index, action);
    requestAnimationFrame(this.look);
  };

  private lookAt({ buttons }: Gamepad, index: number, action: PadAction): void {
    const isDown = buttons[index]?.pressed ?? false;
    if (isDown && !this.down.has(index)) this.events.pressed(action);
    if (isDown) this.down.add(index);
    else this.down.delete(index);
  }
}

/** Left stick walks, right stick turns; a stick's axes point right and down. */
function axesOf({ axes }: Gamepad): Axes {
  const [right, down] = withDeadZone(axes[0] ?? 0, axes[1] ?? 0, DEAD_ZONE);
  const [turn] = withDeadZone(axes[2] ?? 0, 0, DEAD_ZONE);
  return { forward: -down, left: -right, turn: -turn };
}
