import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { SHELL_GROUP } from "./compiled-bodies.ts";
import { compiledFacts, type Fact } from "./compiled-facts.ts";

type Facts = { readonly [key: string]: Fact };

/** Words about the sheet itself; every other key of a sheet must be matched by a figure of the compiled model. */
const ABOUT_THE_SHEET = new Set([
  "robot",
  "scene",
  "conventions",
  "notes",
  "environment_overrides",
  "inertial_source",
  "scene_object",
  "omitted_visual_mesh_geoms",
]);
const RELATIVE = 1e-6;
/** The sheets carry nine significant digits. */
const ABSOLUTE = 1e-10;

const FOLDER = join(packageRoot, "test", "models", "facts");
/** A sheet for every scene that follows published figures. */
const SCENES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));
/** s, of the scenes whose tasks run at another step than the published model's file says. */
const TASK_TIMESTEPS: Readonly<Record<string, number>> = { walker: 0.0025 };

function sheet(name: string): Facts {
  const facts = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  if (name in TASK_TIMESTEPS) facts.options.timestep_in_xml = TASK_TIMESTEPS[name];
  return withoutLooks(facts);
}

interface Shapes {
  readonly counts: { ngeom: number };
  readonly bodies: readonly { geoms: { readonly group: number }[] }[];
}

/** Published shapes that are only looked at are no figures to follow. */
function withoutLooks<Sheet extends Shapes>(facts: Sheet): Sheet {
  for (const body of facts.bodies) {
    const kept = body.geoms.filter(({ group }) => group !== SHELL_GROUP);
    facts.counts.ngeom -= body.geoms.length - kept.length;
    body.geoms = kept;
  }
  return facts;
}

function isRecord(fact: Fact | undefined): fact is Facts {
  return typeof fact === "object" && !Array.isArray(fact);
}

function numbersDiffer(expected: number, actual: number): boolean {
  return !(Math.abs(expected - actual) <= RELATIVE * Math.abs(expected) + ABSOLUTE);
}

/** Rotation matrix of a w-x-y-z quaternion: equal for q and -q. */
function rotation([w, x, y, z]: readonly number[]): number[][] {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** R diag(d) Rᵀ: the same tensor whichever principal axes the compiler chose. */
function inertiaTensor(body: Facts): number[] {
  const r = rotation(body.inertia_quat as readonly number[]);
  const d = body.inertia_diag as readonly number[];
  return r.flatMap((row) => r.map((column) => row.reduce((sum, value, k) => sum + value * d[k] * column[k], 0)));
}

function quatsDiffer(expected: Fact, actual: Fact): boolean {
  const a = rotation(expected as readonly number[]).flat();
  const b = rotation(actual as readonly number[]).flat();
  return a.some((value, i) => Math.abs(value - b[i]) > RELATIVE);
}

function inertiasDiffer(expected: Facts, actual: Facts): boolean {
  const a = inertiaTensor(expected);
  const b = inertiaTensor(actual);
  const largest = Math.max(...a.map(Math.abs));
  return a.some((value, i) => Math.abs(value - b[i]) > RELATIVE * largest);
}

/** Whether a sheet leaves an element without a name; ours may have one. */
function isUnnamed(key: string, value: Fact | null): boolean {
  return key === "name" && value === null;
}

function recordDifferences(expected: Facts, actual: Facts, path: string): string[] {
  const found: string[] = [];
  if ("inertia_quat" in expected && inertiasDiffer(expected, actual)) found.push(`${path}: inertia tensor`);
  for (const [key, value] of Object.entries(expected)) {
    if (ABOUT_THE_SHEET.has(key) || key.startsWith("inertia_") || isUnnamed(key, value)) continue;
    const place = `${path}.${key}`;
    if (actual[key] === undefined) found.push(`${place}: not read from the model`);
    else if (value === null) found.push(...(actual[key] === "" ? [] : [`${place}: ${actual[key]}, expected nothing`]));
    else if (key === "quat") found.push(...(quatsDiffer(value, actual[key]) ? [`${place}: rotation`] : []));
    else found.push(...differences(value, actual[key], place));
  }
  return found;
}

/** Every place where the second differs from the first. */
function differences(expected: Fact, actual: Fact, path: string): string[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return [`${path}: ${actual.length} elements, expected ${expected.length}`];
    return expected.flatMap((item, i) => differences(item, actual[i], `${path}[${i}]`));
  }
  if (isRecord(expected) && isRecord(actual)) return recordDifferences(expected, actual, path);
  const differ =
    typeof expected === "number" && typeof actual === "number" ? numbersDiffer(expected, actual) : expected !== actual;
  return differ ? [`${path}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`] : [];
}

