/** How large what is shown is, read from one pose: decides the camera's distance, the cells of a grid and the reach of the shadow. */
import { Box3, Matrix4, Quaternion, Vector3 } from "three";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import { hingeOf, sceneFacts } from "./layout.ts";

/** Sizes of one environment, m. */
export interface SceneSize {
  /** From the lowest point of the shapes to the highest. */
  readonly height: number;
  /** Half of the diagonal of the box around all shapes, seen from above. */
  readonly reach: number;
  /** Half of that box along x and y. */
  readonly half: readonly [number, number];
  /** Lowest point of the shapes. */
  readonly bottom: number;
  /** Middle of all shapes, seen from above, in the world. */
  readonly middle: readonly [number, number];
}

/**
 * What is fixed to the world, put on mocap or free without joints of its own counts as far as it is near a robot: tables without their legs, goals
 * that are not put away, objects that have not been thrown away.
 * @param poses [bodies, 7]
 * @param points [vertices, 3] of flexes, if they are known
 */
export function measureScene(scene: StreamScene, poses: Float32Array, points: Float32Array | null = null): SceneSize {
  const robots = robotBodies(scene);
  const all = new Box3();
  const isDrawn = ({ type, group, rgba }: SceneGeom) =>
    type !== "plane" && type !== "hfield" && group < 3 && rgba[3] !== 0;
  for (const geom of scene.geoms) if (isDrawn(geom) && robots.has(geom.body)) all.union(geomBox(geom, scene, poses));
  sweep(all, scene, poses);
  for (let p = 0; points && p < points.length; p += 3) all.expandByPoint(centre.fromArray(points, p));
  const near = all.isEmpty() ? null : nearBox(all, sceneFacts(scene).isFixed);
  for (const geom of scene.geoms) {
    if (!isDrawn(geom) || robots.has(geom.body)) continue;
    const box = geomBox(geom, scene, poses);
    if (near) box.intersect(geom.body === 0 ? near.world : near.loose);
    if (!box.isEmpty()) all.union(box);
  }
  const { min: low, max: high } = all;
  if (all.isEmpty()) return { height: 1, reach: 1, half: [0.7, 0.7], bottom: 0, middle: [0, 0] };
  const middle: [number, number] = [(low.x + high.x) / 2, (low.y + high.y) / 2];
  const half: [number, number] = [(high.x - low.x) / 2, (high.y - low.y) / 2];
  return { height: high.z - low.z, reach: Math.hypot(...half), half, bottom: low.z, middle };
}

/** Makes room for a robot that turns on a hinge of the world, as far as its box reaches around the hinge. */
function sweep(all: Box3, scene: StreamScene, poses: Float32Array): void {
  const { rootBody } = sceneFacts(scene);
  const hinge = hingeOf(scene, rootBody);
  if (hinge === null || all.isEmpty()) return;
  const root = poseMatrix(poses, 7 * rootBody);
  const at = new Vector3(...hinge.pos).applyMatrix4(root);
  const axis = new Vector3(...hinge.axis).transformDirection(root);
  const across = axis.toArray().map((along) => Math.sqrt(Math.max(0, 1 - along ** 2)));
  const ends = [all.min.clone().sub(at).toArray(), all.max.clone().sub(at).toArray()] as const;
  const radius = Math.hypot(...across.map((share, i) => share * Math.max(Math.abs(ends[0][i]), Math.abs(ends[1][i]))));
  const reach = new Vector3(...across.map((share) => share * radius));
  all.expandByPoint(at.clone().sub(reach)).expandByPoint(at.clone().add(reach));
}

/** Shares of the robots' diagonal: what stands so far from them, and objects that are so far away, are not looked at. */
const AROUND = 0.08;
const BEYOND = 0.5;

function nearBox(robots: Box3, isFixed: boolean): { readonly world: Box3; readonly loose: Box3 } {
  const diagonal = robots.getSize(new Vector3()).length();
  // A robot that goes somewhere is seen with all of what it goes through.
  const world = isFixed ? robots.clone().expandByScalar(AROUND * diagonal) : robots.clone().expandByScalar(1e6);
  world.min.z = robots.min.z - AROUND * diagonal;
  return { world, loose: robots.clone().expandByScalar(BEYOND * diagonal) };
}

