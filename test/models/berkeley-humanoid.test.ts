import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { isShell, range } from "./compiled-bodies.ts";

/** m, from a foot's site down to its sole: half the height of the foot's box */
const SOLE_DEPTH = 0.006;
/** m; the published right ankle's centre of mass lies 61 µm beside the mirrored left one's */
const SIDES_TOLERANCE = 1e-4;

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "berkeley_humanoid-flat.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function found(side: string): number {
  return sim.sensordata[sim.sensor(`${side}_foot1_floor_found`).address];
}

function soleHeight(side: string): number {
  return sim.siteXpos[3 * sim.siteId(`${side}_foot`) + 2] - SOLE_DEPTH;
}

function at(places: Float64Array, id: number): number[] {
  return [...places.subarray(3 * id, 3 * id + 3)];
}

/** Elements of the left whose place in the world is not the mirror image of the right one's. */
function unevenPlaces(kind: "body" | "geom" | "site" | "joint", places: Float64Array): string[] {
  const rightOf = (name: string) => name.replace("left", "right").replace(/^ll_/, "lr_").replace(/^LL_/, "LR_");
  const names = sim.names.all(kind).map((name) => [name, rightOf(name).replace(/^l_/, "r_")] as const);
  const pairs = names.filter(([left, right]) => left !== right);
  expect(pairs.length).toBeGreaterThan(0);
  const differ = ([left, right]: readonly [string, string]) => {
    const [x, y, z] = at(places, sim.id(kind, left));
    const image = at(places, sim.id(kind, right));
    return Math.hypot(x - image[0], y + image[1], z - image[2]) > SIDES_TOLERANCE;
  };
  return pairs.filter(differ).map(([left]) => left);
}

describe("the Berkeley Humanoid", () => {
  it("is set down on flat soles, within 5 mm of the floor", () => {
    for (const side of ["l", "r"]) {
      expect(Math.abs(soleHeight(side))).toBeLessThan(0.005);
      const upward = sim.siteXmat[9 * sim.siteId(`${side}_foot`) + 8];
      expect(Math.abs(upward)).toBeGreaterThan(0.995);
    }
  });

  it("is carried by its feet, and reports no contact in the air", () => {
    sim.step(100);
    for (const side of ["l", "r"]) {
      expect(found(side)).toBeGreaterThan(0);
      expect(Math.abs(soleHeight(side))).toBeLessThan(0.01);
    }
    sim.qpos[2] += 0.3;
    sim.forward();
    expect(found("l") + found("r")).toBe(0);
  });

  it("is the same from both sides at home, though the frames of its legs are not", () => {
    const { model, xpos } = sim;
    expect(unevenPlaces("body", xpos)).toEqual([]);
    expect(unevenPlaces("joint", sim.jointAnchor)).toEqual([]);
    expect(unevenPlaces("geom", sim.geomXpos)).toEqual([]);
    expect(unevenPlaces("site", sim.siteXpos)).toEqual([]);
    expect(model.body_mass[sim.bodyId("ll_hfe")]).toBe(model.body_mass[sim.bodyId("lr_hfe")]);
  });

  it("shows at most 85 shapes", () => {
    const shells = range(0, sim.ngeom).filter((geom) => isShell(sim, geom));
    expect(shells.length).toBeGreaterThan(50);
    expect(shells.length).toBeLessThanOrEqual(85);
  });
});
