/** A motion to track: poses of one robot at the control rate. */

/** Frames per second of every clip; what comes at another rate is resampled. */
export const CLIP_HZ = 50;

/** One motion. */
export interface Clip {
  readonly name: string;
  /** What it shows, in a few words. */
  readonly about: string;
  /** Whether it is for evaluation alone. */
  readonly heldOut: boolean;
  readonly frames: number;
  /** [frames, nq] position of the root, m, its quaternion (w, x, y, z), then the joints in the model's order, rad */
  readonly qpos: Float64Array;
  /** [frames, joints] rad, the servos' targets that led to each frame; absent where nobody knows them, as in recorded motions. */
  readonly targets?: Float64Array;
}

/** The first frame's root at the world's origin, so that robots start near it. */
export function centred(qpos: Float64Array, nq: number): Float64Array {
  const [x, y] = [qpos[0], qpos[1]];
  const moved = qpos.slice();
  for (let at = 0; at < moved.length; at += nq) {
    moved[at] -= x;
    moved[at + 1] -= y;
  }
  return moved;
}
