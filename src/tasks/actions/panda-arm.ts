/**
 * Where the tip of a Franka Emika Panda is for given joints, and which joints put it there. The wrist has an offset of 88 mm, so that no closed
 * form exists for seven free joints; with joint 7 given there is one. The pose gives the wrist's middle, the triangle of shoulder, elbow and
 * wrist gives joint 4, and the angle between its long side and the forearm gives joint 6; the rest follows from the directions of the links.
 * Method: He and Liu, "Analytical inverse kinematics for Franka Emika Panda", 2021; formulas derived for the frames of models/panda, where
 * every joint turns about its link's z. Solutions have joint 4 below −0.466 rad: a straighter arm bends to the other side.
 */
import type { ArmKinematics } from "./tip-increments.ts";

type Numbers = ArrayLike<number>;

/** m */
const SHOULDER = 0.333;
const UPPER_ARM = 0.316;
const ELBOW = 0.0825;
const FOREARM = 0.384;
const WRIST = 0.088;
const TOOL = 0.2104;
/** m, from shoulder to elbow and from elbow to wrist */
const ABOVE = Math.hypot(UPPER_ARM, ELBOW);
const BELOW = Math.hypot(FOREARM, ELBOW);
/** rad, between these lines and the links: both at the elbow, and that at the wrist */
const AT_ELBOW = Math.atan2(UPPER_ARM, ELBOW) + Math.atan2(FOREARM, ELBOW);
const AT_WRIST = Math.atan2(ELBOW, FOREARM);
/** Sine of joint 2 below which the upper arm stands upright, so that joint 1 may be anything. */
const UPRIGHT = 1e-9;

/** By joint: quarter turns about x, m along x, then m along z after the joint's own turn. */
const LINKS = [
  [0, 0, SHOULDER],
  [-1, 0, 0],
  [1, 0, UPPER_ARM],
  [1, ELBOW, 0],
  [-1, -ELBOW, FOREARM],
  [1, 0, 0],
  [1, WRIST, 0],
] as const;

/** Scratch, [3] each: axes of links in the world, and the direction from the wrist to the shoulder. */
const [x6, y6, toShoulder, toElbow, x4, y4, z4, x5, x3, z3] = Array.from({ length: 10 }, () => new Float64Array(3));

/** Angles in rad. The tip is 0.2104 m along the z of link 7, in a frame that is turned by −45° about it. */
export const pandaArm: ArmKinematics = {
  name: "panda",
  joints: LINKS.length,
  forward: (joints, position, matrix) => {
    position.fill(0);
    for (let i = 0; i < 9; i++) matrix[i] = i % 4 === 0 ? 1 : 0;
    for (let k = 0; k < LINKS.length; k++) {
      const [quarters, a, d] = LINKS[k];
      move(position, matrix, 0, a);
      turn(matrix, 1, 2, quarters === 0 ? 1 : 0, quarters);
      turn(matrix, 0, 1, Math.cos(joints[k]), Math.sin(joints[k]));
      move(position, matrix, 2, d);
    }
    turn(matrix, 0, 1, Math.SQRT1_2, -Math.SQRT1_2);
    move(position, matrix, 2, TOOL);
  },
  inverse: (position, matrix, present, out) => {
    const q7 = present[6];
    const reach = findWrist(position, matrix, q7);
    const q4 = AT_ELBOW + angleOpposite(reach, ABOVE, BELOW) - 2 * Math.PI;
    const q6 = wristAngle(angleOpposite(ABOVE, BELOW, reach) + AT_WRIST, present[5]);
    if (Number.isNaN(q4 + q6)) return false;
    out[3] = q4;
    out[5] = q6;
    out[6] = q7;
    findForearm(q6);
    out[4] = Math.atan2(-dot(x5, z4), dot(x5, x4));
    placeUpperArm(q4, present, out);
    return true;
  },
};

