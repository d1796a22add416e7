/** How a geom's colour and material look in physically based light. */
import { Color, type Material, MeshLambertMaterial, MeshPhysicalMaterial, type Texture } from "three";
import type { SceneGeom, SceneTexture } from "../../../../src/stream/protocol.ts";
import { textureOf } from "./textures.ts";

/** What decides how something looks. */
export interface Look extends Pick<SceneGeom, "rgba" | "material"> {
  /** What the shape's own coordinates are multiplied with to look into a texture that is a cube. */
  readonly cubeScale?: readonly [number, number, number];
  /** Whether faces are shaded without smoothing. */
  readonly flat?: boolean;
}

/** One material per look; geoms that look the same share it. */
export class Materials {
  private readonly made = new Map<string, Material>();
  private readonly isPlain: boolean;
  private textures: readonly SceneTexture[] = [];

  /** @param isPlain matt colours only: a processor that draws would need seconds to compile more */
  constructor(isPlain: boolean) {
    this.isPlain = isPlain;
  }

  /** The textures that materials name from now on. */
  setTextures(textures: readonly SceneTexture[] = []): void {
    this.textures = textures;
  }

  for(look: Look): Material {
    const { rgba, material: finish, cubeScale, flat } = look;
    const source = finish?.texture && this.textures[finish.texture.index];
    const { specular, shininess, reflectance, emission } = finish ?? {};
    const place = finish?.texture?.index;
    const key = JSON.stringify([rgba, specular, shininess, reflectance, emission, place, cubeScale, flat]);
    let material = this.made.get(key);
    if (!material) {
      material = makeMaterial(look, this.isPlain, source);
      this.made.set(key, material);
    }
    return material;
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    for (const material of this.made.values()) material.dispose();
    this.made.clear();
  }
}

/** MuJoCo's shininess becomes smoothness, its specular a coat of lacquer. */
function makeMaterial({ rgba, material, cubeScale, flat }: Look, isPlain: boolean, source?: SceneTexture): Material {
  const [red, green, blue, alpha] = rgba;
  const color = new Color().setRGB(red, green, blue, "srgb");
  const texture = source && textureOf(source);
  const map = source?.kind === "2d" ? { map: texture } : {};
  const shine = material?.emission
    ? { emissive: color, emissiveIntensity: material.emission, ...(map.map ? { emissiveMap: map.map } : {}) }
    : {};
  const isClear = alpha < 1 || source?.channels === 2 || source?.channels === 4;
  const look = { color, transparent: isClear, opacity: alpha, depthWrite: alpha === 1, flatShading: flat === true };
  const made = isPlain
    ? new MeshLambertMaterial({ ...look, ...map, ...shine })
    : new MeshPhysicalMaterial({
        ...look,
        ...map,
        ...shine,
        roughness: 0.85 - 0.55 * (material?.shininess ?? 0.5),
        metalness: material?.reflectance ?? 0,
        clearcoat: Math.max(0, (material?.specular ?? 0.3) - 0.3) * 1.2,
        clearcoatRoughness: 0.35,
      });
  if (texture && source?.kind !== "2d") wrapInCube(made, texture, cubeScale ?? [1, 1, 1]);
  return made;
}

/** Colours a material by looking from the shape's middle through its surface into a cube. */
function wrapInCube(material: Material, cube: Texture, [x, y, z]: readonly [number, number, number]): void {
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, { cubeMap_: { value: cube } });
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nvarying vec3 vCube;")
      .replace("#include <begin_vertex>", `#include <begin_vertex>\nvCube = position * vec3(${[x, y, z].map(glsl)});`);
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nvarying vec3 vCube;\nuniform samplerCube cubeMap_;")
      .replace("#include <color_fragment>", "#include <color_fragment>\ndiffuseColor *= textureCube(cubeMap_, vCube);");
  };
  material.customProgramCacheKey = () => `cube ${x} ${y} ${z}`;
}

function glsl(value: number): string {
  return value.toExponential();
}
