/**
 * Writes a compiled model down in the shape of the fact sheets in test/models/facts, so that the two can be compared figure by figure.
 * Enumerations become MuJoCo's XML words. Knows one-value-per-field joints (slide, hinge) only.
 */
import type { Simulation } from "../../src/physics/simulation.ts";

/** A value of a fact sheet. */
export type Fact = string | number | boolean | readonly Fact[] | { readonly [key: string]: Fact };

type Model = Simulation["model"];

const JOINTS = ["free", "ball", "slide", "hinge"];
const GEOMS = ["plane", "hfield", "sphere", "capsule", "ellipsoid", "cylinder", "box", "mesh"];
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
const SENSORS: Readonly<Record<number, string>> = { 36: "subtreelinvel" };
const TRANSMISSION_JOINT = 0;
const SENSOR_OBJECT_BODY = 1;

/** Everything a fact sheet says of a model, read from the compiled one. */
export function compiledFacts(sim: Simulation): { readonly [key: string]: Fact } {
  const model = sim.model;
  const bodies = range(1, model.nbody).map((body) => bodyFacts(sim, body));
  return {
    options: optionFacts(model),
    counts: countFacts(model),
    robot_total_mass: robotMass(model),
    bodies,
    world_geoms: geomsOf(sim, 0),
    world_sites: [],
    actuators: range(0, model.nu).map((actuator) => actuatorFacts(sim, actuator)),
    tendons: Array(model.ntendon).fill("tendon"),
    equality: Array(model.neq).fill("equality"),
    contact_pairs: Array(model.npair).fill("pair"),
    contact_excludes: Array(model.nexclude).fill("exclude"),
    sensors: range(0, model.nsensor).map((sensor) => sensorFacts(sim, sensor)),
    keyframes: Array(model.nkey).fill("keyframe"),
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

function countFacts(model: Model): Fact {
  const { nq, nv, nu, nbody, njnt, ngeom, nsite, ntendon, neq, nsensor, nsensordata } = model;
  return { nq, nv, nu, nbody, njnt, ngeom, nsite, ntendon, neq, nsensor, nsensordata };
}

/** kg, without the bodies that a task moves by hand */
function robotMass(model: Model): number {
  const moved = range(1, model.nbody).filter((body) => model.body_mocapid[body] >= 0);
  return moved.reduce((sum, body) => sum - model.body_mass[body], model.body_subtreemass[0]);
}

function bodyFacts(sim: Simulation, body: number): Fact {
  const model = sim.model;
  const names = sim.names.all("body");
  const parent = model.body_parentid[body];
  return {
    id: body,
    name: names[body],
    parent: names[parent],
    parent_id: parent,
    pos: values(model.body_pos, 3 * body, 3),
    quat: values(model.body_quat, 4 * body, 4),
    mass: model.body_mass[body],
    com: values(model.body_ipos, 3 * body, 3),
    inertia_quat: values(model.body_iquat, 4 * body, 4),
    inertia_diag: values(model.body_inertia, 3 * body, 3),
    subtree_mass: model.body_subtreemass[body],
    mocap: model.body_mocapid[body] >= 0,
    joints: range(0, model.njnt)
      .filter((joint) => model.jnt_bodyid[joint] === body)
      .map((joint) => jointFacts(sim, joint)),
    geoms: geomsOf(sim, body),
    sites: range(0, model.nsite).filter((site) => model.site_bodyid[site] === body),
  };
}

function jointFacts(sim: Simulation, joint: number): Fact {
  const model = sim.model;
  const qpos = model.jnt_qposadr[joint];
  const dof = model.jnt_dofadr[joint];
  return {
    id: joint,
    name: sim.names.all("joint")[joint],
    type: JOINTS[model.jnt_type[joint]],
    qposadr: qpos,
    dofadr: dof,
    axis: values(model.jnt_axis, 3 * joint, 3),
    pos: values(model.jnt_pos, 3 * joint, 3),
    limited: model.jnt_limited[joint] === 1,
    range: values(model.jnt_range, 2 * joint, 2),
    qpos0: model.qpos0[qpos],
    damping: model.dof_damping[dof],
    armature: model.dof_armature[dof],
    frictionloss: model.dof_frictionloss[dof],
    stiffness: model.jnt_stiffness[joint],
    springref: model.qpos_spring[qpos],
    limit_solref: values(model.jnt_solref, 2 * joint, 2),
    limit_solimp: values(model.jnt_solimp, 5 * joint, 5),
  };
}

function geomsOf(sim: Simulation, body: number): Fact[] {
  const model = sim.model;
  return range(0, model.ngeom)
    .filter((geom) => model.geom_bodyid[geom] === body)
    .map((geom) => geomFacts(sim, geom));
}

function geomFacts(sim: Simulation, geom: number): Fact {
  const model = sim.model;
  const contype = model.geom_contype[geom];
  const conaffinity = model.geom_conaffinity[geom];
  return {
    name: sim.names.all("geom")[geom],
    type: GEOMS[model.geom_type[geom]],
    size: values(model.geom_size, 3 * geom, 3),
    pos: values(model.geom_pos, 3 * geom, 3),
    quat: values(model.geom_quat, 4 * geom, 4),
    contype,
    conaffinity,
    condim: model.geom_condim[geom],
    priority: model.geom_priority[geom],
    friction: values(model.geom_friction, 3 * geom, 3),
    solref: values(model.geom_solref, 2 * geom, 2),
    solimp: values(model.geom_solimp, 5 * geom, 5),
    margin: model.geom_margin[geom],
    group: model.geom_group[geom],
    can_collide: (contype | conaffinity) !== 0,
  };
}

function actuatorFacts(sim: Simulation, actuator: number): Fact {
  const model = sim.model;
  const joint = model.actuator_trnid[2 * actuator];
  return {
    id: actuator,
    name: sim.names.all("actuator")[actuator],
    transmission: model.actuator_trntype[actuator] === TRANSMISSION_JOINT ? "joint" : "other",
    target: sim.names.all("joint")[joint],
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

function sensorFacts(sim: Simulation, sensor: number): Fact {
  const model = sim.model;
  return {
    id: sensor,
    name: sim.names.all("sensor")[sensor],
    type: SENSORS[model.sensor_type[sensor]] ?? `type ${model.sensor_type[sensor]}`,
    object: sim.names.all("body")[model.sensor_objid[sensor]],
    object_type: model.sensor_objtype[sensor] === SENSOR_OBJECT_BODY ? "body" : "other",
    adr: model.sensor_adr[sensor],
    dim: model.sensor_dim[sensor],
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function values(field: Float64Array, offset: number, count: number): number[] {
  return Array.from(field.subarray(offset, offset + count));
}
