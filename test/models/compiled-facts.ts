/**
 * Writes a compiled model down in the shape of the fact sheets in test/models/facts, so that the two can be compared figure by figure.
 * Enumerations become MuJoCo's XML words.
 */
import { nameAt } from "../../src/physics/model-names.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import { bodyFacts, geomsOf, isShell, range, sitesOf, values } from "./compiled-bodies.ts";
import { tendonFacts } from "./compiled-tendons.ts";

/** A value of a fact sheet. */
export type Fact = string | number | boolean | readonly Fact[] | { readonly [key: string]: Fact };

type Model = Simulation["model"];

const INTEGRATORS = ["Euler", "RK4", "implicit", "implicitfast"];
const CONES = ["pyramidal", "elliptic"];
const SOLVERS = ["PGS", "CG", "Newton"];
const FLAGS: readonly (readonly [number, string])[] = [
  [1, "constraint"],
  [16, "contact"],
  [128, "gravity"],
  [1 << 15, "eulerdamp"],
];
/** Set by `Simulation` itself, whatever the scene says. */
const AUTORESET = 1 << 16;
/** mjtSensor and mjtObj by number, as far as the sheets use them. */
const SENSORS: Readonly<Record<number, string>> = {
  0: "touch",
  1: "accelerometer",
  2: "velocimeter",
  3: "gyro",
  4: "force",
  5: "torque",
  9: "jointpos",
  10: "jointvel",
  11: "tendonpos",
  26: "framepos",
  27: "framequat",
  28: "framexaxis",
  29: "frameyaxis",
  30: "framezaxis",
  31: "framelinvel",
  32: "frameangvel",
  34: "frameangacc",
  36: "subtreelinvel",
  42: "contact",
};
const OBJECTS: Readonly<Record<number, string>> = {
  1: "body",
  2: "xbody",
  3: "joint",
  5: "geom",
  6: "site",
  18: "tendon",
};
/** mjtEq. */
const EQUALITIES: Readonly<Record<number, string>> = { 0: "connect", 1: "weld", 2: "joint", 3: "tendon" };
/** mjtTrn. */
const TRANSMISSIONS: Readonly<Record<number, "joint" | "tendon">> = { 0: "joint", 3: "tendon" };

/**
 * Everything a fact sheet says of a model, read from the compiled one.
 * @param objects names of the bodies that belong to the scene, not to the robot
 */
export function compiledFacts(sim: Simulation, objects: readonly string[]): { readonly [key: string]: Fact } {
  const model = sim.model;
  const bodies = range(1, model.nbody).map((body) => bodyFacts(sim, body));
  return {
    options: optionFacts(model),
    counts: countFacts(sim),
    robot_total_mass: robotMass(sim, objects),
    bodies,
    world_geoms: geomsOf(sim, 0),
    world_sites: sitesOf(sim, 0),
    actuators: range(0, model.nu).map((actuator) => actuatorFacts(sim, actuator)),
    tendons: range(0, model.ntendon).map((tendon) => tendonFacts(sim, tendon)),
    equality: range(0, model.neq).map((equality) => equalityFacts(sim, equality)),
    contact_pairs: range(0, model.npair).map((pair) => pairFacts(sim, pair)),
    contact_excludes: range(0, model.nexclude).map((exclude) => excludeFacts(sim, exclude)),
    sensors: range(0, model.nsensor).map((sensor) => sensorFacts(sim, sensor)),
    keyframes: range(0, model.nkey).map((key) => keyframeFacts(sim, key)),
    cameras: range(0, model.ncam).map((camera) => cameraFacts(sim, camera)),
  };
}

function optionFacts(model: Model): Fact {
  const { opt } = model;
  const flags = opt.disableflags & ~AUTORESET;
  const known = FLAGS.reduce((sum, [bit]) => sum | bit, 0);
  return {
    timestep_in_xml: opt.timestep,
    integrator: INTEGRATORS[opt.integrator],
    cone: CONES[opt.cone],
    solver: SOLVERS[opt.solver],
    iterations: opt.iterations,
    ls_iterations: opt.ls_iterations,
    impratio: opt.impratio,
    tolerance: opt.tolerance,
    gravity: values(opt.gravity, 0, 3),
    density: opt.density,
    viscosity: opt.viscosity,
    disabled_flags: [
      ...FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
      ...(flags & ~known ? [`unexpected ${flags & ~known}`] : []),
    ],
  };
}

function countFacts(sim: Simulation): Fact {
  const { nq, nv, nu, nbody, njnt, nsite, ntendon, neq, nsensor, nsensordata } = sim.model;
  const ngeom = range(0, sim.ngeom).filter((geom) => !isShell(sim, geom)).length;
  return { nq, nv, nu, nbody, njnt, ngeom, nsite, ntendon, neq, nsensor, nsensordata };
}

/** kg, without the scene's objects */
function robotMass({ model, names }: Simulation, objects: readonly string[]): number {
  const bodies = range(1, model.nbody).filter((body) => !objects.includes(names.all("body")[body]));
  return bodies.reduce((sum, body) => sum + model.body_mass[body], 0);
}

