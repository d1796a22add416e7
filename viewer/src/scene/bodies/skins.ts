/** Skins: surfaces whose vertices follow the bodies that carry them, each by its weights. */
import type { Material } from "three";
import type { SceneSkin, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { FIRST_COLLISION_GROUP } from "./robots.ts";
import { SoftBodies, type SoftBody, softLook, surfaceMesh } from "./soft-bodies.ts";
import type { Surface } from "./surface.ts";

/** Vertices of skins that are moved in a frame; robots beyond that have none. */
export const MOST_SKINNED = 150_000;

/** A skin's vertices as its bones see them. */
class Binding {
  /** [vertices, 3] in the world; written by each environment in turn. */
  private readonly points: Float32Array;
  readonly skin: SceneSkin;
  /** [entries, 3] in the frames of the bones. */
  private readonly local: Float32Array;

  constructor(skin: SceneSkin) {
    this.skin = skin;
    this.points = new Float32Array(skin.positions.length);
    this.local = new Float32Array(3 * skin.boneVertices.length);
    let entry = 0;
    for (const { pos, quat, count } of skin.bones) {
      const rotation = matrixOf(quat, 0);
      for (const end = entry + count; entry < end; entry++) {
        const v = 3 * skin.boneVertices[entry];
        const away = [0, 1, 2].map((i) => skin.positions[v + i] - pos[i]);
        // Rᵀ (v − p)
        for (let i = 0; i < 3; i++)
          this.local[3 * entry + i] = rotation[i] * away[0] + rotation[3 + i] * away[1] + rotation[6 + i] * away[2];
      }
    }
  }

  /** Σ w (R l + p). @param poses [bodies, 7] */
  follow(poses: Float32Array): Float32Array {
    const { points, local } = this;
    const { bones, boneVertices, boneWeights } = this.skin;
    points.fill(0);
    let entry = 0;
    for (const { body, count } of bones) {
      const p = 7 * body;
      const rotation = matrixOf(poses, p + 3);
      for (const end = entry + count; entry < end; entry++) {
        const v = 3 * boneVertices[entry];
        const l = 3 * entry;
        const weight = boneWeights[entry];
        for (let i = 0; i < 3; i++)
          points[v + i] +=
            weight *
            (rotation[3 * i] * local[l] +
              rotation[3 * i + 1] * local[l + 1] +
              rotation[3 * i + 2] * local[l + 2] +
              poses[p + i]);
      }
    }
    return points;
  }
}

const rotation = new Float64Array(9);

/** Rows of the rotation of a quaternion w-x-y-z; overwritten by the next call. */
function matrixOf(q: ArrayLike<number>, at: number): Float64Array {
  const [w, x, y, z] = [q[at], q[at + 1], q[at + 2], q[at + 3]];
  rotation[0] = 1 - 2 * (y * y + z * z);
  rotation[1] = 2 * (x * y - w * z);
  rotation[2] = 2 * (x * z + w * y);
  rotation[3] = 2 * (x * y + w * z);
  rotation[4] = 1 - 2 * (x * x + z * z);
  rotation[5] = 2 * (y * z - w * x);
  rotation[6] = 2 * (x * z - w * y);
  rotation[7] = 2 * (y * z + w * x);
  rotation[8] = 1 - 2 * (x * x + y * y);
  return rotation;
}

interface Drawn extends SoftBody {
  readonly binding: Binding;
  readonly surface: Surface;
}

/** The skins of as many environments as `MOST_SKINNED` allows. */
export class Skins extends SoftBodies<Drawn> {
  /** Builds meshes for up to `capacity` environments. @param material in place of those of the scene */
  build({ skins = [], textures }: StreamScene, capacity: number, material?: Material): void {
    const visible = skins.filter(({ rgba }) => rgba[3] > 0);
    const vertices = visible.reduce((sum, { positions }) => sum + positions.length / 3, 0);
    const room = vertices === 0 ? 0 : Math.min(capacity, Math.max(1, Math.floor(MOST_SKINNED / vertices)));
    const bindings = room === 0 ? [] : visible.map((skin) => new Binding(skin));
    this.fill(textures, room, () =>
      bindings.map((binding) => drawn(binding, material ?? this.materials.for(softLook(binding.skin)))),
    );
  }

  /** Adds one environment, moved by (dx, dy, 0) m. */
  add({ poses }: Pick<ShownPose, "poses">, dx: number, dy: number): void {
    for (const { binding, surface } of this.next()) surface.update(binding.follow(poses), 0, dx, dy);
  }
}

function drawn(binding: Binding, material: Material): Drawn {
  const { skin } = binding;
  const { positions, faces, inflate, group } = skin;
  const texcoords = skin.texcoords && cornersOf(skin.texcoords, faces);
  const shape = { vertices: positions.length / 3, faces, texcoords, offset: inflate, isSheet: false };
  const { surface, mesh } = surfaceMesh(shape, material);
  const isCollision = group >= FIRST_COLLISION_GROUP;
  return { binding, surface, parts: [mesh], isCollision, dispose: () => surface.dispose() };
}

function cornersOf(texcoords: Float32Array, faces: Uint32Array): Float32Array {
  const out = new Float32Array(2 * faces.length);
  faces.forEach((vertex, k) => {
    for (let i = 0; i < 2; i++) out[2 * k + i] = texcoords[2 * vertex + i];
  });
  return out;
}
