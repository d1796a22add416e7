/** From a body's frame to the world and back. Poses are [bodies, 7]: position, quaternion w-x-y-z. */
type Triple = [number, number, number];
type Vector = ArrayLike<number>;

/** A direction of a body's frame in the world: v + 2 w (q × v) + 2 q × (q × v). */
export function bodyVector(poses: Float32Array, body: number, vector: Vector): Triple {
  return rotate(poses, 7 * body + 3, vector, 1);
}

/** A point of a body's frame in the world. */
export function bodyPoint(poses: Float32Array, body: number, point: Vector): Triple {
  const [x, y, z] = bodyVector(poses, body, point);
  const p = 7 * body;
  return [poses[p] + x, poses[p + 1] + y, poses[p + 2] + z];
}

/** A point of the world in a body's frame. */
export function pointInBody(poses: Float32Array, body: number, point: Vector): Triple {
  const p = 7 * body;
  return rotate(poses, p + 3, [point[0] - poses[p], point[1] - poses[p + 1], point[2] - poses[p + 2]], -1);
}

/** @param sign -1 turns the other way */
function rotate(poses: Float32Array, q: number, vector: Vector, sign: number): Triple {
  const [w, x, y, z] = [poses[q], sign * poses[q + 1], sign * poses[q + 2], sign * poses[q + 3]];
  const [tx, ty, tz] = cross(x, y, z, vector[0], vector[1], vector[2]);
  const [ux, uy, uz] = cross(x, y, z, tx, ty, tz);
  return [vector[0] + 2 * (w * tx + ux), vector[1] + 2 * (w * ty + uy), vector[2] + 2 * (w * tz + uz)];
}

function cross(ax: number, ay: number, az: number, bx: number, by: number, bz: number): Triple {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
