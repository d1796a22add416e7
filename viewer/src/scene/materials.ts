/** How a geom's colour and material look in physically based light. */
import { Color, type Material, MeshLambertMaterial, MeshPhysicalMaterial } from "three";
import type { SceneGeom } from "../../../src/stream/protocol.ts";

/** What decides how something looks. */
export type Look = Pick<SceneGeom, "rgba" | "material">;

/** One material per look; geoms that look the same share it. */
export class Materials {
  private readonly made = new Map<string, Material>();
  private readonly isPlain: boolean;

  /** @param isPlain matt colours only: a processor that draws would need seconds to compile more */
  constructor(isPlain: boolean) {
    this.isPlain = isPlain;
  }

  for({ rgba, material: finish }: Look): Material {
    const key = JSON.stringify([rgba, finish?.specular, finish?.shininess, finish?.reflectance]);
    let material = this.made.get(key);
    if (!material) {
      material = makeMaterial({ rgba, material: finish }, this.isPlain);
      this.made.set(key, material);
    }
    return material;
  }

  dispose(): void {
    for (const material of this.made.values()) material.dispose();
    this.made.clear();
  }
}

/** MuJoCo's shininess becomes smoothness, its specular a coat of lacquer. */
function makeMaterial({ rgba: [red, green, blue, alpha], material }: Look, isPlain: boolean): Material {
  const color = new Color().setRGB(red, green, blue, "srgb");
  const look = { color, transparent: alpha < 1, opacity: alpha, depthWrite: alpha === 1 };
  if (isPlain) return new MeshLambertMaterial(look);
  return new MeshPhysicalMaterial({
    ...look,
    roughness: 0.85 - 0.55 * (material?.shininess ?? 0.5),
    metalness: material?.reflectance ?? 0,
    clearcoat: Math.max(0, (material?.specular ?? 0.3) - 0.3) * 1.2,
    clearcoatRoughness: 0.35,
  });
}
