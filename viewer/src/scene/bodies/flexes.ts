/** Cloth, soft bodies and ropes. Faces are surfaces as thick as the flex's radius says; ropes are pieces with balls between them. */
import { Group, type InstancedMesh, type Material, Mesh } from "three";
import type { SceneFlex, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { Dots, Sticks } from "../marks/sticks.ts";
import { Materials } from "./materials.ts";
import { FIRST_COLLISION_GROUP, type ShapeChoice } from "./robots.ts";
import { Surface } from "./surface.ts";

/** What draws one flex of one environment. */
interface Drawn {
  readonly isCollision: boolean;
  readonly parts: readonly Mesh[];
  update(points: Float32Array, dx: number, dy: number): void;
  dispose(): void;
}

export class Flexes {
  readonly group = new Group();
  /** By environment in the order of their adding, then by flex. */
  private drawn: Drawn[][] = [];
  private readonly materials: Materials;
  private count = 0;
  private choice: ShapeChoice = { shapes: true, collisions: false };

  /** @param isPlain simpler materials, for processors that draw */
  constructor(isPlain: boolean) {
    this.materials = new Materials(isPlain);
  }

  /** Builds meshes for up to `capacity` environments. @param material in place of those of the scene */
  build({ flexes = [], textures }: StreamScene, capacity: number, material?: Material): void {
    this.dispose();
    this.materials.setTextures(textures);
    const visible = flexes.filter(({ rgba }) => rgba[3] > 0);
    this.drawn = Array.from({ length: visible.length > 0 ? capacity : 0 }, () =>
      visible.map((flex) => draw(flex, material ?? this.materials.for(lookOf(flex)))),
    );
    for (const { parts } of this.drawn.flat()) this.group.add(...parts);
    this.begin();
    this.end();
  }

  setChoice(choice: ShapeChoice): void {
    this.choice = choice;
    this.end();
  }

  begin(): void {
    this.count = 0;
  }

  /** Adds one environment, moved by (dx, dy, 0); nothing where its vertices are not known. */
  add({ points }: Pick<ShownPose, "points">, dx: number, dy: number): void {
    if (points === null || this.count >= this.drawn.length) return;
    for (const one of this.drawn[this.count++]) one.update(points, dx, dy);
  }

  end(): void {
    const { shapes, collisions } = this.choice;
    this.drawn.forEach((all, n) => {
      for (const { isCollision, parts } of all)
        for (const part of parts) part.visible = n < this.count && (isCollision ? collisions : shapes);
    });
  }

  dispose(): void {
    for (const one of this.drawn.flat()) one.dispose();
    this.drawn = [];
    this.group.clear();
    this.materials.dispose();
  }
}

/** Ropes have no texture, and neither have bodies, whose shells have no coordinates of one. */
function lookOf({ rgba, material, texcoords, flat }: SceneFlex) {
  if (!material) return { rgba, flat };
  const { texture, ...plain } = material;
  return { rgba, flat, material: texcoords && texture ? material : plain };
}

function draw(flex: SceneFlex, material: Material): Drawn {
  const isCollision = flex.group >= FIRST_COLLISION_GROUP;
  return { isCollision, ...(flex.dim === 1 ? drawRope(flex, material) : drawSurface(flex, material)) };
}

function drawSurface({ dim, first, vertices, radius, pieces, texcoords }: SceneFlex, material: Material) {
  const surface = new Surface({ vertices, faces: pieces, texcoords, offset: radius, isSheet: dim === 2 });
  const mesh = new Mesh(surface.geometry, material);
  mesh.frustumCulled = false;
  mesh.castShadow = true;
  mesh.receiveShadow = true;
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
