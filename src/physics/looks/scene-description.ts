/** A compiled scene as plain JSON-able data: what a viewer needs to draw it, once; poses are streamed apart. No physics. */
import type { MjModel } from "mujoco-js";
import { nameAt } from "../model/model-names.ts";
import type { Simulation } from "../simulation.ts";
import { colour, type MaterialDescription, materialOf, undrawnLayers } from "./appearance.ts";
import { describeFlexes, describeSkins, type FlexDescription, perCorner, type SkinDescription } from "./deformables.ts";
import { type TextureDescription, TextureShelf } from "./textures.ts";

const GEOM_TYPES = ["plane", "hfield", "sphere", "capsule", "ellipsoid", "cylinder", "box", "mesh"] as const;
/** mjtJoint: those with an axis. */
const JOINT_TYPES: Readonly<Record<number, "hinge" | "slide">> = { 2: "slide", 3: "hinge" };
/** MuJoCo's groups from here on are not drawn unless requested. */
const FIRST_HIDDEN_GROUP = 3;
/** mjtGeom: a shape given by a function, which MuJoCo draws as the mesh that it made of it. */
const SDF = 8;
/** mjtWrap: what a tendon passes. */
const WRAP_JOINT = 1;
const WRAP_PULLEY = 2;
const WRAP_SITE = 3;
/** Those from here on bend around a shape. */
const FIRST_WRAP_SHAPE = 4;

/** Shapes that a geom can have. */
export type GeomType = (typeof GEOM_TYPES)[number];

type Triple = [number, number, number];
type Quadruple = [number, number, number, number];

/** One shape fixed to a body. */
export interface GeomDescription {
  /** "" where the geom has no name */
  name: string;
  type: GeomType;
  /** id of the body that carries it */
  body: number;
  /** MuJoCo's size numbers of this type: half sizes and radii, m */
  size: Triple;
  /** in the body's frame, m */
  pos: Triple;
  /** in the body's frame, w-x-y-z */
  quat: Quadruple;
  rgba: Quadruple;
  /** 0 to 5; by convention 3 and above are collision shapes that are not drawn */
  group: number;
  /** whether it can touch anything */
  collides: boolean;
  /** index into `meshes` */
  mesh?: number;
  /** index into `heightFields` */
  hfield?: number;
  material?: MaterialDescription;
}

/** Vertices are x-y-z triples, m; faces are triples of vertex positions. */
export interface MeshDescription {
  vertices: number[];
  faces: number[];
  /** [faces, 3, 2]; only where the scene has textures */
  texcoords?: Float32Array;
}

/**
 * A height field: `data` [rows, columns] in [0, 1], row by row from −y to +y, to four decimals; size is (half x, half y, height, base), m.
 */
export interface HeightFieldDescription {
  rows: number;
  columns: number;
  size: number[];
  data: number[];
}

/** A string drawn straight from point to point: a spatial tendon, or the part of one between pulleys. */
export interface StringDescription {
  name: string;
  /** m */
  radius: number;
  rgba: Quadruple;
  /** in the frames of their bodies, m */
  points: { body: number; pos: Triple }[];
}

/** A directional or positional light fixed to a body. */
export interface LightDescription {
  body: number;
  directional: boolean;
  pos: Triple;
  dir: Triple;
  diffuse: Triple;
}

/** A body's place in the tree and its mass. */
export interface BodyDescription {
  name: string;
  /** id; the world is its own */
  parent: number;
  /** kg */
  mass: number;
  /** centre of mass in the body's frame, m */
  centre: Triple;
  /** whether it is welded to the world; absent where not */
  isFixed?: true;
}

/** A joint with an axis, in the frame of the body that it moves. */
export interface JointDescription {
  name: string;
  body: number;
  type: "hinge" | "slide";
  pos: Triple;
  axis: Triple;
}

