/** A push of the driven robot: how hard, and from which side. */
import { HARDEST_PUSH } from "../../../src/stream/protocol.ts";

/** Sides that a push comes from, as the robot sees them. */
export const PUSH_SIDES = ["any", "left", "right", "front", "back"] as const;
/** A side that a push comes from. */
export type PushSide = (typeof PUSH_SIDES)[number];

/** What the user chose. */
export interface PushChoice {
  /** Change of the robot's velocity, m/s. */
  readonly speed: number;
  readonly side: PushSide;
}

/** Bounds and step of the choice, m/s. */
export const PUSH_SPEEDS = { least: 0.1, most: HARDEST_PUSH, step: 0.1 } as const;
/** A firm push from any side. */
export const usualPush: PushChoice = { speed: 0.8, side: "any" };

/** Where a robot goes that is pushed from there, rad to the left of its heading. */
const directions: Readonly<Record<Exclude<PushSide, "any">, number>> = {
  left: -Math.PI / 2,
  right: Math.PI / 2,
  front: Math.PI,
  back: 0,
};

/** What was kept of an earlier choice; the usual push where it cannot be read. */
export function readPush(kept: unknown): PushChoice {
  const { speed, side } = (kept ?? {}) as Partial<PushChoice>;
  const isSpeed = typeof speed === "number" && speed >= PUSH_SPEEDS.least && speed <= PUSH_SPEEDS.most;
  return {
    speed: isSpeed ? speed : usualPush.speed,
    side: PUSH_SIDES.find((known) => known === side) ?? usualPush.side,
  };
}

/** The side and the direction of a push; one of the four sides where any will do. @param draw uniform in [0, 1) */
export function pushFrom(
  side: PushSide,
  draw: number,
): { readonly side: Exclude<PushSide, "any">; readonly angle: number } {
  const sides = PUSH_SIDES.filter((known) => known !== "any");
  const from = side === "any" ? sides[Math.floor(draw * sides.length)] : side;
  return { side: from, angle: directions[from] };
}
