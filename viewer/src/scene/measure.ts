/** How large what is shown is, read from one pose: decides the camera's distance, the cells of a grid and the reach of the shadow. */
import type { SceneGeom, StreamScene } from "../../../src/stream/protocol.ts";

/** Sizes of one environment, m. */
export interface SceneSize {
  /** Top of the highest shape above the floor. */
  readonly height: number;
  /** Farthest that a shape reaches from the root body, seen from above. */
  readonly reach: number;
  /** Lowest point of the shapes. */
  readonly bottom: number;
  /** Middle of all shapes, seen from above, relative to the root body. */
  readonly middle: readonly [number, number];
}

/** @param poses [bodies, 7] */
export function measureScene(scene: StreamScene, poses: Float32Array, rootBody: number): SceneSize {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const geom of scene.geoms) {
    if (geom.type === "plane" || geom.type === "hfield" || geom.group >= 3 || geom.rgba[3] === 0) continue;
    const radius = boundingRadius(geom, scene);
    const centre = worldPoint(poses, geom.body, geom.pos);
    for (let i = 0; i < 3; i++) {
      low[i] = Math.min(low[i], centre[i] - radius);
      high[i] = Math.max(high[i], centre[i] + radius);
    }
  }
  if (!Number.isFinite(low[0])) return { height: 1, reach: 1, bottom: 0, middle: [0, 0] };
  const root = [poses[7 * rootBody], poses[7 * rootBody + 1]];
  const middle: [number, number] = [(low[0] + high[0]) / 2 - root[0], (low[1] + high[1]) / 2 - root[1]];
  const reach = Math.hypot(high[0] - low[0], high[1] - low[1]) / 2;
  return { height: high[2], reach, bottom: low[2], middle };
}

/** Radius of the ball around a geom; for long shapes their half length. */
function boundingRadius({ type, size: [a, b, c], mesh }: SceneGeom, scene: StreamScene): number {
  switch (type) {
    case "sphere":
      return a;
    case "capsule":
      return a + b;
    case "cylinder":
      return Math.hypot(a, b);
    case "mesh":
      return Math.max(0, ...(scene.meshes[mesh ?? 0]?.vertices ?? []).map(Math.abs));
    default:
      return Math.max(a, b, c);
  }
}

function worldPoint(poses: Float32Array, body: number, point: readonly number[]): [number, number, number] {
  const p = 7 * body;
  const [w, x, y, z] = poses.subarray(p + 3, p + 7);
  const [a, b, c] = point;
  // v + 2 w (q × v) + 2 q × (q × v)
  const [u, v, t] = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
  return [
    poses[p] + a + w * u + (y * t - z * v),
    poses[p + 1] + b + w * v + (z * u - x * t),
    poses[p + 2] + c + w * t + (x * v - y * u),
  ];
}

/** Angle about z of the x axis of a body, rad. */
export function headingOf(poses: Float32Array, body: number): number {
  const [w, x, y, z] = poses.subarray(7 * body + 3, 7 * body + 7);
  return Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
}