/** Sensors go by their names; in memory those that a scene adds come before the model's own. */
function sensorsByName({ sensors, ...facts }: Facts): Facts {
  const named = (sensors as readonly Facts[]).map(({ id: _id, adr: _adr, name, ...sensor }) => [name, sensor]);
  return { ...facts, sensors: Object.fromEntries(named) };
}

/** Names of the bodies that a sheet does not count as the robot's. */
function sceneObjects({ bodies }: Facts): string[] {
  return (bodies as readonly Facts[]).filter((body) => body.scene_object === true).map(({ name }) => String(name));
}

/** Every place where the compiled model departs from the sheet. */
function departures(name: string, sim: Simulation): string[] {
  const facts = sheet(name);
  return differences(sensorsByName(facts), sensorsByName(compiledFacts(sim, sceneObjects(facts))), name);
}

async function load(name: string): Promise<Simulation> {
  return Simulation.load(join(packageRoot, "scenes", `${name}.xml`));
}

describe.each(SCENES)("the %s scene", (name) => {
  it("compiles to the published figures", async () => {
    const sim = await load(name);
    try {
      expect(departures(name, sim)).toEqual([]);
    } finally {
      sim.delete();
    }
  });

  it("differs from its sheet wherever one figure is changed", async () => {
    const sim = await load(name);
    try {
      sim.model.body_mass[1] *= 1.00001;
      sim.model.actuator_gear[0] += 0.001;
      sim.model.opt.ls_iterations += 1;
      const places = departures(name, sim).map((line) => line.split(":")[0]);
      expect(places).toContain(`${name}.bodies[0].mass`);
      expect(places).toContain(`${name}.actuators[0].gear`);
      expect(places).toContain(`${name}.options.ls_iterations`);
    } finally {
      sim.delete();
    }
  });
});

describe("the sheets of arms", () => {
  it("notice a changed pin, exclude, compensation of gravity and pose of a mocap body", async () => {
    const name = "panda_robotiq-cube";
    const sim = await load(name);
    try {
      sim.model.eq_data[0] += 1e-5;
      sim.model.exclude_signature[0] += 1;
      sim.model.body_gravcomp[3] = 0;
      sim.model.key_mpos[0] += 1e-5;
      const places = departures(name, sim).map((line) => line.split(":")[0]);
      expect(places.sort()).toEqual([
        `${name}.bodies[2].gravcomp`,
        `${name}.contact_excludes[0][1]`,
        `${name}.equality[0].data[0]`,
        `${name}.keyframes[0].mocap_pos[0]`,
      ]);
    } finally {
      sim.delete();
    }
  });

  it("notice a camera that moved", async () => {
    const name = "panda-cube-camera";
    const sim = await load(name);
    try {
      sim.model.cam_pos[0] += 1e-5;
      sim.model.cam_fovy[0] += 0.01;
      const places = departures(name, sim).map((line) => line.split(":")[0]);
      expect(places).toEqual([`${name}.cameras[0].pos[0]`, `${name}.cameras[0].fovy_deg`]);
    } finally {
      sim.delete();
    }
  });
});

describe("the reacher scene", () => {
  it("lets a task place the target, and no step moves it", async () => {
    const sim = await load("reacher");
    try {
      sim.mocapPos.set([0.12, -0.05, 0.01]);
      sim.ctrl.fill(1);
      sim.step(50);
      const target = 3 * sim.bodyId("target");
      expect(Array.from(sim.xpos.subarray(target, target + 3))).toEqual([0.12, -0.05, 0.01]);
      expect(Math.abs(sim.qvel[0])).toBeGreaterThan(0.1);
    } finally {
      sim.delete();
    }
  });
});
