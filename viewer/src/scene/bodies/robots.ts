/**
 * All shapes of all shown environments as instanced meshes: one mesh per distinct shape and look, one instance per geom and environment, so that
 * sixty-four humanoids cost as many draw calls as one. Poses go from the stream into instance matrices without objects in between.
 */
import {
  type BufferGeometry,
  DynamicDrawUsage,
  Group,
  InstancedMesh,
  Matrix4,
  Quaternion,
  type Raycaster,
  Vector3,
} from "three";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { Materials } from "./materials.ts";
import { shapeGeometry } from "./shapes.ts";
import { cubeScale } from "./textures.ts";

/** Which geoms are drawn. */
export interface ShapeChoice {
  /** The shapes to look at. */
  readonly shapes: boolean;
  /** The shapes that collide alone. */
  readonly collisions: boolean;
}

/** MuJoCo's groups from here on are collision shapes. */
export const FIRST_COLLISION_GROUP = 3;

interface Batch {
  readonly mesh: InstancedMesh;
  readonly isCollision: boolean;
  /** Body of each geom in the batch. */
  readonly bodies: readonly number[];
  /** [geoms, 12]: the upper three rows of each geom's matrix in its body, column by column. */
  readonly local: Float32Array;
}

/** Instanced meshes of a scene's shapes. */
export class Robots {
  readonly group = new Group();
  private batches: Batch[] = [];
  private readonly isPlain: boolean;
  private readonly materials: Materials;
  private capacity = 0;
  private choice: ShapeChoice = { shapes: true, collisions: false };
  /** [bodies, 12] of the environment being written. */
  private bodyMatrices = new Float32Array(0);

  /** @param isPlain coarser shapes and simpler materials, for processors that draw */
  constructor(isPlain: boolean) {
    this.isPlain = isPlain;
    this.materials = new Materials(isPlain);
  }

  /** Builds meshes for up to `capacity` environments. `isDrawn` chooses among the scene's shapes. */
  build(scene: StreamScene, capacity: number, isDrawn: (geom: SceneGeom) => boolean): void {
    this.dispose();
    this.materials.setTextures(scene.textures);
    this.capacity = capacity;
    this.bodyMatrices = new Float32Array(scene.bodies.length * 12);
    const segments = this.isPlain ? 12 : capacity <= 4 ? 32 : capacity <= 16 ? 20 : 12;
    const families = new Map<string, SceneGeom[]>();
    for (const geom of scene.geoms) {
      if (!isDrawn(geom) || geom.rgba[3] === 0) continue;
      const key = familyKey(geom);
      families.set(key, [...(families.get(key) ?? []), geom]);
    }
    for (const geoms of families.values()) this.addBatch(geoms, shapeGeometry(geoms[0], scene, segments));
    this.setChoice(this.choice);
  }

  /** Chooses which shapes are shown. */
  setChoice(choice: ShapeChoice): void {
    this.choice = choice;
    for (const { mesh, isCollision } of this.batches) mesh.visible = isCollision ? choice.collisions : choice.shapes;
  }

  /** Starts a new set of environments. */
  begin(): void {
    for (const { mesh } of this.batches) mesh.count = 0;
  }

  /** Adds one environment, moved by (dx, dy, 0). */
  add({ poses }: Pick<ShownPose, "poses">, dx: number, dy: number): void {
    bodyMatricesOf(poses, dx, dy, this.bodyMatrices);
    for (const batch of this.batches) if (batch.mesh.visible) writeInstances(batch, this.bodyMatrices, this.capacity);
  }

  /** Shows what was added since `begin`. */
  end(): void {
    for (const { mesh } of this.batches) {
      mesh.instanceMatrix.clearUpdateRanges();
      mesh.instanceMatrix.addUpdateRange(0, mesh.count * 16);
      mesh.instanceMatrix.needsUpdate = true;
    }
  }

