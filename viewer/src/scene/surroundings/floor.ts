/** The floor and the sky that a model brings along, in place of the page's own. */
import { Color, Matrix3, type Texture } from "three";
import type { StreamScene } from "../../../../src/stream/protocol.ts";
import { horizonOf, textureOf } from "../bodies/textures.ts";
import { isLevel } from "../places/layout.ts";
import type { FloorTexture } from "./ground.ts";

/** Textures of a model's own floor and sky; null where it has none. */
export interface ModelGround {
  readonly floor: FloorTexture | null;
  readonly sky: Texture | null;
  /** Colour of the sky where it meets the ground. */
  readonly horizon: Color | null;
}

/** A model without floor texture and sky. */
export const NO_FLOOR: ModelGround = { floor: null, sky: null, horizon: null };

/** The floor texture and the sky that a scene brings along. */
export function floorOf(scene: StreamScene): ModelGround {
  const sky = scene.textures?.find(({ kind }) => kind === "skybox");
  const horizon = sky ? new Color().setRGB(...horizonOf(sky), "srgb") : null;
  return { floor: floorTexture(scene), sky: sky ? textureOf(sky) : null, horizon };
}

/** Of the lowest level plane, where a flat texture lies on it. */
function floorTexture({ geoms, textures = [] }: StreamScene): FloorTexture | null {
  const planes = geoms.filter(
    ({ type, body, group, quat, rgba }) => type === "plane" && body === 0 && group < 3 && rgba[3] > 0 && isLevel(quat),
  );
  const [plane] = planes.toSorted((a, b) => a.pos[2] - b.pos[2]);
  const use = plane?.material?.texture;
  const source = use && textures[use.index];
  if (!use || source?.kind !== "2d") return null;
  const { pos, quat, size, rgba } = plane;
  const scale = use.repeat.map((times, i) => (use.uniform || size[i] <= 0 ? times : times / size[i]));
  const yaw = 2 * Math.atan2(quat[3], quat[0]);
  const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)];
  const [a, b] = [0.5 * scale[0], -0.5 * scale[1]];
  // As `layTexture` does it for shapes: x and y of the plane, turned out of the world's.
  const matrix = new Matrix3(
    a * cos,
    a * sin,
    -a * (cos * pos[0] + sin * pos[1]) - 0.5,
    -b * sin,
    b * cos,
    b * (sin * pos[0] - cos * pos[1]) - 0.5,
    0,
    0,
    1,
  );
  return { texture: textureOf(source), tint: new Color().setRGB(rgba[0], rgba[1], rgba[2], "srgb"), matrix };
}
