import { fileURLToPath } from "node:url";
import type { BufferGeometry, Mesh } from "three";
import { describe, expect, it } from "vitest";
import type { StreamScene } from "../../../src/stream/protocol.ts";

interface Surface {
  readonly geometry: BufferGeometry;
  update(points: Float32Array, first: number, dx: number, dy: number): void;
}
interface Skins {
  readonly group: { readonly children: readonly Mesh[] };
  build(scene: Pick<StreamScene, "skins">, capacity: number): void;
  begin(): void;
  add(pose: { poses: Float32Array }, dx: number, dy: number): void;
  end(): void;
}
type Shape = { vertices: number; faces: number[]; offset: number; isSheet: boolean; texcoords?: number[] };

// The page's own modules, which Node's compilation does not cover.
const source = (name: string) =>
  fileURLToPath(new URL(`../../../../viewer/src/scene/bodies/${name}.ts`, import.meta.url));
const { Surface } = (await import(source("surface"))) as { Surface: new (shape: Shape) => Surface };
const { Skins } = (await import(source("skins"))) as { Skins: new (isPlain: boolean) => Skins };

function positions({ geometry }: { geometry: BufferGeometry }): number[][] {
  const { array, count } = geometry.getAttribute("position");
  return Array.from({ length: count }, (_, k) => [...array.slice(3 * k, 3 * k + 3)]);
}

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

describe("a surface", () => {
  const square = Float32Array.of(9, 9, 9, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1);
  const faces = [0, 1, 2, 0, 2, 3];

  it("of a sheet has two sides, as far apart as it is thick, and is closed around its rim", () => {
    const surface = new Surface({ vertices: 4, faces, offset: 0.1, isSheet: true });
    surface.update(square, 3, 5, 0);
    expect(positions(surface)[2]).toEqual(near([6, 1, 1.1]));
    expect(positions(surface)[6]).toEqual(near([6, 1, 0.9]));
    // two faces a side, and two for each of four edges
    expect(surface.geometry.getIndex()!.count).toBe(3 * (4 + 8));
  });

  it("draws a vertex once for each of its texture coordinates", () => {
    const texcoords = [0, 0, 1, 0, 1, 1, 0, 0, 0.5, 1, 0, 1];
    const surface = new Surface({ vertices: 4, faces, offset: 0, isSheet: false, texcoords });
    surface.update(square, 3, 0, 0);
    expect(positions(surface)).toHaveLength(5);
    expect([...surface.geometry.getAttribute("uv").array]).toEqual([0, 0, 1, 0, 1, 1, 0.5, 1, 0, 1]);
  });
});

describe("a skin", () => {
  it("follows its bones by their weights", () => {
    const skins = new Skins(true);
    skins.build(
      {
        skins: [
          {
            ...{ name: "sleeve", rgba: [1, 1, 1, 1], group: 0, inflate: 0 },
            positions: Float32Array.of(0, 0, 2, 0, 0, 1, 1, 0, 1),
            faces: Uint32Array.of(0, 1, 2),
            bones: [
              { body: 1, pos: [0, 0, 2], quat: [1, 0, 0, 0], count: 2 },
              { body: 2, pos: [0, 0, 1], quat: [1, 0, 0, 0], count: 2 },
            ],
            boneVertices: Uint32Array.of(0, 1, 1, 2),
            boneWeights: Float32Array.of(1, 0.5, 0.5, 1),
          },
        ],
      },
      1,
    );
    skins.begin();
    // The world; the first bone where it was bound; the second 1 m higher, turned by 90° about z.
    const poses = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 2, Math.SQRT1_2, 0, 0, Math.SQRT1_2);
    skins.add({ poses }, 10, 0);
    skins.end();
    const [mesh] = skins.group.children;
    expect(positions(mesh)).toEqual([near([10, 0, 2]), near([10, 0, 1.5]), near([10, 1, 2])]);
  });
});
