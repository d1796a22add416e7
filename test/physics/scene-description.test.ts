import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { describeScene, type SceneDescription } from "../../src/physics/looks/scene-description.ts";
import { Simulation } from "../../src/physics/simulation.ts";

async function load(name: string): Promise<Simulation> {
  return Simulation.load(join(packageRoot, "scenes", `${name}.xml`));
}

describe("scene description", () => {
  let sim: Simulation;
  let scene: SceneDescription;

  beforeAll(async () => {
    sim = await load("reacher");
    scene = describeScene(sim);
  });
  afterAll(() => sim.delete());

  it("survives JSON unchanged", () => {
    expect(JSON.parse(JSON.stringify(scene))).toEqual(scene);
  });

  it("gives every body its parent and every geom its body", () => {
    const id = (name: string) => scene.bodies.findIndex((body) => body.name === name);
    expect(scene.bodies[0]).toEqual({ name: "world", parent: 0, mass: 0, centre: [0, 0, 0] });
    expect(scene.bodies[id("hand")].parent).toBe(id("arm"));
    const finger = scene.geoms.find((geom) => geom.name === "finger")!;
    expect(finger).toMatchObject({ type: "sphere", body: id("finger"), pos: [0, 0, 0] });
    expect(finger.size[0]).toBe(0.01);
  });

  it("colours geoms by their material unless they have a colour of their own", () => {
    const floor = scene.geoms.find((geom) => geom.name === "ground")!;
    expect(floor.material?.name).toBe("floor");
    expect(floor.type).toBe("plane");
    const target = scene.geoms.find((geom) => geom.name === "target")!;
    expect(target.rgba[3]).toBeCloseTo(0.6, 6);
  });

  it("shows the sites that mark something as shapes, and hides those of the hidden groups", async () => {
    const finger = await load("finger");
    const sites = describeScene(finger).geoms.slice(finger.ngeom);
    finger.delete();
    expect(sites.map(({ name }) => name)).toEqual(["tip", "target"]);
    const [tip] = sites;
    expect(tip).toMatchObject({ type: "sphere", body: 3, pos: [0, 0, 0.13], collides: false });
    expect(tip.size[0]).toBe(0.02);
  });

  it("shows tendons that run through space as strings, and no others", async () => {
    const cup = await load("ball-in-cup");
    const { strings } = describeScene(cup);
    const [cupId, ballId] = ["cup", "ball"].map((name) => cup.bodyId(name));
    cup.delete();
    expect(strings).toEqual([
      {
        name: "string",
        radius: 0.003,
        rgba: [0.27, 0.29, 0.32, 1].map(Math.fround),
        points: [
          { body: ballId, pos: [0, 0, 0] },
          { body: cupId, pos: [0, 0, -0.108] },
        ],
      },
    ]);
    const table = await load("point-mass");
    expect(describeScene(table).strings).toEqual([]);
    table.delete();
  });

  it("places the geoms where the simulation has them", () => {
    sim.forward();
    const arm = scene.geoms.findIndex((geom) => geom.name === "arm");
    // the arm's capsule reaches from 0 to 0.12 m, so its centre is at 0.06 m of a body that stands unrotated at z = 0.01
    expect(scene.geoms[arm].pos[0]).toBeCloseTo(0.06, 12);
    expect(sim.geomXpos[3 * arm]).toBeCloseTo(0.06, 12);
  });
});
