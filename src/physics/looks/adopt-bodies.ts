/**
 * Gives a scene's robot the bodies of a description. The two may differ in the frames of their bodies: what counts is where things are in
 * the world while all joints are at zero, with the bases in one place.
 */
import { multiply, rotate, rotateInverse } from "../../math/quat.ts";
import { forgetShortcuts } from "../compiled-shortcuts.ts";
import type { Simulation } from "../simulation.ts";
import { type BodyMatch, mismatch } from "./body-match.ts";

/** Cosine between a joint's axis here and there, below which it is not the same joint: 45°. */
const SAME_AXIS = Math.SQRT1_2;

/** From the world of the description, at rest, to that of the scene. */
export interface Alignment {
  /** [3] the scene's coordinates of a point */
  point(position: Float64Array): number[];
  /** [3] the same direction in the scene's world */
  direction(vector: Float64Array): number[];
  /** [4] the same orientation in the scene's world */
  orientation(quat: ArrayLike<number>): number[];
}

/**
 * Changes the scene's model: where its bodies and joints sit, which way joints turn, masses, centres of mass, inertias. The scene's bodies
 * keep their orientations, so that shapes and sensors on them stay as they are.
 * @throws UserError (exit code 2) when a joint turns another way
 */
export function adoptBodies(sim: Simulation, description: Simulation, { bodies, joints }: BodyMatch): void {
  const alignment = align(sim, description, bodies[0]);
  const origins = sim.xpos.slice();
  checkAxes(sim, description, joints, alignment);
  for (const [own, theirs] of bodies) {
    const mine = joints.filter(([joint]) => sim.model.jnt_bodyid[joint] === own);
    if (mine.length > 0) moveBody(sim, description, own, mine, origins, alignment);
    setInertial(sim, description, own, theirs, origins, alignment);
  }
  forgetShortcuts(sim, new Set(bodies.map(([own]) => own)));
  sim.recompute();
}

/** Both at rest, with the bases in one place. */
export function align(sim: Simulation, description: Simulation, [own, theirs]: readonly [number, number]): Alignment {
  for (const one of [sim, description]) {
    one.resetToInitial();
    one.forward();
  }
  const turn = [0, 0, 0, 0];
  multiply(turn, 0, sim.xquat, 4 * own, inverse(description.xquat.subarray(4 * theirs, 4 * theirs + 4)), 0);
  const [from, to] = [description.xpos.slice(3 * theirs, 3 * theirs + 3), sim.xpos.slice(3 * own, 3 * own + 3)];
  const direction = (vector: ArrayLike<number>) => {
    const turned = [0, 0, 0];
    rotate(turned, 0, turn, 0, [vector[0], vector[1], vector[2]], 0);
    return turned;
  };
  return {
    direction,
    point: (position) => direction(position.map((value, i) => value - from[i])).map((value, i) => value + to[i]),
    orientation: (quat) => {
      const turned = [0, 0, 0, 0];
      multiply(turned, 0, turn, 0, [quat[0], quat[1], quat[2], quat[3]], 0);
      return turned;
    },
  };
}

function checkAxes(
  sim: Simulation,
  description: Simulation,
  joints: BodyMatch["joints"],
  { direction }: Alignment,
): void {
  for (const [joint, other] of joints) {
    const there = direction(triple(description.jointAxis, other));
    const along = triple(sim.jointAxis, joint).reduce((sum, value, i) => sum + value * there[i], 0);
    if (along >= SAME_AXIS) continue;
    const name = sim.names.all("joint")[joint];
    throw mismatch(description, `joint "${name}" has another axis than in ${sim.scene}`);
  }
}

/** Moves a body so that its first joint sits where the description's does, and turns its joints' axes. */
function moveBody(
  sim: Simulation,
  description: Simulation,
  body: number,
  joints: BodyMatch["joints"],
  origins: Float64Array,
  { point, direction }: Alignment,
): void {
  const { model, xquat } = sim;
  const parent = model.body_parentid[body];
  const [first] = joints;
  const anchorHere = [0, 0, 0];
  rotate(anchorHere, 0, xquat, 4 * body, model.jnt_pos, 3 * first[0]);
  const anchor = point(triple(description.jointAnchor, first[1]));
  origins.set(difference(anchor, anchorHere), 3 * body);
  const fromParent = difference(triple(origins, body), triple(origins, parent));
  rotateInverse(model.body_pos, 3 * body, xquat, 4 * parent, fromParent, 0);
  for (const [joint, other] of joints) {
    rotateInverse(model.jnt_axis, 3 * joint, xquat, 4 * body, direction(triple(description.jointAxis, other)), 0);
    const arm = difference(point(triple(description.jointAnchor, other)), triple(origins, body));
    rotateInverse(model.jnt_pos, 3 * joint, xquat, 4 * body, arm, 0);
  }
}

function setInertial(
  sim: Simulation,
  description: Simulation,
  own: number,
  theirs: number,
  origins: Float64Array,
  { point, orientation }: Alignment,
): void {
  const { model, xquat } = sim;
  const other = description.model;
  model.body_mass[own] = other.body_mass[theirs];
  model.body_inertia.set(triple(other.body_inertia, theirs), 3 * own);
  const arm = difference(point(triple(description.xipos, theirs)), triple(origins, own));
  rotateInverse(model.body_ipos, 3 * own, xquat, 4 * own, arm, 0);
  const principal = [0, 0, 0, 0];
  multiply(principal, 0, description.xquat, 4 * theirs, other.body_iquat, 4 * theirs);
  multiply(model.body_iquat, 4 * own, inverse(xquat.subarray(4 * own, 4 * own + 4)), 0, orientation(principal), 0);
}

function triple(values: Float64Array, id: number): Float64Array {
  return values.subarray(3 * id, 3 * id + 3);
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function inverse([w, x, y, z]: Float64Array): number[] {
  return [w, -x, -y, -z];
}
