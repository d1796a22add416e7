/** Cuts a film of a walk so that it can be repeated without a jump. Pure arithmetic. */

/** Shortest loop, as a share of the film. */
const SHORTEST = 0.45;
const BODY = 7;

/**
 * The beginning of a film up to the frame that is most like the first, that frame omitted.
 * @param frames [frames][bodies * 7] positions and quaternions
 * @param root the body that all are seen from: the way that it covers does not count
 */
export function closedLoop(frames: readonly number[][], root: number): number[][] {
  let best = frames.length - 1;
  let least = Number.POSITIVE_INFINITY;
  for (let end = Math.ceil(SHORTEST * frames.length); end < frames.length; end++) {
    const found = difference(frames[0], frames[end], root);
    if (found < least) [least, best] = [found, end];
  }
  return frames.slice(0, best);
}

/** Mean square of the distance of the root and the bodies after it, seen from the root, m². */
function difference(a: readonly number[], b: readonly number[], root: number): number {
  let sum = 0;
  for (let at = BODY * root; at < a.length; at += BODY)
    for (let axis = 0; axis < 3; axis++) {
      const shift = axis < 2 ? b[BODY * root + axis] - a[BODY * root + axis] : 0;
      sum += (b[at + axis] - a[at + axis] - shift) ** 2;
    }
  return sum / a.length;
}
