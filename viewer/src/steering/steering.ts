/** Everything that steers, brought together: says what command is wanted, when that changes and, while it is held, that it still is. */
import type { ClientMessage, RunInfo } from "../../../src/stream/protocol.ts";
import { type Axes, isStill, STILL, sumAxes, type Twist, twistOf } from "./axes.ts";

/** Where a wish to move comes from. */
export type SteeringSource = "keys" | "gamepad" | "stick";

/** Commands are sent at most this often. */
const SHORTEST_GAP_MS = 25;
/** A command that is held is sent again after this long; the server lets go of one that it no longer hears. */
const HELD_MS = 400;

/** Adds up what all sources ask for, and sends it as a velocity command. */
export class Steering {
  private readonly sources = new Map<SteeringSource, Axes>();
  private readonly send: (message: ClientMessage) => void;
  private readonly onChange: (axes: Axes) => void;
  private ranges: RunInfo["commandRanges"] = [];
  private sent = "";
  private sentMs = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onChange receives the present command */
  constructor(send: (message: ClientMessage) => void, onChange: (axes: Axes) => void) {
    this.send = send;
    this.onChange = onChange;
  }

  /** The present command. */
  get axes(): Axes {
    return sumAxes([...this.sources.values()]);
  }

  /** Another task: its ranges, empty if it cannot be steered. The command is zero. */
  setRanges(ranges: RunInfo["commandRanges"]): void {
    this.ranges = ranges;
    this.sources.clear();
    this.sent = JSON.stringify(twistOf(STILL, ranges));
    clearTimeout(this.timer);
  }

  /** The command of one source. */
  ask(source: SteeringSource, axes: Axes): void {
    if (this.ranges.length === 0) return;
    this.sources.set(source, axes);
    this.tell();
  }

  /** Lets go of everything, as when the page loses the keyboard. */
  letGo(): void {
    this.sources.clear();
    if (this.ranges.length > 0) this.tell();
  }

  private tell(): void {
    const { axes } = this;
    const twist = twistOf(axes, this.ranges);
    if (JSON.stringify(twist) === this.sent) return;
    this.onChange(axes);
    const waitMs = this.sentMs + SHORTEST_GAP_MS - performance.now();
    clearTimeout(this.timer);
    if (waitMs > 0) this.timer = setTimeout(() => this.tell(), waitMs);
    else this.say(twist);
  }

  private say(twist: Twist): void {
    this.sent = JSON.stringify(twist);
    this.sentMs = performance.now();
    this.send({ type: "command", ...twist, at: this.sentMs });
    clearTimeout(this.timer);
    if (!isStill(this.axes)) this.timer = setTimeout(() => this.say(twistOf(this.axes, this.ranges)), HELD_MS);
  }
}
