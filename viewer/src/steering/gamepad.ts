/**
 * The gamepads in the browser, looked at once per frame while one is connected. The one that was touched last steers. A pad in the browser's standard
 * layout steers at once, any other after a user has shown which of its sticks mean what.
 */
import { type Axes, STILL } from "./axes.ts";
import { axisAt, type PadLayout, PadSticks, STANDARD_LAYOUT } from "./pad-layout.ts";
import { type MappingStep, PadMapping } from "./pad-mapping.ts";
import { PadMemory } from "./pad-memory.ts";

/** An axis that moves farther than this was touched. */
const TOUCH = 0.2;

/** What a button does, and how the help names it. Other layouts than the standard have their buttons elsewhere: there they do nothing. */
export type PadAction = "push" | "toggle" | "reset";
/** Buttons of the standard layout that act, with their names on the pad. */
export const padButtons: readonly { readonly index: number; readonly name: string; readonly action: PadAction }[] = [
  { index: 0, name: "A", action: "push" },
  { index: 9, name: "Start", action: "toggle" },
  { index: 8, name: "Back", action: "reset" },
];

/** State of the gamepad that steers, or could steer. */
export interface PadState {
  /** As the browser names it. */
  readonly name: string;
  /** Whether it is known which of its axes steer. */
  readonly isKnown: boolean;
  /** Whether the user has mapped it. */
  readonly isTaught: boolean;
  /** The present question about its sticks; null if there is none. */
  readonly asked: { readonly step: MappingStep; readonly isMoved: boolean } | null;
}

/** Who is told what gamepads do. */
export interface PadEvents {
  /** The sticks ask for something else. */
  moved(axes: Axes): void;
  /** A button that means something was pressed. */
  pressed(action: PadAction): void;
  /** A gamepad came or went, or it is known better. */
  changed(pad: PadState | null): void;
}

/** One pad since it was connected. */
class WatchedPad {
  readonly id: string;
  private readonly isStandard: boolean;
  /** What its sticks ask for, as seen last. */
  asked: Axes = STILL;
  /** Whether it waits for a touch: the pad that steered has gone, and this one may lie anywhere. */
  isAsleep = false;
  private sticks: PadSticks | null = null;
  private reference: readonly number[];
  private down: ReadonlySet<number>;

  constructor({ id, mapping, axes, buttons }: Gamepad, layout: PadLayout | undefined) {
    this.id = id;
    this.isStandard = mapping === "standard";
    this.reference = Array.from(axes, (_, axis) => axisAt(axes, axis, 0));
    this.down = pressedOf(buttons);
    this.lay(layout);
  }

  get isKnown(): boolean {
    return this.sticks !== null;
  }

  /** @param layout taught by a user; without one the standard layout counts, where the pad has it */
  lay(layout: PadLayout | undefined): void {
    const known = layout ?? (this.isStandard ? STANDARD_LAYOUT : null);
    this.sticks = known && new PadSticks(known);
  }

  /** What was pressed since the last look, and whether a hand was at the pad. */
  look({ axes, buttons }: Gamepad): { readonly actions: readonly PadAction[]; readonly isTouched: boolean } {
    this.asked = this.sticks?.read(axes) ?? STILL;
    const now = Array.from(axes, (_, axis) => axisAt(axes, axis, this.reference[axis] ?? 0));
    const isMoved = now.some((value, axis) => Math.abs(value - (this.reference[axis] ?? 0)) > TOUCH);
    if (isMoved) this.reference = now;
    const down = pressedOf(buttons);
    const fresh = [...down].filter((index) => !this.down.has(index));
    this.down = down;
    const meant = this.isStandard ? padButtons.filter(({ index }) => fresh.includes(index)) : [];
    return { actions: meant.map(({ action }) => action), isTouched: isMoved || fresh.length > 0 };
  }
}

/** Watches the gamepads of the browser. */
export class PadWatch {
  private readonly events: PadEvents;
  private readonly memory = new PadMemory();
  /** By place. */
  private pads = new Map<number, WatchedPad>();
  private mapping: PadMapping | null = null;
  private isRunning = false;
  /** Place of the pad that was touched last. */
  private chosen: number | null = null;
  private told = "";