/** Sets x6 and y6, which joint 6 does not move, and the direction to the shoulder. @returns its distance from the wrist, m */
function findWrist(position: Numbers, matrix: Numbers, q7: number): number {
  const cosine = Math.cos(Math.PI / 4 - q7);
  const sine = Math.sin(Math.PI / 4 - q7);
  for (let i = 0; i < 3; i++) {
    x6[i] = cosine * matrix[3 * i] + sine * matrix[3 * i + 1];
    y6[i] = -matrix[3 * i + 2];
    toShoulder[i] = (i === 2 ? SHOULDER : 0) - (position[i] + TOOL * y6[i] - WRIST * x6[i]);
  }
  return normalise(toShoulder);
}

/** The angle opposite the first side of a triangle, rad; NaN where there is none of these sides. */
function angleOpposite(side: number, a: number, b: number): number {
  return Math.acos((a * a + b * b - side * side) / (2 * a * b));
}

/** Joint 6 by the angle between forearm and the way to the shoulder: of two solutions that nearer to the present one, NaN without any. */
function wristAngle(angle: number, present: number): number {
  const along = dot(toShoulder, x6);
  const across = dot(toShoulder, y6);
  const start = -Math.atan2(across, along);
  const arc = Math.asin(-Math.cos(angle) / Math.hypot(along, across));
  const one = nearestTurn(start + arc, present);
  const other = nearestTurn(start + Math.PI - arc, present);
  return Math.abs(one - present) <= Math.abs(other - present) ? one : other;
}

function nearestTurn(angle: number, to: number): number {
  return angle - 2 * Math.PI * Math.round((angle - to) / (2 * Math.PI));
}

/** Sets the directions of the forearm: its own, and those of the frames at its ends. */
function findForearm(q6: number): void {
  const [cosine, sine] = [Math.cos(q6), Math.sin(q6)];
  for (let i = 0; i < 3; i++) {
    toElbow[i] = -sine * x6[i] - cosine * y6[i];
    x5[i] = cosine * x6[i] - sine * y6[i];
    y4[i] = -toElbow[i];
  }
  const along = dot(toShoulder, toElbow);
  for (let i = 0; i < 3; i++) x4[i] = toShoulder[i] - along * toElbow[i];
  normalise(x4);
  z4[0] = x4[1] * y4[2] - x4[2] * y4[1];
  z4[1] = x4[2] * y4[0] - x4[0] * y4[2];
  z4[2] = x4[0] * y4[1] - x4[1] * y4[0];
}

/** Joints 1 to 3 by the direction of the upper arm; joint 2 keeps its sign. */
function placeUpperArm(q4: number, present: Numbers, out: Float64Array): void {
  const [cosine, sine] = [Math.cos(q4), Math.sin(q4)];
  for (let i = 0; i < 3; i++) {
    x3[i] = cosine * x4[i] - sine * y4[i];
    z3[i] = sine * x4[i] + cosine * y4[i];
  }
  const side = present[1] < 0 ? -1 : 1;
  const outwards = Math.hypot(z3[0], z3[1]);
  out[1] = side * Math.atan2(outwards, z3[2]);
  out[0] = outwards < UPRIGHT ? present[0] : Math.atan2(side * z3[1], side * z3[0]);
  const [c1, s1, c2, s2] = [Math.cos(out[0]), Math.sin(out[0]), Math.cos(out[1]), Math.sin(out[1])];
  out[2] = Math.atan2(c1 * x3[1] - s1 * x3[0], c1 * c2 * x3[0] + s1 * c2 * x3[1] - s2 * x3[2]);
}

function move(position: Float64Array, matrix: Numbers, axis: number, distance: number): void {
  for (let i = 0; i < 3; i++) position[i] += distance * matrix[3 * i + axis];
}

/** Turns a frame about its third axis, from axis `a` to axis `b`. */
function turn(matrix: Float64Array, a: number, b: number, cosine: number, sine: number): void {
  for (let row = 0; row < 9; row += 3) {
    const first = matrix[row + a];
    const second = matrix[row + b];
    matrix[row + a] = cosine * first + sine * second;
    matrix[row + b] = cosine * second - sine * first;
  }
}

function dot(a: Numbers, b: Numbers): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** @returns the length it had */
function normalise(vector: Float64Array): number {
  const length = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < 3; i++) vector[i] /= length;
  return length;
}
