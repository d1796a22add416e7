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
const TASK_TIMESTEPS: Readonly<Record<string, number>> = { walker: 0.0025, "barkour-flat": 0.004 };

function sheet(name: string): Facts {
  const facts = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  if (name in TASK_TIMESTEPS) facts.options.timestep_in_xml = TASK_TIMESTEPS[name];
  facts.bodies = facts.bodies.map((body: object) => ({ ...OF_MOST_BODIES, ...body }));
  return withoutLooks(facts);
}

interface Shapes {
  readonly counts: { ngeom: number };
  readonly bodies: readonly { geoms: { readonly group: number }[] }[];
}

/** What holds of a body where its sheet says nothing of it. */
const OF_MOST_BODIES = { mocap: false, gravcomp: 0 };

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

/** Departures of a scene from its sheet after its compiled model was changed. */
async function departuresAfter(name: string, change: (sim: Simulation) => void): Promise<string[]> {
  const sim = await load(name);
  try {
    change(sim);
    return departures(name, sim);
  } finally {
    sim.delete();
  }
}

/** Places where a scene departs from its sheet after its compiled model was changed. */
async function noticed(name: string, change: (sim: Simulation) => void): Promise<string[]> {
  const found = await departuresAfter(name, change);
  return found.map((line) => line.slice(`${name}.`.length).split(":")[0]).sort();
}

describe.each(SCENES)("the %s scene", (name) => {
  it("compiles to the published figures", async () => {
    expect(await departuresAfter(name, () => {})).toEqual([]);
  });

  it("differs from its sheet wherever one figure is changed", async () => {
    const places = await noticed(name, ({ model }) => {
      model.body_mass[1] *= 1.00001;
      model.actuator_gear[0] += 0.001;
      model.opt.ls_iterations += 1;
    });
    expect(places).toEqual(expect.arrayContaining(["actuators[0].gear", "bodies[0].mass", "options.ls_iterations"]));
  });
});

describe("the fact sheets", () => {
  it("notice a pin that moved or holds nothing, and what hangs on it", async () => {
    const places = await noticed("panda_robotiq-cube", ({ model }) => {
      model.eq_data[0] += 1e-5;
      model.eq_obj2id[0] += 1;
      model.eq_active0[1] = 0;
    });
    expect(places).toEqual(["equality[0].data[0]", "equality[0].obj2", "equality[1].type"]);
  });

  it("notice fingers that are coupled by another ratio or to another finger", async () => {
    const places = await noticed("aloha-hand-over", ({ model }) => {
      model.eq_data[1] += 1e-5;
      model.eq_obj2id[0] += 1;
    });
    expect(places).toEqual(["equality[0].data[1]", "equality[0].obj2"]);
  });

  it("notice other bodies in an exclude", async () => {
    const places = await noticed("leap_hand-cube", ({ model }) => {
      model.exclude_signature[0] += (1 << 16) + 1;
    });
    expect(places).toEqual(["contact_excludes[0][0]", "contact_excludes[0][1]"]);
  });

  it("notice a tendon that is led otherwise, with a side site where none is published", async () => {
    const places = await noticed("aero_hand-cube", ({ model }) => {
      const [flexor, spring] = [model.tendon_adr[0], model.tendon_adr[2]];
      model.wrap_objid[flexor] += 1;
      model.wrap_objid[flexor + 1] += 1;
      model.wrap_prm[flexor + 3] += 1;
      model.wrap_prm[spring + 2] = 0;
    });
    expect(places).toEqual([
      "tendons[0].path[0].site",
      "tendons[0].path[1].wrap_cylinder",
      "tendons[0].path[3].sidesite",
      "tendons[2].path[2].sidesite",
    ]);
  });

  it("notice another tendon under a drive and under a sensor, and another spring", async () => {
    const places = await noticed("aero_hand-cube", (sim) => {
      sim.model.actuator_trnid[0] += 1;
      sim.model.sensor_objid[sim.id("sensor", "len_if")] += 1;
      sim.model.tendon_stiffness[2] += 0.1;
    });
    expect(places).toEqual(["actuators[0].target", "sensors.len_if.object", "tendons[2].stiffness"]);
  });

  it("notice compensated gravity, published or not", async () => {
    const compensate = (sim: Simulation, share: number) => {
      sim.model.body_gravcomp[3] = share;
    };
    expect(await noticed("panda_robotiq-cube", (sim) => compensate(sim, 0))).toEqual(["bodies[2].gravcomp"]);
    expect(await noticed("panda-cube", (sim) => compensate(sim, 1))).toEqual(["bodies[2].gravcomp"]);
  });

  it("notice another pose of a mocap body in a keyframe", async () => {
    const places = await noticed("leap_hand-cube", ({ model }) => {
      model.key_mpos[0] += 1e-5;
      model.key_mquat[1] += 1e-5;
    });
    expect(places).toEqual(["keyframes[0].mocap_pos[0]", "keyframes[0].mocap_quat[1]"]);
  });

  it("notice a camera that moved", async () => {
    const places = await noticed("panda-cube-camera", ({ model }) => {
      model.cam_pos[0] += 1e-5;
      model.cam_fovy[0] += 0.01;
    });
    expect(places).toEqual(["cameras[0].fovy_deg", "cameras[0].pos[0]"]);
  });

  it("weigh the robot without the objects that it handles", async () => {
    const heavier = (body: string) => (sim: Simulation) => {
      sim.model.body_mass[sim.bodyId(body)] += 0.01;
    };
    expect(await noticed("leap_hand-cube", heavier("palm"))).toEqual(["bodies[1].mass", "robot_total_mass"]);
    expect(await noticed("leap_hand-cube", heavier("cube"))).toEqual(["bodies[18].mass"]);
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