  constructor(events: PadEvents) {
    this.events = events;
    addEventListener("gamepadconnected", () => this.run());
    addEventListener("gamepaddisconnected", () => this.run());
    this.run();
  }

  /** Asks the user which axes steer. */
  teach(): void {
    this.mapping = new PadMapping();
    this.tell();
  }

  /** Skips the direction of the present question. */
  skip(): void {
    this.mapping?.skip();
    this.tell();
  }

  /** Ends the questions; the pad is as it was before. */
  cancel(): void {
    this.mapping = null;
    this.tell();
  }

  /** Forgets the user's mapping. */
  forget(): void {
    const pad = this.pad;
    if (!pad) return;
    this.memory.set(pad.id, null);
    this.layAgain(pad.id);
  }

  private get pad(): WatchedPad | undefined {
    return this.chosen === null ? undefined : this.pads.get(this.chosen);
  }

  private run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    requestAnimationFrame(this.look);
  }

  private readonly look = (nowMs: number): void => {
    const connected = (navigator.getGamepads?.() ?? []).filter((pad): pad is Gamepad => pad?.connected === true);
    this.meet(connected);
    for (const pad of connected) this.lookAt(pad);
    const current = connected.find(({ index }) => index === this.chosen);
    if (current) this.steer(current, nowMs);
    this.tell();
    this.isRunning = connected.length > 0;
    if (this.isRunning) requestAnimationFrame(this.look);
  };

  /** Adds newly connected pads, and removes disconnected ones. */
  private meet(connected: readonly Gamepad[]): void {
    const known = this.pads;
    this.pads = new Map();
    for (const pad of connected) {
      const before = known.get(pad.index);
      this.pads.set(pad.index, before?.id === pad.id ? before : new WatchedPad(pad, this.memory.get(pad.id)));
    }
    if (this.chosen !== null && this.pads.get(this.chosen) === known.get(this.chosen)) return;
    const isLeft = this.chosen !== null;
    this.choose(connected[0]?.index ?? null);
    if (this.pad) this.pad.isAsleep = isLeft;
  }

  private lookAt(pad: Gamepad): void {
    const watched = this.pads.get(pad.index)!;
    const { actions, isTouched } = watched.look(pad);
    if (isTouched) watched.isAsleep = false;
    if (isTouched && pad.index !== this.chosen && this.mapping === null) this.choose(pad.index);
    if (pad.index === this.chosen && this.mapping === null) for (const action of actions) this.events.pressed(action);
  }

  private choose(index: number | null): void {
    if (this.chosen !== null) this.events.moved(STILL);
    this.mapping = null;
    this.chosen = index;
  }

  /** While the user answers questions about it, a pad moves nothing. */
  private steer(gamepad: Gamepad, nowMs: number): void {
    const pad = this.pad!;
    this.events.moved(this.mapping || pad.isAsleep ? STILL : pad.asked);
    const layout = this.mapping?.look(gamepad.axes, nowMs);
    if (!layout) return;
    this.mapping = null;
    this.memory.set(pad.id, layout);
    this.layAgain(pad.id);
    pad.look(gamepad); // it rests now, so a push in the very next frame counts
  }

  private layAgain(id: string): void {
    for (const pad of this.pads.values()) if (pad.id === id) pad.lay(this.memory.get(id));
    this.tell();
  }

  /** Reports the state, if it has changed. */
  private tell(): void {
    const { pad, mapping } = this;
    const asked = mapping && { step: mapping.step, isMoved: mapping.isMoved };
    const isTaught = pad !== undefined && this.memory.get(pad.id) !== undefined;
    const state = pad ? { name: pad.id, isKnown: pad.isKnown, isTaught, asked } : null;
    const words = JSON.stringify(state);
    if (words === this.told) return;
    this.told = words;
    this.events.changed(state);
  }
}

function pressedOf(buttons: readonly GamepadButton[]): ReadonlySet<number> {
  return new Set(buttons.flatMap((button, index) => (button?.pressed ? [index] : [])));
}