/** Everything that stays the same while the scene moves. */
export interface SceneDescription {
  /** Index is the body's id; 0 is the world, its own parent. */
  bodies: BodyDescription[];
  /** Those that turn or slide about one axis. */
  joints: JointDescription[];
  /** In the order of their ids; after the geoms come the sites that mark something, as shapes that touch nothing. */
  geoms: GeomDescription[];
  strings: StringDescription[];
  /** Positions in the frames of their bodies, m */
  sites: { name: string; body: number; pos: Triple }[];
  meshes: MeshDescription[];
  heightFields: HeightFieldDescription[];
  lights: LightDescription[];
  flexes: FlexDescription[];
  skins: SkinDescription[];
  textures: TextureDescription[];
  /** What of the model a viewer of this description cannot draw, in words */
  undrawn: string[];
  /** half the size of the model without infinite planes, m */
  extent: number;
  /** m */
  center: Triple;
}

/** Describes the scene of a simulation; values are copies. */
export function describeScene(sim: Simulation): SceneDescription {
  const { model } = sim;
  const models = [model, ...(sim.looks ? [sim.looks.description.model] : [])];
  const shelf = new TextureShelf();
  shelf.addSky(model);
  const geoms = describeGeoms(sim, shelf);
  const [flexes, skins] = [describeFlexes(model, shelf), describeSkins(model, shelf)];
  const isTextured = shelf.textures.length > 0;
  return {
    bodies: sim.names.all("body").map((name, id) => describeBody(model, name, id)),
    joints: sim.names.all("joint").flatMap((name, id) => describeJoint(model, name, id)),
    geoms,
    strings: sim.names.all("tendon").flatMap((name, id) => describeTendon(model, name, id)),
    sites: sim.names.all("site").map((name, id) => ({
      name,
      body: model.site_bodyid[id],
      pos: triple(model.site_pos, 3 * id),
    })),
    meshes: models.flatMap((of) => describeMeshes(of, isTextured)),
    heightFields: sim.names.all("hfield").map((name, id) => describeHeightField(sim, name, id)),
    lights: Array.from({ length: model.nlight }, (_, id) => describeLight(model, id)),
    flexes,
    skins,
    textures: shelf.textures,
    undrawn: [...models.flatMap(undrawnOf), ...shelf.notes],
    extent: model.stat.extent,
    center: triple(model.stat.center, 0),
  };
}

function describeGeoms(sim: Simulation, shelf: TextureShelf): GeomDescription[] {
  const geoms = sim.names.all("geom").flatMap((name, id) => describeGeom(sim.model, name, id, shelf));
  return [
    ...geoms.filter((geom) => !isReplaced(sim, geom)),
    ...describeSites(sim, shelf),
    ...describeLooks(sim, shelf),
  ];
}

/** What of a model the viewer does not draw, in words. */
function undrawnOf(model: MjModel): string[] {
  const name = (addresses: Int32Array, id: number) => nameAt(model, addresses[id]) || `${id}`;
  const shapes = Array.from({ length: model.ngeom }, (_, id) => id)
    .filter((id) => isShapeless(model, id))
    .map((id) => `geom ${name(model.name_geomadr, id)}: its shape is given by a function`);
  const bends = Array.from({ length: model.ntendon }, (_, id) => id)
    .filter((id) => bendsAroundShapes(model, id))
    .map((id) => name(model.name_tendonadr, id));
  const tendon = bends.length === 1 ? `tendon ${bends[0]}` : `${bends.length} tendons (${bends[0]}, …)`;
  const tendons =
    bends.length === 0 ? [] : [`${tendon}: how ${bends.length === 1 ? "it bends" : "they bend"} around shapes`];
  return [...shapes, ...tendons, ...undrawnLayers(model)];
}

/** Whether a geom has neither one of the usual shapes nor a mesh. */
function isShapeless(model: MjModel, id: number): boolean {
  const type = (model.geom_type as Int32Array)[id];
  return GEOM_TYPES[type] === undefined && (model.geom_dataid as Int32Array)[id] < 0;
}