  /** The nearest shape that a ray hits: where, and of which body of the environment that was added n-th. */
  pick(raycaster: Raycaster): { readonly at: Vector3; readonly body: number; readonly n: number } | null {
    let best: { at: Vector3; body: number; n: number; distance: number } | null = null;
    for (const { mesh, bodies } of this.batches) {
      if (!mesh.visible || mesh.count === 0) continue;
      // Three keeps the sphere of the first time; the instances have moved since.
      mesh.boundingSphere = null;
      const [hit] = raycaster.intersectObject(mesh, false);
      if (!hit || hit.instanceId === undefined || (best && hit.distance >= best.distance)) continue;
      const { instanceId, point: at, distance } = hit;
      best = { at, body: bodies[instanceId % bodies.length], n: Math.floor(instanceId / bodies.length), distance };
    }
    return best;
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

  private addBatch(geoms: readonly SceneGeom[], geometry: BufferGeometry): void {
    const { rgba, material } = geoms[0];
    const look = material?.texture ? { rgba, material, cubeScale: cubeScale(geoms[0], material) } : geoms[0];
    const mesh = new InstancedMesh(geometry, this.materials.for(look), geoms.length * this.capacity);
    mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    mesh.frustumCulled = false;
    mesh.castShadow = geoms[0].rgba[3] === 1 && geoms[0].type !== "plane";
    mesh.receiveShadow = true;
    mesh.count = 0;
    const isCollision = geoms[0].group >= FIRST_COLLISION_GROUP;
    this.batches.push({ mesh, isCollision, bodies: geoms.map(({ body }) => body), local: localMatrices(geoms) });
    this.group.add(mesh);
  }
}

/** Geoms of one key share a mesh. */
function familyKey({ type, size, rgba, mesh, hfield, material, group }: SceneGeom): string {
  const isCollision = group >= FIRST_COLLISION_GROUP;
  return JSON.stringify([type, size, rgba, mesh, hfield, material, isCollision]);
}

function localMatrices(geoms: readonly SceneGeom[]): Float32Array {
  const out = new Float32Array(geoms.length * 12);
  const matrix = new Matrix4();
  geoms.forEach(({ pos, quat: [w, x, y, z] }, n) => {
    matrix.compose(new Vector3(...pos), new Quaternion(x, y, z, w), new Vector3(1, 1, 1));
    for (let column = 0; column < 4; column++)
      for (let row = 0; row < 3; row++) out[12 * n + 3 * column + row] = matrix.elements[4 * column + row];
  });
  return out;
}

/** Rotation matrix of (w, x, y, z) and the position, column by column, three rows each. */
function bodyMatricesOf(poses: Float32Array, dx: number, dy: number, out: Float32Array): void {
  for (let p = 0, o = 0; o < out.length; p += 7, o += 12) {
    const w = poses[p + 3];
    const x = poses[p + 4];
    const y = poses[p + 5];
    const z = poses[p + 6];
    out[o] = 1 - 2 * (y * y + z * z);
    out[o + 1] = 2 * (x * y + w * z);
    out[o + 2] = 2 * (x * z - w * y);
    out[o + 3] = 2 * (x * y - w * z);
    out[o + 4] = 1 - 2 * (x * x + z * z);
    out[o + 5] = 2 * (y * z + w * x);
    out[o + 6] = 2 * (x * z + w * y);
    out[o + 7] = 2 * (y * z - w * x);
    out[o + 8] = 1 - 2 * (x * x + y * y);
    out[o + 9] = poses[p] + dx;
    out[o + 10] = poses[p + 1] + dy;
    out[o + 11] = poses[p + 2];
  }
}

/** instance = body · local, for each geom of the batch. */
function writeInstances({ mesh, bodies, local }: Batch, matrices: Float32Array, capacity: number): void {
  const out = mesh.instanceMatrix.array as Float32Array;
  if (mesh.count + bodies.length > bodies.length * capacity) return;
  for (let n = 0; n < bodies.length; n++) {
    const b = 12 * bodies[n];
    const l = 12 * n;
    const o = 16 * (mesh.count + n);
    for (let column = 0; column < 4; column++) {
      const lx = local[l + 3 * column];
      const ly = local[l + 3 * column + 1];
      const lz = local[l + 3 * column + 2];
      const isPosition = column === 3 ? 1 : 0;
      for (let row = 0; row < 3; row++)
        out[o + 4 * column + row] =
          matrices[b + row] * lx +
          matrices[b + 3 + row] * ly +
          matrices[b + 6 + row] * lz +
          isPosition * matrices[b + 9 + row];
      out[o + 4 * column + 3] = isPosition;
    }
  }
  mesh.count += bodies.length;
}
