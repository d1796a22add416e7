/** Which axes of a gamepad steer, and what a reading of them requests. Pure arithmetic: a reading in, axes out. */
import { type Axes, withDeadZone } from "./axes.ts";

/** Sticks rest anywhere in here. */
export const DEAD_ZONE = 0.12;
/** An axis that is farther from its rest than this when it is first seen is held or not reported yet; a nearer one drifts. */
const MOST_DRIFT = 0.5;

/** Values beyond belong to hats. */
export const END = 1.001;

/** An axis of the pad: where it rests, and the end of it that requests the full positive value. */
export interface AxisBinding {
  readonly axis: number;
  readonly rest: number;
  readonly sign: 1 | -1;
}

/** The axes that steer; null where none does. */
export type PadLayout = Readonly<Record<keyof Axes, AxisBinding | null>>;

/** Left stick walks, right stick turns; a stick's axes point right and down. */
export const STANDARD_LAYOUT: PadLayout = {
  forward: { axis: 1, rest: 0, sign: -1 },
  left: { axis: 0, rest: 0, sign: -1 },
  turn: { axis: 2, rest: 0, sign: -1 },
};

/** An axis's value; `otherwise` where the pad reports none. */
export function axisAt(axes: readonly (number | null | undefined)[], axis: number, otherwise: number): number {
  const value = axes[axis];
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** One axis in use. Until it has been seen near its rest it commands nothing. */
class WatchedAxis {
  private readonly binding: AxisBinding;
  /** Readings in here ask for nothing; null while the axis has never rested. */
  private still: readonly [number, number] | null = null;
  private isFirst = true;

  constructor(binding: AxisBinding) {
    this.binding = binding;
  }

  /** In [-1, 1], from the rim of its rest to either end. */
  read(axes: readonly number[]): number {
    const { axis, rest, sign } = this.binding;
    const value = axisAt(axes, axis, rest);
    this.learn(value);
    if (this.still === null) return 0;
    const [low, high] = this.still;
    const share = value < low ? (value - low) / (1 + low) : value > high ? (value - high) / (1 - high) : 0;
    // A hat's values lie outside of an axis's range, and an end at rest has no way beyond.
    return Number.isFinite(share) && Math.abs(value) <= END ? sign * Math.min(1, Math.max(-1, share)) : 0;
  }

  private learn(value: number): void {
    const { rest } = this.binding;
    const limit = this.isFirst ? MOST_DRIFT : DEAD_ZONE;
    if (this.still === null && Math.abs(value - rest) <= limit)
      this.still = Math.abs(value - rest) <= DEAD_ZONE ? [rest, rest] : [Math.min(rest, value), Math.max(rest, value)];
    this.isFirst = false;
  }
}

/** A layout in use by one pad, since it was connected. */
export class PadSticks {
  private readonly watched: readonly (readonly [keyof Axes, WatchedAxis])[];

  constructor(layout: PadLayout) {
    const names = ["forward", "left", "turn"] as const;
    this.watched = names.flatMap((name) => {
      const binding = layout[name];
      return binding ? [[name, new WatchedAxis(binding)] as const] : [];
    });
  }

  /** @param axes as the pad reports them; some may be missing */
  read(axes: readonly number[]): Axes {
    const raw = { forward: 0, left: 0, turn: 0 };
    for (const [name, axis] of this.watched) raw[name] = axis.read(axes);
    const [forward, left] = withDeadZone(raw.forward, raw.left, DEAD_ZONE);
    const [turn] = withDeadZone(raw.turn, 0, DEAD_ZONE);
    return { forward, left, turn };
  }
}
