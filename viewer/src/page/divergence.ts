/** Distance between two simulations of one robot. Pure arithmetic on poses. */
import { headingOf } from "../scene/places/measure.ts";

/** How far two robots on screen are apart. */
export interface Divergence {
  /** Simulated seconds since branching. */
  readonly seconds: number;
  /** Between their trunks, m. */
  readonly apart: number;
  /** Between their headings, rad, 0 to π. */
  readonly turned: number;
  /** Mean distance of a body from where it is in the other, both seen from their trunks, m. */
  readonly posture: number;
}

/**
 * @param a [bodies, 7]
 * @param b [bodies, 7]
 * @param root body that carries the robot
 */
export function divergenceOf(a: Float32Array, b: Float32Array, root: number, seconds: number): Divergence {
  const r = 7 * root;
  const apart = Math.hypot(a[r] - b[r], a[r + 1] - b[r + 1], a[r + 2] - b[r + 2]);
  const [headingA, headingB] = [headingOf(a, root), headingOf(b, root)];
  const turn = headingA - headingB;
  const turned = Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn)));
  let sum = 0;
  for (let p = 7; p < a.length; p += 7) {
    const [ax, ay, az] = seenFrom(a, p, r, headingA);
    const [bx, by, bz] = seenFrom(b, p, r, headingB);
    sum += Math.hypot(ax - bx, ay - by, az - bz);
  }
  return { seconds, apart, turned, posture: sum / Math.max(1, a.length / 7 - 1) };
}

/** Where the body at `p` is from the trunk at `r`, along its heading. */
function seenFrom(poses: Float32Array, p: number, r: number, heading: number): [number, number, number] {
  const [x, y, z] = [poses[p] - poses[r], poses[p + 1] - poses[r + 1], poses[p + 2] - poses[r + 2]];
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  return [cos * x + sin * y, cos * y - sin * x, z];
}
