/** From sticks and keys to velocities. Pure arithmetic. */
import type { RunInfo } from "../../../src/stream/protocol.ts";

/** What the user commands, each in [-1, 1]: forward, to the left, turning to the left. */
export interface Axes {
  readonly forward: number;
  readonly left: number;
  readonly turn: number;
}

/** Nothing is asked for. */
export const STILL: Axes = { forward: 0, left: 0, turn: 0 };

/** A velocity command: m/s, m/s, rad/s. */
export interface Twist {
  readonly vx: number;
  readonly vy: number;
  readonly yawRate: number;
}

/** Several sources at once: their sum, cut to [-1, 1]. */
export function sumAxes(all: readonly Axes[]): Axes {
  const sum = (name: keyof Axes) => clamp(all.reduce((total, axes) => total + axes[name], 0));
  return { forward: sum("forward"), left: sum("left"), turn: sum("turn") };
}

/** Whether nothing is asked for. */
export function isStill({ forward, left, turn }: Axes): boolean {
  return forward === 0 && left === 0 && turn === 0;
}

/** The share of each range that the axes ask for: 1 is its upper end, -1 its lower end. */
export function twistOf({ forward, left, turn }: Axes, ranges: RunInfo["commandRanges"]): Twist {
  const value = (axis: number, n: number) => scaled(axis, ranges[n] ?? [0, 0]);
  return { vx: value(forward, 0), vy: value(left, 1), yawRate: value(turn, 2) };
}

/** The axis position for a value: the inverse of `twistOf`, cut to [-1, 1]. */
export function axisOf(value: number, [low, high]: readonly [number, number]): number {
  const end = value < 0 ? -low : high;
  return end > 0 ? clamp(value / end) : 0;
}

/**
 * A stick with a round dead zone: nothing inside it, and from its rim on everything up to the end.
 * @param x,y as the device gives them, in [-1, 1]
 */
export function withDeadZone(x: number, y: number, zone: number): [number, number] {
  const length = Math.hypot(x, y);
  if (length <= zone) return [0, 0];
  const share = Math.min(1, (length - zone) / (1 - zone)) / length;
  // No negative zero.
  return [x * share || 0, y * share || 0];
}

function scaled(axis: number, [low, high]: readonly [number, number]): number {
  // No negative zero.
  return (axis < 0 ? -axis * Math.min(0, low) : axis * Math.max(0, high)) || 0;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
