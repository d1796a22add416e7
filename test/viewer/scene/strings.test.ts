import { fileURLToPath } from "node:url";
import { type InstancedMesh, Matrix4, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import type { StreamScene } from "../../../src/stream/protocol.ts";

interface Strings {
  readonly group: { readonly children: readonly InstancedMesh[] };
  build(scene: Pick<StreamScene, "strings">, capacity: number): void;
  begin(): void;
  add(pose: { poses: Float32Array }, dx: number, dy: number): void;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/scene/bodies/strings.ts", import.meta.url));
const { Strings } = (await import(source)) as { Strings: new (isPlain: boolean) => Strings };

/** A string of two pieces over three points of the world and of a body. */
const scene: Pick<StreamScene, "strings"> = {
  strings: [
    {
      name: "rope",
      radius: 0.01,
      rgba: [0, 0, 0, 1],
      points: [
        { body: 0, pos: [0, 0, 3] },
        { body: 1, pos: [1, 0, 0] },
        { body: 1, pos: [0, 0, 0] },
      ],
    },
  ],
};

/** The world, and a body at (0, 2, 1) turned by 90° about z. */
const poses = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0, 2, 1, Math.SQRT1_2, 0, 0, Math.SQRT1_2);

/** Where a point of a piece's own metre is drawn. */
function drawn(mesh: InstancedMesh, piece: number, x: number, z: number): number[] {
  const matrix = new Matrix4();
  mesh.getMatrixAt(piece, matrix);
  return new Vector3(x, 0, z).applyMatrix4(matrix).toArray();
}

function near(...values: number[]): unknown[] {
  return values.map((value) => expect.closeTo(value, 5));
}

describe("strings", () => {
  it("reach from point to point, wherever the bodies and the environment's cell are", () => {
    const strings = new Strings(true);
    strings.build(scene, 2);
    strings.begin();
    strings.add({ poses }, 0, 0);
    strings.add({ poses }, 10, 20);
    const [mesh] = strings.group.children;
    expect(mesh.count).toBe(4);
    // the body's x axis points along the world's y
    expect(drawn(mesh, 0, 0, -0.5)).toEqual(near(0, 0, 3));
    expect(drawn(mesh, 0, 0, 0.5)).toEqual(near(0, 3, 1));
    expect(drawn(mesh, 1, 0, 0.5)).toEqual(near(0, 2, 1));
    expect(drawn(mesh, 2, 0, -0.5)).toEqual(near(10, 20, 3));
  });

  it("keep their thickness when they are stretched", () => {
    const strings = new Strings(true);
    strings.build(scene, 1);
    strings.begin();
    strings.add({ poses }, 0, 0);
    const [mesh] = strings.group.children;
    const [middle, side] = [0, 0.01].map((x) => new Vector3(...drawn(mesh, 0, x, 0)));
    expect(side.distanceTo(middle)).toBeCloseTo(0.01, 6);
  });

  it("hold as many environments as they are built for", () => {
    const strings = new Strings(true);
    strings.build(scene, 1);
    strings.begin();
    strings.add({ poses }, 0, 0);
    strings.add({ poses }, 1, 0);
    expect(strings.group.children[0].count).toBe(2);
  });
});
