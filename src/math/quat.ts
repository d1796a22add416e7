/** Quaternions w-x-y-z on flat arrays, output first; offsets are element positions. Units: radians. */
import type { Rng } from "./rng.ts";

type Numbers = Float64Array | Float32Array | number[];

/** out = the rotation by `angle` about the unit axis (x, y, z). */
export function fromAxisAngle(out: Numbers, o: number, x: number, y: number, z: number, angle: number): void {
  const sine = Math.sin(angle / 2);
  out[o] = Math.cos(angle / 2);
  out[o + 1] = x * sine;
  out[o + 2] = y * sine;
  out[o + 3] = z * sine;
}

/** out = a ⊗ b (first b, then a). `out` may be either input. */
export function multiply(out: Numbers, o: number, a: Numbers, p: number, b: Numbers, q: number): void {
  const aw = a[p];
  const ax = a[p + 1];
  const ay = a[p + 2];
  const az = a[p + 3];
  const bw = b[q];
  const bx = b[q + 1];
  const by = b[q + 2];
  const bz = b[q + 3];
  out[o] = aw * bw - ax * bx - ay * by - az * bz;
  out[o + 1] = aw * bx + ax * bw + ay * bz - az * by;
  out[o + 2] = aw * by - ax * bz + ay * bw + az * bx;
  out[o + 3] = aw * bz + ax * by - ay * bx + az * bw;
}

const turn = new Float64Array(4);

/** Turns the unit quaternion at `o` for `seconds` with the angular velocity w (rad/s) in its own frame. */
export function rotateBy(out: Numbers, o: number, w: Numbers, seconds: number): void {
  const speed = Math.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
  if (speed === 0) return;
  fromAxisAngle(turn, 0, w[0] / speed, w[1] / speed, w[2] / speed, speed * seconds);
  multiply(out, o, out, o, turn, 0);
  const length = Math.sqrt(out[o] ** 2 + out[o + 1] ** 2 + out[o + 2] ** 2 + out[o + 3] ** 2);
  for (let i = 0; i < 4; i++) out[o + i] /= length;
}

/** out = v rotated by the unit quaternion q: v + 2w(u × v) + 2u × (u × v). `out` may be `v`. */
export function rotate(out: Numbers, o: number, q: Numbers, p: number, v: Numbers, i: number): void {
  rotateSigned(out, o, q, p, v, i, 1);
}

/** out = v rotated by the inverse of q: a world vector seen from the body frame. `out` may be `v`. */
export function rotateInverse(out: Numbers, o: number, q: Numbers, p: number, v: Numbers, i: number): void {
  rotateSigned(out, o, q, p, v, i, -1);
}

function rotateSigned(out: Numbers, o: number, q: Numbers, p: number, v: Numbers, i: number, sign: number): void {
  const w = q[p] * sign;
  const x = q[p + 1];
  const y = q[p + 2];
  const z = q[p + 3];
  const vx = v[i];
  const vy = v[i + 1];
  const vz = v[i + 2];
  const tx = 2 * (y * vz - z * vy);
  const ty = 2 * (z * vx - x * vz);
  const tz = 2 * (x * vy - y * vx);
  out[o] = vx + w * tx + (y * tz - z * ty);
  out[o + 1] = vy + w * ty + (z * tx - x * tz);
  out[o + 2] = vz + w * tz + (x * ty - y * tx);
}

/** @returns the heading of q about the world's z axis. */
export function yawOf(q: Numbers, p = 0): number {
  const w = q[p];
  const x = q[p + 1];
  const y = q[p + 2];
  const z = q[p + 3];
  return Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
}

/** out = a rotation drawn so that none is likelier than another: four normal numbers, scaled to length 1. */
export function randomRotation(rng: Rng, out: Numbers, o: number): void {
  const drawn = [rng.normal(), rng.normal(), rng.normal(), rng.normal()];
  const length = Math.hypot(...drawn);
  for (let i = 0; i < 4; i++) out[o + i] = drawn[i] / length;
}
