/**
 * Writes a compiled model down in the shape of the fact sheets in test/models/facts, so that the two can be compared figure by figure.
 * Enumerations become MuJoCo's XML words.
 */
import { nameAt } from "../../src/physics/model/model-names.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import { bodyFacts, geomsOf, isShell, range, sitesOf, values } from "./compiled-bodies.ts";
import { equalityFacts, excludeFacts, pairFacts } from "./compiled-constraints.ts";
import { nameOf } from "./compiled-names.ts";
import { sensorFacts } from "./compiled-sensors.ts";
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
/** mjtTrn by number, as far as the sheets use it. */
const TRANSMISSIONS: Readonly<Record<number, "joint" | "tendon" | undefined>> = { 0: "joint", 3: "tendon" };

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
    transmission: transmission ?? "other",
    target: nameOf(sim, transmission, model.actuator_trnid[2 * actuator]),
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