function bendsAroundShapes(model: MjModel, id: number): boolean {
  const first = (model.tendon_adr as Int32Array)[id];
  const wraps = (model.wrap_type as Int32Array).subarray(first, first + (model.tendon_num as Int32Array)[id]);
  return wraps.some((kind) => kind >= FIRST_WRAP_SHAPE);
}

function describeBody(model: MjModel, name: string, id: number): BodyDescription {
  const parent = (model.body_parentid as Int32Array)[id];
  const isFixed = (model.body_weldid as Int32Array)[id] === 0 && (model.body_mocapid as Int32Array)[id] < 0;
  const mass = (model.body_mass as Float64Array)[id];
  return { name, parent, mass, centre: triple(model.body_ipos, id), ...(id > 0 && isFixed && { isFixed }) };
}

function describeJoint(model: MjModel, name: string, id: number): JointDescription[] {
  const type = JOINT_TYPES[(model.jnt_type as Int32Array)[id]];
  if (type === undefined) return [];
  const body = (model.jnt_bodyid as Int32Array)[id];
  return [{ name, body, type, pos: triple(model.jnt_pos, id), axis: triple(model.jnt_axis, id) }];
}

/** Whether a shape of the robot's is not drawn because a description's are. */
function isReplaced(sim: Simulation, { body, group }: GeomDescription): boolean {
  return sim.looks !== undefined && body !== 0 && group < FIRST_HIDDEN_GROUP;
}

/** Shapes of a robot description, with the scene's meshes before its own. */
function describeLooks({ model, looks }: Simulation, shelf: TextureShelf): GeomDescription[] {
  if (looks === undefined) return [];
  const { description, bodies, pos, quat } = looks;
  const geoms = description.names.all("geom").flatMap((name, id) =>
    describeGeom(description.model, name, id, shelf).map(({ mesh, ...geom }) => {
      const placed = { ...geom, body: bodies[id], pos: triple(pos, id), quat: quadruple(quat, id), collides: false };
      return mesh === undefined ? placed : { ...placed, mesh: mesh + model.nmesh };
    }),
  );
  return geoms.filter(({ body, group, hfield }) => body >= 0 && group < FIRST_HIDDEN_GROUP && hfield === undefined);
}

/** Nothing for a geom without a shape. */
function describeGeom(model: MjModel, name: string, id: number, shelf: TextureShelf): GeomDescription[] {
  if (isShapeless(model, id)) return [];
  const kind = (model.geom_type as Int32Array)[id];
  const type = kind === SDF ? "mesh" : GEOM_TYPES[kind];
  const dataId = (model.geom_dataid as Int32Array)[id];
  const material = (model.geom_matid as Int32Array)[id];
  const geom: GeomDescription = {
    name,
    type,
    body: (model.geom_bodyid as Int32Array)[id],
    size: triple(model.geom_size, id),
    pos: triple(model.geom_pos, id),
    quat: quadruple(model.geom_quat, id),
    rgba: colour(model, quadruple(model.geom_rgba, id), material),
    group: (model.geom_group as Int32Array)[id],
    collides: touches(model, id),
    ...(type === "mesh" ? { mesh: dataId } : {}),
    ...(type === "hfield" ? { hfield: dataId } : {}),
    ...materialOf(model, material, shelf),
  };
  return [geom];
}

/** Sites of the groups that are drawn. */
function describeSites(sim: Simulation, shelf: TextureShelf): GeomDescription[] {
  const names = sim.names.all("site");
  const sites = names.map((name, id) => describeSite(sim.model, name, id, shelf));
  return sites.filter(({ group, size, rgba }) => group < FIRST_HIDDEN_GROUP && size[0] > 0 && rgba[3] > 0);
}

function describeSite(model: MjModel, name: string, id: number, shelf: TextureShelf): GeomDescription {
  const material = (model.site_matid as Int32Array)[id];
  return {
    name,
    type: GEOM_TYPES[(model.site_type as Int32Array)[id]] ?? "sphere",
    body: (model.site_bodyid as Int32Array)[id],
    size: triple(model.site_size, id),
    pos: triple(model.site_pos, id),
    quat: quadruple(model.site_quat, id),
    rgba: colour(model, quadruple(model.site_rgba, id), material),
    group: (model.site_group as Int32Array)[id],
    collides: false,
    ...materialOf(model, material, shelf),
  };
}

