/** Where each environment stands when several are shown: they all live around the world's origin and are moved apart for the eye. Pure arithmetic. */
import type { SceneJoint, StreamScene } from "../../../../src/stream/protocol.ts";

/**
 * How environments share the ground. `roam`: one robot on ground that stays. `tiles`: each on a tile of its own, the ground passing below it.
 * `cells`: moved apart with everything that stands around them. `together`: all on one terrain, where they truly are.
 */
export type LayoutKind = "roam" | "tiles" | "cells" | "together";

/** What the layouts need to know of a scene. */
export interface SceneFacts {
  /** The body that carries the robot: the child of the world with the most bodies below it. */
  readonly rootBody: number;
  /** Whether it stands, or hangs, where it is: its base is welded to the world, or only turns on it. */
  readonly isFixed: boolean;
  /** Height of the floor, or null if there is none, or none that is drawn. */
  readonly floorHeight: number | null;
  /** Whether shapes other than a level floor or terrain are fixed to the world. */
  readonly hasFurniture: boolean;
  /** Whether the ground is a height field. */
  readonly hasTerrain: boolean;
}

/** Reads from a scene what decides how its environments are laid out. */
export function sceneFacts(scene: StreamScene): SceneFacts {
  const fixed = scene.geoms.filter((geom) => geom.body === 0 && geom.group < 3 && geom.rgba[3] > 0);
  const floors = fixed.filter((geom) => geom.type === "plane" && isLevel(geom.quat));
  const hasTerrain = fixed.some((geom) => geom.type === "hfield");
  const rootBody = rootBodyOf(scene);
  return {
    rootBody,
    isFixed: scene.bodies[rootBody].isFixed === true || hingeOf(scene, rootBody) !== null,
    floorHeight: floors.length > 0 && !hasTerrain ? Math.min(...floors.map((geom) => geom.pos[2])) : null,
    hasFurniture: fixed.some(({ type, quat }) => type !== "hfield" && (type !== "plane" || !isLevel(quat))),
    hasTerrain,
  };
}

/** How `count` environments of such a scene share the ground. */
export function layoutKind(facts: SceneFacts, count: number): LayoutKind {
  if (count === 1) return "roam";
  if (facts.hasTerrain) return "together";
  return facts.hasFurniture ? "cells" : "tiles";
}

/** Columns of a grid of `count` cells. */
export function gridColumns(count: number): number {
  return Math.ceil(Math.sqrt(count));
}

/** Middle of cell `n` of `count`, in cells, the grid's middle being the origin: rows go away from the viewer, columns to the right. */
export function cellCentre(n: number, count: number): [number, number] {
  const columns = gridColumns(count);
  const rows = Math.ceil(count / columns);
  return [(rows - 1) / 2 - Math.floor(n / columns), (columns - 1) / 2 - (n % columns)];
}

/** A block of `count` environments out of `total` that contains `followed`. */
export function shownEnvironments(followed: number, count: number, total: number): number[] {
  const first = Math.min(Math.floor(followed / count) * count, Math.max(0, total - count));
  return Array.from({ length: Math.min(count, total) }, (_, k) => first + k);
}

function rootBodyOf(scene: StreamScene): number {
  const below = scene.bodies.map(() => 1);
  for (let k = scene.bodies.length - 1; k > 0; k--) below[scene.bodies[k].parent] += below[k];
  let best = Math.min(1, scene.bodies.length - 1);
  scene.bodies.forEach(({ parent }, k) => {
    if (k > 0 && parent === 0 && below[k] > below[best]) best = k;
  });
  return best;
}

/** The hinge that is a body's only joint to the world, such as a pendulum's; null elsewhere. */
export function hingeOf({ bodies, joints }: StreamScene, body: number): SceneJoint | null {
  const own = joints.filter((joint) => joint.body === body);
  return bodies[body].parent === 0 && own.length === 1 && own[0].type === "hinge" ? own[0] : null;
}

/** Whether a rotation keeps z upright: R33 = 1 - 2 (x² + y²) is 1. */
export function isLevel([, x, y]: readonly number[]): boolean {
  return x * x + y * y < 1e-6;
}
