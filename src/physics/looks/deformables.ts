/** Deformable bodies: flexes, whose vertices move by themselves, and skins, which bodies carry. */
import type { MjModel } from "mujoco-js";
import { nameAt } from "../model/model-names.ts";
import { colour, type MaterialDescription, materialOf } from "./appearance.ts";
import type { TextureShelf } from "./textures.ts";

type Triple = [number, number, number];
type Quadruple = [number, number, number, number];

/** Cloth, a soft body or a rope. Its vertices are a part of `flexvertXpos`. */
export interface FlexDescription {
  name: string;
  /** 1 a rope of straight pieces, 2 a surface, 3 a body */
  dim: 1 | 2 | 3;
  /** m, around vertices, edges and faces */
  radius: number;
  rgba: Quadruple;
  group: number;
  /** whether faces are shaded without smoothing */
  flat: boolean;
  material?: MaterialDescription;
  /** place of its first vertex, and how many there are */
  first: number;
  vertices: number;
  /** vertices of each piece: two of a rope's, three of a face; of a body those of its shell; counted from its first */
  pieces: Uint32Array;
  /** [faces, 3, 2] of a surface */
  texcoords?: Float32Array;
}

/** A surface whose vertices follow several bodies. */
export interface SkinDescription {
  name: string;
  rgba: Quadruple;
  group: number;
  material?: MaterialDescription;
  /** m, along the normals */
  inflate: number;
  /** [vertices, 3] in the pose that the bones were bound in, m */
  positions: Float32Array;
  /** [faces, 3] */
  faces: Uint32Array;
  /** [vertices, 2] */
  texcoords?: Float32Array;
  /** Bodies that carry it, with their places while they were bound; `count` of the entries below are each one's, in this order */
  bones: { body: number; pos: Triple; quat: Quadruple; count: number }[];
  /** [entries] */
  boneVertices: Uint32Array;
  boneWeights: Float32Array;
}

/** Every flex of a model, as the viewer draws it. */
export function describeFlexes(model: MjModel, shelf: TextureShelf): FlexDescription[] {
  return Array.from({ length: model.nflex }, (_, id) => {
    const material = at(model.flex_matid, id);
    const dim = at(model.flex_dim, id) as FlexDescription["dim"];
    return {
      name: nameAt(model, at(model.name_flexadr, id)),
      dim,
      radius: (model.flex_radius as Float64Array)[id],
      rgba: colour(model, quadruple(model.flex_rgba, id), material),
      group: at(model.flex_group, id),
      flat: at(model.flex_flatskin, id) !== 0,
      ...materialOf(model, material, shelf),
      first: at(model.flex_vertadr, id),
      vertices: at(model.flex_vertnum, id),
      pieces: piecesOf(model, id, dim),
      ...(dim === 2 ? flexTexcoords(model, id) : {}),
    };
  });
}

function piecesOf(model: MjModel, id: number, dim: number): Uint32Array {
  if (dim === 3) {
    const first = at(model.flex_shelldataadr, id);
    return Uint32Array.from((model.flex_shell as Int32Array).subarray(first, first + 3 * at(model.flex_shellnum, id)));
  }
  return Uint32Array.from(elementData(model, model.flex_elem, id, dim + 1));
}

/** A value for each vertex of each element. */
function elementData(model: MjModel, values: Int32Array, id: number, corners: number): Int32Array {
  const first = at(model.flex_elemdataadr, id);
  return values.subarray(first, first + corners * at(model.flex_elemnum, id));
}

function flexTexcoords(model: MjModel, id: number): { texcoords?: Float32Array } {
  const first = at(model.flex_texcoordadr, id);
  if (first < 0) return {};
  const corners = elementData(model, model.flex_elemtexcoord, id, 3);
  return { texcoords: perCorner(model.flex_texcoord, first, corners) };
}

/** Every skin of a model, as the viewer draws it. */
export function describeSkins(model: MjModel, shelf: TextureShelf): SkinDescription[] {
  return Array.from({ length: model.nskin }, (_, id) => {
    const material = at(model.skin_matid, id);
    const [first, count] = [at(model.skin_vertadr, id), at(model.skin_vertnum, id)];
    const [face, faces] = [at(model.skin_faceadr, id), at(model.skin_facenum, id)];
    const texcoord = at(model.skin_texcoordadr, id);
    const coordinates = model.skin_texcoord as Float32Array;
    return {
      name: nameAt(model, at(model.name_skinadr, id)),
      rgba: colour(model, quadruple(model.skin_rgba, id), material),
      group: at(model.skin_group, id),
      ...materialOf(model, material, shelf),
      inflate: (model.skin_inflate as Float32Array)[id],
      positions: (model.skin_vert as Float32Array).slice(3 * first, 3 * (first + count)),
      faces: Uint32Array.from((model.skin_face as Int32Array).subarray(3 * face, 3 * (face + faces))),
      ...(texcoord < 0 ? {} : { texcoords: coordinates.slice(2 * texcoord, 2 * (texcoord + count)) }),
      ...bonesOf(model, id),
    };
  });
}

function bonesOf(model: MjModel, skin: number): Pick<SkinDescription, "bones" | "boneVertices" | "boneWeights"> {
  const first = at(model.skin_boneadr, skin);
  const last = first + at(model.skin_bonenum, skin) - 1;
  const from = at(model.skin_bonevertadr, first);
  const to = at(model.skin_bonevertadr, last) + at(model.skin_bonevertnum, last);
  const bones = Array.from({ length: last - first + 1 }, (_, k) => ({
    body: at(model.skin_bonebodyid, first + k),
    pos: triple(model.skin_bonebindpos, first + k),
    quat: quadruple(model.skin_bonebindquat, first + k),
    count: at(model.skin_bonevertnum, first + k),
  }));
  return {
    bones,
    boneVertices: Uint32Array.from((model.skin_bonevertid as Int32Array).subarray(from, to)),
    boneWeights: (model.skin_bonevertweight as Float32Array).slice(from, to),
  };
}

/** The coordinates of each corner. @param first place of the first pair @param corners pairs, counted from there */
export function perCorner(coordinates: Float32Array, first: number, corners: ArrayLike<number>): Float32Array {
  const out = new Float32Array(2 * corners.length);
  for (let k = 0; k < corners.length; k++)
    for (let i = 0; i < 2; i++) out[2 * k + i] = coordinates[2 * (first + corners[k]) + i];
  return out;
}

function at(values: ArrayLike<number>, id: number): number {
  return values[id];
}

function triple(values: ArrayLike<number>, id: number): Triple {
  return [values[3 * id], values[3 * id + 1], values[3 * id + 2]];
}

function quadruple(values: ArrayLike<number>, id: number): Quadruple {
  return [values[4 * id], values[4 * id + 1], values[4 * id + 2], values[4 * id + 3]];
}
