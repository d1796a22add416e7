/** Cloth, soft bodies and ropes. Faces are surfaces as thick as the flex's radius says; ropes are pieces with balls between them. */
import type { InstancedMesh, Material } from "three";
import type { SceneFlex, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { Dots, Sticks } from "../marks/sticks.ts";
import { FIRST_COLLISION_GROUP } from "./robots.ts";
import { SoftBodies, type SoftBody, softLook, surfaceMesh } from "./soft-bodies.ts";

/** What draws one flex of one environment. */
interface Drawn extends SoftBody {
  update(points: Float32Array, dx: number, dy: number): void;
}

/** The flexes of all environments on screen. */
export class Flexes extends SoftBodies<Drawn> {
  /** Builds meshes for up to `capacity` environments. @param material in place of those of the scene */
  build({ flexes = [], textures }: StreamScene, capacity: number, material?: Material): void {
    const visible = flexes.filter(({ rgba }) => rgba[3] > 0);
    this.fill(textures, visible.length > 0 ? capacity : 0, () =>
      visible.map((flex) => draw(flex, material ?? this.materials.for(softLook(flex)))),
    );
  }

  /** Adds one environment, moved by (dx, dy, 0) m; nothing where its vertices are not known. */
  add({ points }: Pick<ShownPose, "points">, dx: number, dy: number): void {
    if (points === null) return;
    for (const one of this.next()) one.update(points, dx, dy);
  }
}

function draw(flex: SceneFlex, material: Material): Drawn {
  const isCollision = flex.group >= FIRST_COLLISION_GROUP;
  return { isCollision, ...(flex.dim === 1 ? drawRope(flex, material) : drawSurface(flex, material)) };
}

function drawSurface({ dim, first, vertices, radius, pieces, texcoords }: SceneFlex, material: Material) {
  const shape = { vertices, faces: pieces, texcoords, offset: radius, isSheet: dim === 2 };
  const { surface, mesh } = surfaceMesh(shape, material);
  return {
    parts: [mesh],
    update: (points: Float32Array, dx: number, dy: number) => surface.update(points, 3 * first, dx, dy),
    dispose: () => surface.dispose(),
  };
}

function drawRope({ first, vertices, radius, pieces }: SceneFlex, material: Material) {
  const [rods, balls] = [new Sticks(pieces.length / 2), new Dots(vertices)];
  const parts: readonly InstancedMesh[] = [rods.mesh, balls.mesh];
  for (const part of parts) {
    part.material = material;
    part.renderOrder = 0;
    part.castShadow = true;
    part.receiveShadow = true;
  }
  const placeOf = (points: Float32Array, vertex: number, dx: number, dy: number) => {
    const p = 3 * (first + vertex);
    return [points[p] + dx, points[p + 1] + dy, points[p + 2]];
  };
  const update = (points: Float32Array, dx: number, dy: number) => {
    for (const batch of [rods, balls]) batch.begin();
    for (let k = 0; k < pieces.length; k += 2)
      rods.add(placeOf(points, pieces[k], dx, dy), placeOf(points, pieces[k + 1], dx, dy), radius);
    for (let vertex = 0; vertex < vertices; vertex++) balls.add(placeOf(points, vertex, dx, dy), radius);
    for (const batch of [rods, balls]) batch.end();
  };
  const dispose = () => {
    for (const part of parts) {
      part.geometry.dispose();
      part.dispose();
    }
  };
  return { parts, update, dispose };
}