/** Bodies of all trees that have joints with an axis. */
function robotBodies({ bodies, joints }: StreamScene): ReadonlySet<number> {
  const rootOf = (body: number): number => (bodies[body].parent === 0 ? body : rootOf(bodies[body].parent));
  const roots = new Set(joints.filter(({ body }) => body !== 0).map(({ body }) => rootOf(body)));
  return new Set(bodies.map((_, body) => body).filter((body) => body !== 0 && roots.has(rootOf(body))));
}

/** The upright box around a geom in the world. */
function geomBox(geom: SceneGeom, scene: StreamScene, poses: Float32Array): Box3 {
  matrix.multiplyMatrices(poseMatrix(poses, 7 * geom.body), geomMatrix(geom));
  if (geom.type === "mesh")
    return meshBox(scene.meshes[geom.mesh ?? 0]?.vertices ?? [])
      .clone()
      .applyMatrix4(matrix);
  const half = halfBox(geom);
  centre.setFromMatrixPosition(matrix);
  return new Box3(centre.clone().sub(half), centre.clone().add(half));
}

const meshBoxes = new WeakMap<readonly number[], Box3>();

function meshBox(vertices: readonly number[]): Box3 {
  const known = meshBoxes.get(vertices) ?? new Box3().setFromArray([...vertices]);
  meshBoxes.set(vertices, known);
  return known;
}

/** How much a size must grow to count, as a factor: poses change a little all the time. */
const GROWTH = 1.12;

/** The larger of two sizes, or `known` itself when `seen` is not clearly larger: a robot that lay on the ground stands up. */
export function grownSize(known: SceneSize, seen: SceneSize): SceneSize {
  if (seen.height < GROWTH * known.height && seen.reach < GROWTH * known.reach) return known;
  return {
    ...known,
    height: Math.max(known.height, seen.height),
    reach: Math.max(known.reach, seen.reach),
    half: [Math.max(known.half[0], seen.half[0]), Math.max(known.half[1], seen.half[1])],
    bottom: Math.min(known.bottom, seen.bottom),
  };
}

const matrix = new Matrix4();
const centre = new Vector3();
const one = new Vector3(1, 1, 1);

/** Radius of a ball around the drawn geoms of a body, around its origin, m. */
export function bodyRadius(scene: StreamScene, body: number): number {
  const box = new Box3();
  for (const geom of scene.geoms)
    if (geom.body === body && geom.group < 3 && geom.rgba[3] !== 0)
      box.union(geomBox({ ...geom, body: 0 }, scene, AT_ORIGIN));
  return box.isEmpty() ? 0 : Math.max(box.min.length(), box.max.length());
}

const AT_ORIGIN = Float32Array.of(0, 0, 0, 1, 0, 0, 0);

/** Half of the upright box around a geom that stands as `matrix` says: |R| times its own half box. */
function halfBox({ type, size: [a, b, c] }: SceneGeom): Vector3 {
  const { elements } = matrix;
  const along = (column: number, length: number): Vector3 =>
    new Vector3(...[0, 1, 2].map((row) => length * Math.abs(elements[4 * column + row])));
  switch (type) {
    case "sphere":
      return new Vector3(a, a, a);
    case "capsule":
    case "cylinder":
      return along(2, b).addScalar(a);
    default:
      return along(0, a).add(along(1, b)).add(along(2, c));
  }
}

function geomMatrix({ pos, quat: [w, x, y, z] }: SceneGeom): Matrix4 {
  return new Matrix4().compose(new Vector3(...pos), new Quaternion(x, y, z, w), one);
}

function poseMatrix(poses: Float32Array, p: number): Matrix4 {
  const [x, y, z, qw, qx, qy, qz] = poses.subarray(p, p + 7);
  return new Matrix4().compose(new Vector3(x, y, z), new Quaternion(qx, qy, qz, qw), one);
}

/** Angle about z of the x axis of a body, rad. */
export function headingOf(poses: Float32Array, body: number): number {
  const [w, x, y, z] = poses.subarray(7 * body + 3, 7 * body + 7);
  return Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
}
