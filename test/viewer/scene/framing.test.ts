import { fileURLToPath } from "node:url";
import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { describeScene, type SceneDescription } from "../../../src/physics/looks/scene-description.ts";
import { Environment, registry } from "../../../src/tasks/index.ts";

type Triple = [number, number, number];

interface Arrangement {
  readonly size: { readonly middle: [number, number]; readonly bottom: number; readonly height: number };
  setCount(count: number): void;
  measure(pose: object): boolean;
  box(): Triple;
}

// The page's own modules, which Node's compilation does not cover.
const source = (file: string) =>
  import(fileURLToPath(new URL(`../../../../viewer/src/scene/${file}`, import.meta.url)));
const { Arrangement } = (await source("places/arrangement.ts")) as {
  Arrangement: new (scene: SceneDescription) => Arrangement;
};
const { boxDistance } = (await source("camera/framing.ts")) as {
  boxDistance: (half: Triple, azimuth: number, polar: number, slopes: [number, number]) => number;
};
const { bodyPoint } = (await source("places/body-frame.ts")) as {
  bodyPoint: (poses: Float32Array, body: number, point: readonly number[]) => Triple;
};

/** The usual view, rad. */
const [AZIMUTH, POLAR] = [-0.72, 1.27];
/** Half sides of the picture, of a desk's and of a phone's. */
const ASPECTS = [1.6, 0.5] as const;

/** Where the drawn geoms of a new episode's moving bodies are, and the arrangement that the page makes of them. */
async function seen(name: string): Promise<{ arrangement: Arrangement; points: Vector3[] }> {
  const env = await Environment.create(registry.get(name));
  const { sim } = env;
  const poses = new Float32Array(7 * sim.nbody);
  for (let body = 0; body < sim.nbody; body++) {
    poses.set(sim.xpos.subarray(3 * body, 3 * body + 3), 7 * body);
    poses.set(sim.xquat.subarray(4 * body, 4 * body + 4), 7 * body + 3);
  }
  const scene = describeScene(sim);
  env.delete();
  const arrangement = new Arrangement(scene);
  arrangement.setCount(1);
  arrangement.measure({ poses, points: null, command: poses, twist: poses, flags: 0, isCut: false });
  const isMoving = (body: number) => body !== 0 && Math.abs(poses[7 * body]) < 50;
  const drawn = scene.geoms.filter(({ body, group, rgba }) => isMoving(body) && group < 3 && rgba[3] > 0);
  return { arrangement, points: drawn.map(({ body, pos }) => new Vector3(...bodyPoint(poses, body, pos))) };
}

const manipulation = registry.list().filter(({ family }) => family === "manipulation");

describe("the camera", () => {
  it.each(manipulation)("shows all of $name, and fills the picture with it", async ({ name }) => {
    const { arrangement, points } = await seen(name);
    const { middle, bottom, height } = arrangement.size;
    const centre = new Vector3(...middle, bottom + 0.5 * height);
    for (const aspect of ASPECTS) {
      const camera = new PerspectiveCamera(32, aspect, 0.05, 900);
      const slope = Math.tan((32 * Math.PI) / 360);
      const distance = boxDistance(arrangement.box(), AZIMUTH, POLAR, [slope * aspect, slope]);
      camera.up.set(0, 0, 1);
      const flat = distance * Math.sin(POLAR);
      camera.position.set(flat * Math.cos(AZIMUTH), flat * Math.sin(AZIMUTH), distance * Math.cos(POLAR)).add(centre);
      camera.lookAt(centre);
      camera.updateMatrixWorld();
      const shown = points.map((point) => point.clone().project(camera));
      const [widest, highest] = [
        Math.max(...shown.map(({ x }) => Math.abs(x))),
        Math.max(...shown.map(({ y }) => Math.abs(y))),
      ];
      expect(Math.max(widest, highest)).toBeLessThan(1);
      expect(Math.max(widest, highest)).toBeGreaterThan(0.5); // middles of geoms, which reach further
    }
  });
});
