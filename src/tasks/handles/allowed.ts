/** Where a thing that is moved by hand may be, and how it may be turned. Pure arithmetic, for pages too. */

/** A position, m. */
export type Triple = readonly [number, number, number];
/** A rotation, w-x-y-z. */
export type Quadruple = readonly [number, number, number, number];

/** A box along the world's axes, m. */
export interface HandleBox {
  readonly lowest: Triple;
  readonly highest: Triple;
}

/** How a thing may be turned. */
export interface HandleTurn {
  /** About the vertical alone, or about any axis. */
  readonly about: "z" | "any";
  /** Largest angle from the body's own frame to the world's, rad; default: no limit. */
  readonly most?: number;
}

/** Where a thing is to be put, as far as that changes; both in the world. */
export interface HandlePose {
  readonly pos: Triple | null;
  readonly quat: Quadruple | null;
}

/** The part of a placement that is allowed, as near to it as may be; null where nothing may change. */
export function allowed(limits: { within?: HandleBox; turn?: HandleTurn }, { pos, quat }: HandlePose): HandlePose {
  const { within, turn } = limits;
  return {
    pos: pos && within ? clamped(within, pos) : null,
    quat: quat && turn ? turnedAsAllowed(turn, quat) : null,
  };
}

/** The point of a box that is nearest to a place. */
export function clamped({ lowest, highest }: HandleBox, pos: Triple): Triple {
  const inside = (i: 0 | 1 | 2) => Math.max(lowest[i], Math.min(highest[i], pos[i]));
  return [inside(0), inside(1), inside(2)];
}

/** How far a place is outside of a box, m; 0 inside. */
export function distanceOut(box: HandleBox, pos: Triple): number {
  const near = clamped(box, pos);
  return Math.hypot(near[0] - pos[0], near[1] - pos[1], near[2] - pos[2]);
}

/** Quaternions shorter than this have no direction. */
const SHORTEST = 1e-9;

/** The part of a rotation that is about an allowed axis, and no more of it than the largest angle. */
function turnedAsAllowed({ about, most = Math.PI }: HandleTurn, quat: Quadruple): Quadruple {
  const [w, x, y, z] = about === "z" ? [quat[0], 0, 0, quat[3]] : quat;
  const length = Math.hypot(w, x, y, z);
  if (!(length > SHORTEST)) return [1, 0, 0, 0];
  const sine = Math.hypot(x, y, z) / length;
  const angle = 2 * Math.atan2(sine, Math.abs(w) / length);
  if (angle <= most) return [w / length, x / length, y / length, z / length];
  const share = (Math.sin(most / 2) * (w < 0 ? -1 : 1)) / (sine * length);
  return [Math.cos(most / 2), x * share, y * share, z * share];
}
