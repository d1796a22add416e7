/** Bodies of a compiled model with their joints, geoms and sites, in the shape of the fact sheets in test/models/facts. */
import type { Simulation } from "../../src/physics/simulation.ts";
import type { Fact } from "./compiled-facts.ts";

const JOINTS = ["free", "ball", "slide", "hinge"];
const GEOMS = ["plane", "hfield", "sphere", "capsule", "ellipsoid", "cylinder", "box", "mesh"];
/** Looks: the sheets leave the published meshes out, and the models here have shells of their own. */
export const SHELL_GROUP = 2;

/** What a sheet says of one body. */
export function bodyFacts(sim: Simulation, body: number): Fact {
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
    gravcomp: model.body_gravcomp[body],
    joints: range(0, model.njnt)
      .filter((joint) => model.jnt_bodyid[joint] === body)
      .map((joint) => jointFacts(sim, joint)),
    geoms: geomsOf(sim, body),
    sites: sitesOf(sim, body),
  };
}

function jointFacts(sim: Simulation, joint: number): Fact {
  const model = sim.model;
  const qpos = model.jnt_qposadr[joint];
  const dof = model.jnt_dofadr[joint];
  const type = JOINTS[model.jnt_type[joint]];
  const inertial = { damping: model.dof_damping[dof], armature: model.dof_armature[dof] };
  const identity = { id: joint, name: sim.names.all("joint")[joint], type, qposadr: qpos, dofadr: dof };
  if (type === "free") return { ...identity, ...inertial, qpos0: values(model.qpos0, qpos, 7) };
  return {
    ...identity,
    ...inertial,
    axis: values(model.jnt_axis, 3 * joint, 3),
    pos: values(model.jnt_pos, 3 * joint, 3),
    limited: model.jnt_limited[joint] === 1,
    range: values(model.jnt_range, 2 * joint, 2),
    qpos0: model.qpos0[qpos],
    frictionloss: model.dof_frictionloss[dof],
    stiffness: model.jnt_stiffness[joint],
    springref: model.qpos_spring[qpos],
    actuator_force_range: values(model.jnt_actfrcrange, 2 * joint, 2),
    limit_solref: values(model.jnt_solref, 2 * joint, 2),
    limit_solimp: values(model.jnt_solimp, 5 * joint, 5),
  };
}

/** What a sheet says of a body's geoms; sheets leave out what is only looks. */
export function geomsOf(sim: Simulation, body: number): Fact[] {
  const model = sim.model;
  return range(0, model.ngeom)
    .filter((geom) => model.geom_bodyid[geom] === body && !isShell(sim, geom))
    .map((geom) => geomFacts(sim, geom));
}

/** By its masks or by an explicit pair. */
function touches(model: Simulation["model"], geom: number): boolean {
  if (model.geom_contype[geom] !== 0 || model.geom_conaffinity[geom] !== 0) return true;
  return model.pair_geom1.includes(geom) || model.pair_geom2.includes(geom);
}

/** Whether a geom is only looks: in the group of shells and unable to touch anything. */
export function isShell({ model }: Simulation, geom: number): boolean {
  return model.geom_group[geom] === SHELL_GROUP && !touches(model, geom);
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
    can_collide: touches(model, geom),
  };
}

/** What a sheet says of a body's sites. */
export function sitesOf(sim: Simulation, body: number): Fact[] {
  const model = sim.model;
  return range(0, model.nsite)
    .filter((site) => model.site_bodyid[site] === body)
    .map((site) => ({
      name: sim.names.all("site")[site],
      pos: values(model.site_pos, 3 * site, 3),
      quat: values(model.site_quat, 4 * site, 4),
    }));
}

/** The whole numbers from `from` up to, without, `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** A copy of `count` values from `offset` on. */
export function values(field: Float64Array | Int32Array, offset: number, count: number): number[] {
  return Array.from(field.subarray(offset, offset + count));
}
