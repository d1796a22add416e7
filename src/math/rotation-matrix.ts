/** Rotation matrices, row by row on flat arrays, output first; offsets are element positions. Columns are the frame's axes. */

type Numbers = Float64Array | Float32Array | number[];

/** out = Rᵀ v: a world vector seen from the frame R. `out` may be `v`. */
export function rotateInverse(out: Numbers, o: number, r: Numbers, p: number, v: Numbers, i: number): void {
  const x = v[i];
  const y = v[i + 1];
  const z = v[i + 2];
  for (let axis = 0; axis < 3; axis++) out[o + axis] = r[p + axis] * x + r[p + 3 + axis] * y + r[p + 6 + axis] * z;
}
