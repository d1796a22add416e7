/** How shapes look: colours, and materials with their textures. */
import type { MjModel } from "mujoco-js";
import { nameAt } from "../model/model-names.ts";
import type { TextureShelf } from "./textures.ts";

/** mjtTextureRole: the layers of a material that give its colour. */
const ROLES = ["user", "rgb", "occlusion", "roughness", "metallic", "normal", "opacity", "emissive", "rgba", "orm"];
const COLOUR_ROLES = [1, 8];
/** What MuJoCo gives to geoms whose colour was not set; their material's colour counts then. */
const UNSET_RGBA = [0.5, 0.5, 0.5, 1];

type Quadruple = [number, number, number, number];

/** A material's finish, and the texture that it carries. */
export interface MaterialDescription {
  name: string;
  specular: number;
  shininess: number;
  reflectance: number;
  /** share of its colour that it emits; omitted where it is 0 */
  emission?: number;
  texture?: {
    /** index into `textures` */
    index: number;
    /** how often it is repeated along x and y: per two metres where `uniform`, else per shape */
    repeat: [number, number];
    uniform: boolean;
  };
}

/** @param id -1 where there is no material @returns nothing then */
export function materialOf(model: MjModel, id: number, shelf: TextureShelf): { material?: MaterialDescription } {
  if (id < 0) return {};
  const emission = (model.mat_emission as Float32Array)[id];
  const texture = textureOf(model, id, shelf);
  const material = {
    name: nameAt(model, (model.name_matadr as Int32Array)[id]),
    specular: (model.mat_specular as Float32Array)[id],
    shininess: (model.mat_shininess as Float32Array)[id],
    reflectance: (model.mat_reflectance as Float32Array)[id],
    ...(emission > 0 ? { emission } : {}),
    ...(texture ? { texture } : {}),
  };
  return { material };
}

/** A shape's own colour, unless only its material has one. @param material -1: no material */
export function colour(model: MjModel, own: Quadruple, material: number): Quadruple {
  const unset = own.every((value, i) => value === UNSET_RGBA[i]);
  if (!unset || material < 0) return own;
  const rgba = model.mat_rgba as Float32Array;
  return [rgba[4 * material], rgba[4 * material + 1], rgba[4 * material + 2], rgba[4 * material + 3]];
}

/** Layers of materials that no viewer of ours draws, in words. */
export function undrawnLayers(model: MjModel): string[] {
  return Array.from({ length: model.nmat }, (_, id) => {
    const layers = ROLES.filter((_, role) => !COLOUR_ROLES.includes(role) && role > 0 && layer(model, id, role) >= 0);
    const name = nameAt(model, (model.name_matadr as Int32Array)[id]);
    return layers.length === 0 ? [] : [`material ${name}: its ${layers.join(", ")} texture`];
  }).flat();
}

function textureOf(model: MjModel, id: number, shelf: TextureShelf): MaterialDescription["texture"] {
  const texture = COLOUR_ROLES.map((role) => layer(model, id, role)).find((found) => found >= 0);
  const index = texture === undefined ? undefined : shelf.add(model, texture);
  if (index === undefined) return undefined;
  const repeat = model.mat_texrepeat as Float32Array;
  const uniform = (model.mat_texuniform as Uint8Array)[id] !== 0;
  return { index, repeat: [repeat[2 * id], repeat[2 * id + 1]], uniform };
}

function layer(model: MjModel, id: number, role: number): number {
  return (model.mat_texid as Int32Array)[ROLES.length * id + role];
}
