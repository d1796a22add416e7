import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { describeScene, type SceneDescription } from "../../../src/physics/looks/scene-description.ts";
import { Simulation } from "../../../src/physics/simulation.ts";
import { sampleScene } from "../../stream/sample-run.ts";

interface SceneFacts {
  readonly rootBody: number;
  readonly isFixed: boolean;
  readonly floorHeight: number | null;
  readonly hasFurniture: boolean;
  readonly hasTerrain: boolean;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/scene/places/layout.ts", import.meta.url));
const { sceneFacts } = (await import(source)) as { sceneFacts: (scene: SceneDescription) => SceneFacts };

async function factsOf(scene: string): Promise<SceneFacts & { rootName: string }> {
  const sim = await Simulation.load(join(packageRoot, "scenes", scene));
  try {
    const description = describeScene(sim);
    const facts = sceneFacts(description);
    return { ...facts, rootName: description.bodies[facts.rootBody].name };
  } finally {
    sim.delete();
  }
}

describe("what the layouts know of a scene", () => {
  it("is the height of its floor, and the robot among the bodies", async () => {
    expect(await factsOf("cartpole.xml")).toMatchObject({ floorHeight: -0.05, rootName: "cart", hasFurniture: true });
    expect(await factsOf("swimmer.xml")).toMatchObject({ floorHeight: 0, rootName: "head", hasFurniture: false });
  });

  it("tells ground with heights from furniture, so that a robot on it is followed", async () => {
    const facts = { floorHeight: null, rootName: "pelvis", hasFurniture: false, hasTerrain: true };
    expect(await factsOf("g1-rough.xml")).toMatchObject(facts);
    expect(await factsOf("g1-flat.xml")).toMatchObject({ floorHeight: 0, hasFurniture: false, hasTerrain: false });
  });

  it("leaves out a floor that is not drawn: the fish swims above and below it", async () => {
    expect(await factsOf("fish.xml")).toMatchObject({ floorHeight: null, rootName: "torso", hasFurniture: false });
  });

  it("follows every robot whose base is not welded to the world, those of streams that do not say so too", async () => {
    expect((await factsOf("panda-cube.xml")).isFixed).toBe(true);
    for (const scene of ["cartpole.xml", "swimmer.xml", "g1-flat.xml"])
      expect((await factsOf(scene)).isFixed).toBe(false);
    expect(sceneFacts(sampleScene as SceneDescription).isFixed).toBe(false);
  });
});
