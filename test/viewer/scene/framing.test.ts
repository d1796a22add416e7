import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { describeScene, type SceneDescription } from "../../../src/physics/looks/scene-description.ts";
import { Simulation } from "../../../src/physics/simulation.ts";
import { Environment, loadUserTask, registry, type Task } from "../../../src/tasks/index.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";

type Triple = [number, number, number];

interface Seen {
  readonly arrangement: Arrangement;
  readonly points: readonly Vector3[];
  /** Where the robot's main body is. */
  readonly drawnAt: Vector3;
}

interface Arrangement {
  readonly facts: { readonly rootBody: number };
  readonly size: { readonly middle: [number, number]; readonly bottom: number; readonly height: number };
  setCount(count: number): void;
  measure(pose: object): boolean;
  framing(): [number, number];
  box(): Triple | null;
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
const { focusOf } = (await source("camera/gaze.ts")) as {
  focusOf: (arrangement: Arrangement, actor: { drawnAt: Vector3 }, beside: null, isFollowing: boolean) => Vector3;
};
const { bodyPoint } = (await source("places/body-frame.ts")) as {
  bodyPoint: (poses: Float32Array, body: number, point: readonly number[]) => Triple;
};

/** The usual view, rad. */
const [AZIMUTH, POLAR] = [-0.72, 1.27];
/** Half sides of the picture, of a desk's and of a phone's. */
const ASPECTS = [1.6, 0.5] as const;

/** Where the drawn geoms of a new episode's moving bodies are, and the arrangement that the page makes of them. */
async function seen(task: Task): Promise<Seen> {
  const env = await Environment.create(task);
  try {
    return seenIn(env.sim);
  } finally {
    env.delete();
  }
}

function seenIn(sim: Simulation): Seen {
  const poses = new Float32Array(7 * sim.nbody);
  for (let body = 0; body < sim.nbody; body++) {
    poses.set(sim.xpos.subarray(3 * body, 3 * body + 3), 7 * body);
    poses.set(sim.xquat.subarray(4 * body, 4 * body + 4), 7 * body + 3);
  }
  const scene = describeScene(sim);
  const arrangement = new Arrangement(scene);
  arrangement.setCount(1);
  const { rootBody } = arrangement.facts;
  const drawnAt = new Vector3(...poses.subarray(7 * rootBody, 7 * rootBody + 3));
  arrangement.measure({ poses, points: null, command: poses, twist: poses, flags: 0, isCut: false });
  const isMoving = (body: number) => body !== 0 && Math.abs(poses[7 * body]) < 50;
  const drawn = scene.geoms.filter(({ body, group, rgba }) => isMoving(body) && group < 3 && rgba[3] > 0);
  return { arrangement, drawnAt, points: drawn.map(({ body, pos }) => new Vector3(...bodyPoint(poses, body, pos))) };
}

/** How far the geoms' middles reach from the picture's middle, 1 at its edges, in the wider direction. */
function reachInPicture({ arrangement, points, drawnAt }: Seen, aspect: number): number {
  const centre = focusOf(arrangement, { drawnAt }, null, true).clone();
  const camera = new PerspectiveCamera(32, aspect, 0.05, 900);
  const slope = Math.tan((32 * Math.PI) / 360);
  const [halfWidth, halfHeight] = arrangement.framing();
  const box = arrangement.box();
  const distance = box
    ? boxDistance(box, AZIMUTH, POLAR, [slope * aspect, slope])
    : Math.max(halfWidth / aspect, halfHeight) / slope;
  camera.up.set(0, 0, 1);
  const flat = distance * Math.sin(POLAR);
  camera.position.set(flat * Math.cos(AZIMUTH), flat * Math.sin(AZIMUTH), distance * Math.cos(POLAR)).add(centre);
  camera.lookAt(centre);
  camera.updateMatrixWorld();
  const shown = points.map((point) => point.clone().project(camera));
  return Math.max(...shown.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
}

/** What stays where it is or turns on a hinge of the world, README's own robot included. */
const HINGED = ["PendulumSwingup", "AcrobotSwingup", "FingerTurnHard"];
const tasks = [
  ...registry
    .list()
    .flatMap(({ name, family }) => (family === "manipulation" || HINGED.includes(name) ? [registry.get(name)] : [])),
  await loadUserTask(join(packageRoot, "starter", "my-task.ts")),
];

describe("the camera", () => {
  it.each(tasks)("shows all of $name, and fills the picture with it", async (task) => {
    const view = await seen(task);
    for (const aspect of ASPECTS) {
      const reach = reachInPicture(view, aspect);
      expect(reach).toBeLessThan(1);
      // Middles of geoms, which reach further; what turns on a hinge has room to turn.
      expect(reach).toBeGreaterThan(task.family === "manipulation" ? 0.5 : 0.1);
    }
  });

  it.each([0.2, 0.5, 1.5, 30])("shows a robot that flies %d m above the floor", async (height) => {
    const drone = `<body name="drone" pos="0 0 ${height}"><freejoint/><geom type="box" size="0.2 0.2 0.03"/>
      <geom type="sphere" size="0.05" pos="0.2 0 0.05"/><geom type="sphere" size="0.05" pos="-0.2 0 0.05"/></body>`;
    const file = join(scratchFolder(), "drone.xml");
    const floor = '<geom name="floor" type="plane" size="5 5 0.1"/>';
    writeFileSync(file, `<mujoco><worldbody>${floor}${drone}</worldbody></mujoco>`);
    const sim = await Simulation.load(file);
    sim.forward();
    const view = seenIn(sim);
    sim.delete();
    for (const aspect of ASPECTS) expect(reachInPicture(view, aspect)).toBeLessThan(1);
  });
});
