/** Ground with heights: in the palette's colour, darker in its hollows, so that bumps show under any light. Heights are the physics' own. */
import { BufferAttribute, BufferGeometry, Group, Mesh, MeshLambertMaterial } from "three";
import type { StreamScene } from "../../../src/stream/protocol.ts";
import type { StagePalette } from "./palette.ts";

type HeightField = StreamScene["heightFields"][number];

/** Share of the colour that the lowest ground keeps. */
const HOLLOW = 0.6;

export class Terrain {
  readonly group = new Group();
  private readonly material = new MeshLambertMaterial({ vertexColors: true });

  setPalette({ ground }: StagePalette): void {
    this.material.color.set(ground);
  }

  /** Builds the height fields that are fixed to the world. */
  build({ geoms, heightFields }: StreamScene): void {
    this.dispose();
    for (const { type, body, hfield = 0, pos, quat } of geoms) {
      const field = heightFields[hfield];
      if (type !== "hfield" || body !== 0 || !field) continue;
      const mesh = new Mesh(terrainGeometry(field), this.material);
      mesh.position.set(...pos);
      mesh.quaternion.set(quat[1], quat[2], quat[3], quat[0]);
      mesh.receiveShadow = true;
      this.group.add(mesh);
    }
  }

  private dispose(): void {
    for (const mesh of this.group.children) (mesh as Mesh).geometry.dispose();
    this.group.clear();
  }
}

/** One vertex per sample and two triangles between four. */
function terrainGeometry({ rows, columns, size: [halfX, halfY, height], data }: HeightField): BufferGeometry {
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
