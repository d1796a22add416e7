import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeScene, type SceneDescription } from "../../src/physics/looks/scene-description.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { ALL_VERTICES, SOFT_SCENE } from "../viewer/soft-task.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function described(xml: string): Promise<{ scene: SceneDescription; nflexvert: number }> {
  const path = join(folder, "scene.xml");
  writeFileSync(path, xml);
  const sim = await Simulation.load(path);
  const told = { scene: describeScene(sim), nflexvert: sim.nflexvert };
  sim.delete();
  return told;
}

describe("what a scene's description says of things that bend and of textures", () => {
  let scene: SceneDescription;
  beforeAll(async () => {
    const told = await described(SOFT_SCENE);
    ({ scene } = told);
    expect(told.nflexvert).toBe(ALL_VERTICES);
  });

  it("gives cloth its triangles, a soft body its shell, a rope its pieces, and each its vertices", () => {
    const [cloth, jelly, rope] = scene.flexes;
    expect([cloth, jelly, rope].map(({ name, dim, first, vertices }) => [name, dim, first, vertices])).toEqual([
      ["cloth", 2, 0, 9],
      ["jelly", 3, 9, 8],
      ["rope", 1, 17, 4],
    ]);
    // 2 × 2 squares; six sides of a cube; three pieces
    expect([cloth, jelly, rope].map(({ pieces }) => pieces.length)).toEqual([3 * 8, 3 * 12, 2 * 3]);
    expect([...rope.pieces]).toEqual([0, 1, 1, 2, 2, 3]);
    expect([cloth.rgba, jelly.radius]).toEqual([[1, 0, 1, 1], 0.01]);
  });

  it("gives a skin its bones with the weights of their vertices", () => {
    const [{ name, bones, boneWeights, boneVertices, faces }] = scene.skins;
    expect([name, faces.length, bones.map(({ count }) => count)]).toEqual(["sleeve", 36, [6, 6]]);
    expect(bones.map(({ body }) => scene.bodies[body].name)).toEqual(["upper", "lower"]);
    expect([...boneVertices]).toEqual([0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8]);
    expect([...boneWeights]).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1]);
  });

  it("holds the pixels of used textures, and how materials lay them", () => {
    const names = scene.textures.map(({ name, kind, width, height }) => [name, kind, width, height]);
    expect(names).toEqual([
      ["sky", "skybox", 8, 48],
      ["squares", "2d", 16, 16],
      ["dice", "cube", 8, 48],
    ]);
    expect([...scene.textures[0].data.subarray(0, 3)]).toEqual([25, 25, 76]);
    const floor = scene.geoms.find(({ name }) => name === "floor")!;
    expect(floor.material?.texture).toEqual({ index: 1, repeat: [4, 4], uniform: true });
    expect(scene.meshes[0].texcoords).toHaveLength(2 * 36);
    expect(scene.undrawn).toEqual([]);
  });

  it("makes large textures smaller, and names that and what no viewer draws", async () => {
    const { scene: layered } = await described(`<mujoco>
      <asset>
        <texture name="bumps" type="2d" builtin="flat" rgb1=".5 .5 1" width="8" height="8"/>
        <texture name="big" type="2d" builtin="flat" rgb1="1 0.2 0" width="2048" height="4"/>
        <material name="steel"><layer role="rgb" texture="big"/><layer role="normal" texture="bumps"/></material>
      </asset>
      <worldbody>
        <geom size="1" material="steel"/>
        <geom name="post" type="cylinder" size=".1 .2"/>
        <site name="near"/>
        <body pos="0 0 2"><joint axis="0 1 0"/><geom size=".1"/><site name="far"/></body>
      </worldbody>
      <tendon><spatial name="wire"><site site="near"/><geom geom="post"/><site site="far"/></spatial></tendon>
    </mujoco>`);
    const [{ width, height, data }] = layered.textures;
    expect([width, height, ...data.subarray(0, 3)]).toEqual([1024, 2, 255, 51, 0]);
    expect(layered.undrawn).toEqual([
      "tendon wire: how it bends around shapes",
      "material steel: its normal texture",
      "texture big in full: 1024 of 2048 pixels a row are drawn",
    ]);
  });
});
