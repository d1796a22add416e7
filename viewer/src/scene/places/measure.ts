/** How large what is shown is, read from one pose: decides the camera's distance, the cells of a grid and the reach of the shadow. */
import { Matrix4, Quaternion, Vector3 } from "three";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";

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

/** @param poses [bodies, 7] @param points [vertices, 3] of flexes, if they are known */
export function measureScene(scene: StreamScene, poses: Float32Array, points: Float32Array | null = null): SceneSize {
  const low = new Vector3().setScalar(Number.POSITIVE_INFINITY);
  const high = new Vector3().setScalar(Number.NEGATIVE_INFINITY);
  for (const geom of scene.geoms) {
    if (geom.type === "plane" || geom.type === "hfield" || geom.group >= 3 || geom.rgba[3] === 0) continue;
    matrix.multiplyMatrices(poseMatrix(poses, 7 * geom.body), geomMatrix(geom));
    centre.setFromMatrixPosition(matrix);
    const half = halfBox(geom, scene);
    low.min(centre.clone().sub(half));
    high.max(centre.add(half));
  }
  for (let p = 0; points && p < points.length; p += 3) {
    centre.fromArray(points, p);
    low.min(centre);
    high.max(centre);
  }
  if (low.x > high.x) return { height: 1, reach: 1, half: [0.7, 0.7], bottom: 0, middle: [0, 0] };
  const middle: [number, number] = [(low.x + high.x) / 2, (low.y + high.y) / 2];
  const half: [number, number] = [(high.x - low.x) / 2, (high.y - low.y) / 2];
  return { height: high.z - low.z, reach: Math.hypot(...half), half, bottom: low.z, middle };
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

/** Half of the upright box around a geom that stands as `matrix` says: |R| times its own half box. */
function halfBox({ type, size: [a, b, c], mesh }: SceneGeom, scene: StreamScene): Vector3 {
  const { elements } = matrix;
  const along = (column: number, length: number): Vector3 =>
    new Vector3(...[0, 1, 2].map((row) => length * Math.abs(elements[4 * column + row])));
  switch (type) {
    case "sphere":
      return new Vector3(a, a, a);
    case "capsule":
    case "cylinder":
      return along(2, b).addScalar(a);
    case "mesh":
      return new Vector3().setScalar(largest(scene.meshes[mesh ?? 0]?.vertices ?? []));
    default:
      return along(0, a).add(along(1, b)).add(along(2, c));
  }
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
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