/** Sites along a spatial tendon; shapes that it bends around are omitted. Fixed tendons are sums of joints and have no place. */
function describeTendon(model: MjModel, name: string, id: number): StringDescription[] {
  const first = (model.tendon_adr as Int32Array)[id];
  const kinds = model.wrap_type as Int32Array;
  if (kinds[first] === WRAP_JOINT) return [];
  const parts: StringDescription["points"][] = [[]];
  for (let wrap = first; wrap < first + (model.tendon_num as Int32Array)[id]; wrap++) {
    const site = (model.wrap_objid as Int32Array)[wrap];
    if (kinds[wrap] === WRAP_PULLEY) parts.push([]);
    if (kinds[wrap] === WRAP_SITE) {
      parts.at(-1)?.push({ body: (model.site_bodyid as Int32Array)[site], pos: triple(model.site_pos, site) });
    }
  }
  const radius = (model.tendon_width as Float64Array)[id];
  const rgba = quadruple(model.tendon_rgba, id);
  return parts.filter((points) => points.length > 1).map((points) => ({ name, radius, rgba, points }));
}

/** Geoms also touch through explicit pairs, whatever their masks say. */
function touches(model: MjModel, id: number): boolean {
  if ((model.geom_contype as Int32Array)[id] !== 0 || (model.geom_conaffinity as Int32Array)[id] !== 0) return true;
  return (model.pair_geom1 as Int32Array).includes(id) || (model.pair_geom2 as Int32Array).includes(id);
}

function describeMeshes(model: MjModel, isTextured: boolean): MeshDescription[] {
  return Array.from({ length: model.nmesh }, (_, id) => describeMesh(model, id, isTextured));
}

function describeMesh(model: MjModel, id: number, isTextured: boolean): MeshDescription {
  const firstVertex = (model.mesh_vertadr as Int32Array)[id];
  const vertices = (model.mesh_vertnum as Int32Array)[id];
  const firstFace = 3 * (model.mesh_faceadr as Int32Array)[id];
  const afterFaces = firstFace + 3 * (model.mesh_facenum as Int32Array)[id];
  const texcoord = (model.mesh_texcoordadr as Int32Array)[id];
  const corners = (model.mesh_facetexcoord as Int32Array).subarray(firstFace, afterFaces);
  return {
    vertices: Array.from((model.mesh_vert as Float32Array).subarray(3 * firstVertex, 3 * (firstVertex + vertices))),
    faces: Array.from((model.mesh_face as Int32Array).subarray(firstFace, afterFaces)),
    ...(isTextured && texcoord >= 0 ? { texcoords: perCorner(model.mesh_texcoord, texcoord, corners) } : {}),
  };
}

function describeHeightField(sim: Simulation, name: string, id: number): HeightFieldDescription {
  const { rows, columns, data } = sim.heightField(name);
  return {
    rows,
    columns,
    size: quadruple(sim.model.hfield_size, id),
    data: Array.from(data, (height) => Math.round(1e4 * height) / 1e4),
  };
}

function describeLight(model: MjModel, id: number): LightDescription {
  return {
    body: (model.light_bodyid as Int32Array)[id],
    // mjtLightType: 1 is directional
    directional: (model.light_type as Int32Array)[id] === 1,
    pos: triple(model.light_pos, id),
    dir: triple(model.light_dir, id),
    diffuse: triple(model.light_diffuse, id),
  };
}

function triple(values: ArrayLike<number>, id: number): Triple {
  return [values[3 * id], values[3 * id + 1], values[3 * id + 2]];
}

function quadruple(values: ArrayLike<number>, id: number): Quadruple {
  return [values[4 * id], values[4 * id + 1], values[4 * id + 2], values[4 * id + 3]];
}