function actuatorFacts(sim: Simulation, actuator: number): Fact {
  const model = sim.model;
  const transmission = TRANSMISSIONS[model.actuator_trntype[actuator]];
  return {
    id: actuator,
    name: sim.names.all("actuator")[actuator],
    transmission,
    target: sim.names.all(transmission)[model.actuator_trnid[2 * actuator]],
    gear: model.actuator_gear[6 * actuator],
    gain_type: ["fixed", "affine"][model.actuator_gaintype[actuator]],
    bias_type: ["none", "affine"][model.actuator_biastype[actuator]],
    gainprm: values(model.actuator_gainprm, 10 * actuator, 3),
    biasprm: values(model.actuator_biasprm, 10 * actuator, 3),
    ctrl_limited: model.actuator_ctrllimited[actuator] === 1,
    ctrlrange: values(model.actuator_ctrlrange, 2 * actuator, 2),
    force_limited: model.actuator_forcelimited[actuator] === 1,
    forcerange: values(model.actuator_forcerange, 2 * actuator, 2),
  };
}

function pairFacts(sim: Simulation, pair: number): Fact {
  const model = sim.model;
  const geoms = sim.names.all("geom");
  return {
    name: sim.names.all("pair")[pair],
    geom1: geoms[model.pair_geom1[pair]],
    geom2: geoms[model.pair_geom2[pair]],
    condim: model.pair_dim[pair],
    friction: values(model.pair_friction, 5 * pair, 5),
    solref: values(model.pair_solref, 2 * pair, 2),
    solimp: values(model.pair_solimp, 5 * pair, 5),
    margin: model.pair_margin[pair],
  };
}

/** The values after a constraint's first coefficients are the weld's alone. */
const EQUALITY_DATA = 6;

function equalityFacts(sim: Simulation, equality: number): Fact {
  const model = sim.model;
  const type = EQUALITIES[model.eq_type[equality]] ?? `type ${model.eq_type[equality]}`;
  const nameOfSide = (id: number) => nameOf(sim, OBJECTS[model.eq_objtype[equality]] ?? "other", id);
  const of = type === "joint" ? (id: number) => nameOf(sim, "joint", id) : nameOfSide;
  const width = model.eq_data.length / model.neq;
  return {
    type,
    obj1: of(model.eq_obj1id[equality]),
    obj2: of(model.eq_obj2id[equality]),
    data: values(model.eq_data, width * equality, EQUALITY_DATA),
    solref: values(model.eq_solref, 2 * equality, 2),
    solimp: values(model.eq_solimp, 5 * equality, 5),
  };
}

/** The two bodies of a signature: id of the first << 16 | id of the second. */
function excludeFacts(sim: Simulation, exclude: number): Fact {
  const signature = sim.model.exclude_signature[exclude];
  return [signature >> 16, signature & 0xffff].map((body) => nameOf(sim, "body", body));
}

function sensorFacts(sim: Simulation, sensor: number): Fact {
  const model = sim.model;
  const type = model.sensor_type[sensor];
  const objectType = OBJECTS[model.sensor_objtype[sensor]] ?? "other";
  return {
    id: sensor,
    name: sim.names.all("sensor")[sensor],
    type: SENSORS[type] ?? `type ${type}`,
    object: nameOf(sim, objectType, model.sensor_objid[sensor]),
    object_type: objectType,
    adr: model.sensor_adr[sensor],
    dim: model.sensor_dim[sensor],
    ...referenceFacts(sim, sensor),
  };
}

/** What a sensor measures against: the frame of a position, the other side of a contact. */
function referenceFacts(sim: Simulation, sensor: number): { readonly [key: string]: Fact } {
  const model = sim.model;
  const type = OBJECTS[model.sensor_reftype[sensor]];
  if (type === undefined) return {};
  const reference = { ref: nameOf(sim, type, model.sensor_refid[sensor]), ref_type: type };
  if (SENSORS[model.sensor_type[sensor]] !== "contact") return reference;
  const width = model.sensor_intprm.length / model.nsensor;
  const [dataspec_bits, reduce, num] = values(model.sensor_intprm, width * sensor, 3);
  return { ...reference, contact_spec: { dataspec_bits, reduce, num } };
}

function keyframeFacts(sim: Simulation, key: number): Fact {
  const { key_qpos, key_ctrl, key_mpos, key_mquat, nq, nu, nmocap } = sim.model;
  return {
    name: sim.names.all("keyframe")[key],
    qpos: values(key_qpos, nq * key, nq),
    ctrl: values(key_ctrl, nu * key, nu),
    mocap_pos: values(key_mpos, 3 * nmocap * key, 3 * nmocap),
    mocap_quat: values(key_mquat, 4 * nmocap * key, 4 * nmocap),
  };
}

function cameraFacts(sim: Simulation, camera: number): Fact {
  const model = sim.model;
  return {
    name: nameAt(model, model.name_camadr[camera]),
    body: nameOf(sim, "body", model.cam_bodyid[camera]),
    pos: values(model.cam_pos, 3 * camera, 3),
    quat: values(model.cam_quat, 4 * camera, 4),
    fovy_deg: model.cam_fovy[camera],
  };
}

function nameOf(sim: Simulation, objectType: string, id: number): string {
  switch (objectType) {
    case "body":
    case "xbody":
      return sim.names.all("body")[id];
    case "joint":
    case "geom":
    case "site":
    case "tendon":
      return sim.names.all(objectType)[id];
    default:
      return `element ${id}`;
  }
}
