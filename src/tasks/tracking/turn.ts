/** How goals give a turn: without the jumps that angles have. */

/** Writes the first two columns of the rotation matrix of a⁻¹ b: where b's x and y axes point, seen from a. */
export function writeTurn(
  out: Float64Array,
  o: number,
  a: Float64Array,
  p: number,
  b: ArrayLike<number>,
  q: number,
): void {
  const [aw, ax, ay, az] = [a[p], -a[p + 1], -a[p + 2], -a[p + 3]];
  const w = aw * b[q] - ax * b[q + 1] - ay * b[q + 2] - az * b[q + 3];
  const x = aw * b[q + 1] + ax * b[q] + ay * b[q + 3] - az * b[q + 2];
  const y = aw * b[q + 2] - ax * b[q + 3] + ay * b[q] + az * b[q + 1];
  const z = aw * b[q + 3] + ax * b[q + 2] - ay * b[q + 1] + az * b[q];
  out[o] = 1 - 2 * (y * y + z * z);
  out[o + 1] = 2 * (x * y + w * z);
  out[o + 2] = 2 * (x * z - w * y);
  out[o + 3] = 2 * (x * y - w * z);
  out[o + 4] = 1 - 2 * (x * x + z * z);
  out[o + 5] = 2 * (y * z + w * x);
}
