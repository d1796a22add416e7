/** Strings between points of bodies, such as the one that a ball hangs on: straight pieces, as long as the points are apart. */
import { CylinderGeometry, DynamicDrawUsage, Group, InstancedMesh, Matrix4, Quaternion, Vector3 } from "three";
import type { SceneString, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { Materials } from "./materials.ts";

/** Sides of a piece. */
const SIDES = 8;
const up = new Vector3(0, 0, 1);

interface Batch {
  readonly string: SceneString;
  readonly mesh: InstancedMesh;
}

/** The strings of all environments on screen. */
export class Strings {
  readonly group = new Group();
  private batches: Batch[] = [];
  private readonly materials: Materials;
  private readonly from = new Vector3();
  private readonly to = new Vector3();
  private readonly rotation = new Quaternion();
  private readonly size = new Vector3();
  private readonly matrix = new Matrix4();

  /** @param isPlain simpler materials, for processors that draw */
  constructor(isPlain: boolean) {
    this.materials = new Materials(isPlain);
  }

  /** Builds meshes for up to `capacity` environments. */
  build({ strings }: StreamScene, capacity: number): void {
    this.dispose();
    for (const string of strings) {
      // One metre along z, around the origin.
      const geometry = new CylinderGeometry(string.radius, string.radius, 1, SIDES).rotateX(Math.PI / 2);
      const mesh = new InstancedMesh(geometry, this.materials.for(string), (string.points.length - 1) * capacity);
      mesh.instanceMatrix.setUsage(DynamicDrawUsage);
      mesh.frustumCulled = false;
      mesh.castShadow = true;
      mesh.count = 0;
      this.batches.push({ string, mesh });
      this.group.add(mesh);
    }
  }

  /** Starts a new set of environments. */
  begin(): void {
    for (const { mesh } of this.batches) mesh.count = 0;
  }

  /** Adds one environment, moved by (dx, dy, 0). */
  add({ poses }: ShownPose, dx: number, dy: number): void {
    for (const { string, mesh } of this.batches) {
      for (let k = 1; k < string.points.length; k++) {
        if (mesh.count === mesh.instanceMatrix.count) break;
        placeOf(string.points[k - 1], poses, dx, dy, this.from);
        placeOf(string.points[k], poses, dx, dy, this.to);
        mesh.setMatrixAt(mesh.count++, this.pieceMatrix());
      }
    }
  }

  /** Shows what was added since `begin`. */
  end(): void {
    for (const { mesh } of this.batches) mesh.instanceMatrix.needsUpdate = true;
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    for (const { mesh } of this.batches) {
      mesh.geometry.dispose();
      mesh.dispose();
    }
    this.batches = [];
    this.group.clear();
    this.materials.dispose();
  }

  /** Stretches a piece from `from` to `to`. */
  private pieceMatrix(): Matrix4 {
    const { from, to, rotation, size, matrix } = this;
    to.sub(from);
    const length = to.length();
    from.addScaledVector(to, 0.5);
    rotation.setFromUnitVectors(up, to.divideScalar(Math.max(length, 1e-6)));
    return matrix.compose(from, rotation, size.set(1, 1, length));
  }
}

const turn = new Quaternion();

/** Where a point of a body is in the world. */
function placeOf(
  { body, pos }: SceneString["points"][number],
  poses: Float32Array,
  dx: number,
  dy: number,
  out: Vector3,
): void {
  const p = 7 * body;
  turn.set(poses[p + 4], poses[p + 5], poses[p + 6], poses[p + 3]);
  out.set(...pos).applyQuaternion(turn);
  out.x += poses[p] + dx;
  out.y += poses[p + 1] + dy;
  out.z += poses[p + 2];
}
