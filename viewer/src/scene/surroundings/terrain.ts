/** Ground with heights: in the palette's colour, darker in its hollows, so that bumps show under any light. Heights are the physics' own. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  Group,
  type Material,
  Mesh,
  MeshLambertMaterial,
  type Texture,
} from "three";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import { layTexture, textureOf } from "../bodies/textures.ts";
import type { StagePalette } from "./palette.ts";

type HeightField = StreamScene["heightFields"][number];

/** Share of the colour that the lowest ground keeps. */
const HOLLOW = 0.6;

/** Meshes of a scene's height fields. */
export class Terrain {
  readonly group = new Group();
  private readonly material = new MeshLambertMaterial({ vertexColors: true });
  private scene: StreamScene | null = null;
  private isModels = true;

  /** Takes the colours of a theme. */
  setPalette({ ground }: StagePalette): void {
    this.material.color.set(ground);
  }

  /** Builds the height fields that are fixed to the world. */
  build(scene: StreamScene): void {
    this.dispose();
    this.scene = scene;
    for (const geom of scene.geoms) {
      const { type, body, hfield = 0, pos, quat, material } = geom;
      const field = scene.heightFields[hfield];
      if (type !== "hfield" || body !== 0 || !field) continue;
      const geometry = terrainGeometry(field);
      const source = this.isModels && material?.texture ? scene.textures?.[material.texture.index] : undefined;
      const texture = source?.kind === "2d" ? textureOf(source) : undefined;
      if (material && texture) layTexture(geometry, { size: [field.size[0], field.size[1], 0] }, material);
      const mesh = new Mesh(geometry, texture ? texturedGround(texture, geom.rgba) : this.material);
      mesh.position.set(...pos);
      mesh.quaternion.set(quat[1], quat[2], quat[3], quat[0]);
      mesh.receiveShadow = true;
      this.group.add(mesh);
    }
  }

  /** @param isModels whether the ground has the model's texture, where that has one */
  setModels(isModels: boolean): void {
    if (isModels === this.isModels) return;
    this.isModels = isModels;
    if (this.scene) this.build(this.scene);
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    for (const mesh of this.group.children) {
      const { geometry, material } = mesh as Mesh<BufferGeometry, Material>;
      geometry.dispose();
      if (material !== this.material) material.dispose();
    }
    this.group.clear();
  }
}

function texturedGround(map: Texture, [red, green, blue]: SceneGeom["rgba"]): MeshLambertMaterial {
  return new MeshLambertMaterial({ map, color: new Color().setRGB(red, green, blue, "srgb") });
}

/** One vertex per sample and two triangles between four. */
export function terrainGeometry({ rows, columns, size: [halfX, halfY, height], data }: HeightField): BufferGeometry {
  const position = new Float32Array(3 * rows * columns);
  const color = new Float32Array(3 * rows * columns);
  const index: number[] = [];
  data.forEach((level, n) => {
    const [row, column] = [Math.floor(n / columns), n % columns];
    position.set(
      [((2 * column) / (columns - 1) - 1) * halfX, ((2 * row) / (rows - 1) - 1) * halfY, level * height],
      3 * n,
    );
    color.fill(HOLLOW + (1 - HOLLOW) * level, 3 * n, 3 * n + 3);
    if (row > 0 && column > 0) index.push(n - columns - 1, n - columns, n, n - columns - 1, n, n - 1);
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(position, 3));
  geometry.setAttribute("color", new BufferAttribute(color, 3));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  return geometry;
}
