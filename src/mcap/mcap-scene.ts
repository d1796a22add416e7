/** The shapes of a scene as Foxglove's well-known schema of entities: written once, each locked to the frame of its body. */
import { rotate } from "../math/quat.ts";
import { describeScene, type GeomDescription, type SceneDescription } from "../physics/looks/scene-description.ts";
import type { Environment } from "../tasks/index.ts";
import { integer, jsonTopic, list, real, record, stamp, type Topic, text, time } from "./mcap-topic.ts";

/** MuJoCo's groups from here on are collision shapes. */
const FIRST_HIDDEN_GROUP = 3;
/** Sides of a plane without end, and what any plane has for thickness, m. */
const ENDLESS = 40;
const THIN = 0.002;

type Triple = readonly [number, number, number];

const vector = record({ x: real(), y: real(), z: real() });
const colour = record({ r: real(), g: real(), b: real(), a: real() });
const pose = record({ position: vector, orientation: record({ x: real(), y: real(), z: real(), w: real() }) });
const solid = { pose, size: vector, color: colour };
const entity = record({
  timestamp: time,
  frame_id: text(),
  id: text(),
  lifetime: record({ sec: integer(), nsec: integer() }),
  frame_locked: { type: "boolean" },
  metadata: list(record({ key: text(), value: text() })),
  arrows: list(record({})),
  cubes: list(record(solid)),
  spheres: list(record(solid)),
  cylinders: list(record({ ...solid, bottom_scale: real(), top_scale: real() })),
  lines: list(record({})),
  triangles: list(
    record({ pose, points: list(vector), color: colour, colors: list(colour), indices: list(integer()) }),
  ),
  texts: list(record({})),
  models: list(record({})),
});

/** Everything that is drawn of the environment, body by body. */
export function sceneTopic({ sim }: Environment): Topic {
  const scene = describeScene(sim);
  const names = sim.names.all("body");
  return jsonTopic({
    topic: "/scene",
    schemaName: "foxglove.SceneUpdate",
    schema: record({ deletions: list(record({})), entities: list(entity) }),
    isTold: "once",
    of: (_, at) => ({
      deletions: [],
      entities: names.map((name, body) => entityOf(scene, body, name, stamp(at))).filter(isDrawn),
    }),
  });
}

function entityOf(scene: SceneDescription, body: number, frame: string, timestamp: object) {
  const geoms = scene.geoms.filter((geom) => geom.body === body && geom.group < FIRST_HIDDEN_GROUP);
  return {
    timestamp,
    frame_id: frame,
    id: frame,
    lifetime: { sec: 0, nsec: 0 },
    frame_locked: true,
    metadata: [],
    arrows: [],
    cubes: geoms.flatMap(cubes),
    spheres: geoms.flatMap(spheres),
    cylinders: geoms.flatMap(cylinders),
    lines: [],
    triangles: geoms.flatMap((geom) => triangles(geom, scene)),
    texts: [],
    models: [],
  };
}

function isDrawn({ cubes, spheres, cylinders, triangles }: ReturnType<typeof entityOf>): boolean {
  return cubes.length + spheres.length + cylinders.length + triangles.length > 0;
}

function cubes(geom: GeomDescription): object[] {
  const [x, y, z] = geom.size;
  if (geom.type === "box") return [shape(geom, [2 * x, 2 * y, 2 * z])];
  return geom.type === "plane" ? [shape(geom, [2 * x || ENDLESS, 2 * y || ENDLESS, THIN], [0, 0, -THIN / 2])] : [];
}

function spheres(geom: GeomDescription): object[] {
  const [x, y, z] = geom.size;
  const ball: Triple = [2 * x, 2 * x, 2 * x];
  if (geom.type === "sphere") return [shape(geom, ball)];
  if (geom.type === "ellipsoid") return [shape(geom, [2 * x, 2 * y, 2 * z])];
  return geom.type === "capsule" ? [shape(geom, ball, [0, 0, y]), shape(geom, ball, [0, 0, -y])] : [];
}

function cylinders(geom: GeomDescription): object[] {
  if (geom.type !== "cylinder" && geom.type !== "capsule") return [];
  const [radius, half] = geom.size;
  return [{ ...shape(geom, [2 * radius, 2 * radius, 2 * half]), bottom_scale: 1, top_scale: 1 }];
}

function triangles(geom: GeomDescription, scene: SceneDescription): object[] {
  const surface = surfaceOf(geom, scene);
  if (surface === null) return [];
  const { pose, color } = shape(geom, geom.size);
  return [{ pose, color, colors: [], ...surface }];
}

function surfaceOf({ mesh, hfield }: GeomDescription, { meshes, heightFields }: SceneDescription) {
  if (mesh !== undefined) return { points: pointsOf(meshes[mesh].vertices), indices: meshes[mesh].faces };
  return hfield === undefined ? null : ground(heightFields[hfield]);
}

/** Two triangles per square of a height field. */
function ground({ rows, columns, size, data }: SceneDescription["heightFields"][number]) {
  const vertices = data.flatMap((height, k) => [
    size[0] * ((2 * (k % columns)) / (columns - 1) - 1),
    size[1] * ((2 * Math.floor(k / columns)) / (rows - 1) - 1),
    size[2] * height,
  ]);
  const indices: number[] = [];
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const k = row * columns + column;
      indices.push(k, k + 1, k + columns, k + 1, k + columns + 1, k + columns);
    }
  return { points: pointsOf(vertices), indices };
}

function pointsOf(values: readonly number[]): object[] {
  return Array.from({ length: values.length / 3 }, (_, k) => point(values.slice(3 * k, 3 * k + 3)));
}

/** @param shift of the shape's middle along the geom's own axes, m */
function shape({ pos, quat, rgba }: GeomDescription, [x, y, z]: Triple, shift: Triple = [0, 0, 0]) {
  const at = [0, 0, 0];
  rotate(at, 0, quat, 0, [...shift], 0);
  const [w, qx, qy, qz] = quat;
  const [r, g, b, a] = rgba;
  return {
    pose: { position: point(pos.map((value, k) => value + at[k])), orientation: { x: qx, y: qy, z: qz, w } },
    size: { x, y, z },
    color: { r, g, b, a },
  };
}

function point([x, y, z]: readonly number[]) {
  return { x, y, z };
}
