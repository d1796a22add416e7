/** Which bodies of a robot description are which of a scene's robot: those that joints of the same name move. */
import { UserError } from "../../math/user-error.ts";
import type { Simulation } from "../simulation.ts";

/** Bodies and joints that belong together. */
export interface BodyMatch {
  /** [scene's body, description's body], the base first, parents before children */
  readonly bodies: readonly (readonly [number, number])[];
  /** [scene's joint, description's joint] */
  readonly joints: readonly (readonly [number, number])[];
  /** [description's bodies] the scene's body that each moves with; −1 for what is no part of the robot */
  readonly parts: Int32Array;
}

/**
 * Pairs the bodies of two robots.
 * @throws UserError (exit code 2) when joints are missing or extra, or join other bodies
 */
export function matchBodies(sim: Simulation, description: Simulation): BodyMatch {
  const joints = matchJoints(sim, description);
  const [first] = joints;
  const base = [
    baseOf(sim, sim.model.jnt_bodyid[first[0]]),
    baseOf(description, description.model.jnt_bodyid[first[1]]),
  ];
  const partners = new Map<number, number>([[base[0], base[1]]]);
  for (const [joint, other] of joints) {
    const [own, theirs] = [sim.model.jnt_bodyid[joint], description.model.jnt_bodyid[other]];
    const known = partners.get(own);
    if (known !== undefined ? known !== theirs : [...partners.values()].includes(theirs))
      throw mismatch(description, `joint "${sim.names.all("joint")[joint]}" moves another body than in ${sim.scene}`);
    partners.set(own, theirs);
  }
  const bodies = [...partners].sort(([a], [b]) => a - b);
  const owners = new Map(bodies.map(([own, theirs]) => [theirs, own]));
  const parts = Int32Array.from(
    description.names.all("body"),
    (_, body) => owners.get(moverOf(description, body)) ?? -1,
  );
  checkTree(sim, description, bodies, parts);
  return { bodies, joints, parts };
}

function matchJoints(sim: Simulation, description: Simulation): [number, number][] {
  const [own, theirs] = [movingJoints(sim), movingJoints(description)];
  const missing = own.filter((name) => !theirs.includes(name));
  const extra = theirs.filter((name) => !own.includes(name));
  if (missing.length + extra.length === 0) return own.map((name) => [sim.jointId(name), description.jointId(name)]);
  const lists = [
    ...(missing.length > 0 ? [`missing ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`extra ${extra.join(", ")}`] : []),
  ];
  throw mismatch(description, `joints do not match those of ${sim.scene}: ${lists.join("; ")}`);
}

/** Names of the slides and hinges. */
function movingJoints(sim: Simulation): string[] {
  return sim.names.all("joint").filter((name, id) => sim.model.jnt_type[id] >= 2 && name !== "");
}

/** The body of the description that moves a body: itself where a joint moves it or it hangs on the world, else as its parent. */
function moverOf(description: Simulation, body: number): number {
  const { body_parentid: parents, body_jntnum: joints } = description.model;
  let mover = body;
  while (parents[mover] !== 0 && joints[mover] === 0) mover = parents[mover];
  return mover;
}

function baseOf({ model }: Simulation, body: number): number {
  let base = body;
  while (model.body_parentid[base] !== 0) base = model.body_parentid[base];
  return base;
}

/** Parents must be partners too, and what is fixed to a body must weigh nothing: its mass would be lost. */
function checkTree(sim: Simulation, description: Simulation, bodies: BodyMatch["bodies"], parts: Int32Array): void {
  const names = description.names.all("body");
  for (const [own, theirs] of bodies.slice(1)) {
    const parent = parts[description.model.body_parentid[theirs]];
    if (parent === sim.model.body_parentid[own]) continue;
    const expected = sim.names.all("body")[sim.model.body_parentid[own]];
    throw mismatch(description, `body "${names[theirs]}" is not attached to "${expected}" as in ${sim.scene}`);
  }
  const movers = new Set(bodies.map(([, theirs]) => theirs));
  const fixed = parts.findIndex(
    (part, body) => part >= 0 && !movers.has(body) && description.model.body_mass[body] > 0,
  );
  if (fixed < 0) return;
  const what = `body "${names[fixed]}" has a mass and is fixed to its parent`;
  throw mismatch(description, `${what}, expected one body per joint; try: <compiler fusestatic="true"/>`);
}

/** A robot that is not the scene's. */
export function mismatch(description: Simulation, problem: string): UserError {
  return new UserError(`robot description ${description.scene}: ${problem}`, { exitCode: 2 });
}
