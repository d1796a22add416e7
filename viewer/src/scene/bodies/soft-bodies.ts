/** What flexes and skins share: meshes that move by themselves, one set of them for each environment on screen. */
import { Group, type Material, Mesh } from "three";
import type { SceneFlex, SceneTexture } from "../../../../src/stream/protocol.ts";
import { type Look, Materials } from "./materials.ts";
import type { ShapeChoice } from "./robots.ts";
import { Surface, type SurfaceShape } from "./surface.ts";

/** One soft body of one environment. */
export interface SoftBody {
  /** Whether it is shown with the collision shapes, in place of the others. */
  readonly isCollision: boolean;
  readonly parts: readonly Mesh[];
  /** Frees what the renderer holds of it. */
  dispose(): void;
}

/** Soft bodies by environment, in the order in which environments are added to a frame. */
export abstract class SoftBodies<T extends SoftBody> {
  readonly group = new Group();
  protected readonly materials: Materials;
  private drawn: T[][] = [];
  private count = 0;
  private choice: ShapeChoice = { shapes: true, collisions: false };

  /** @param isPlain simpler materials, for processors that draw */
  constructor(isPlain: boolean) {
    this.materials = new Materials(isPlain);
  }

  /** Makes the bodies of so many environments, in place of those before. */
  protected fill(textures: readonly SceneTexture[] | undefined, environments: number, make: () => T[]): void {
    this.dispose();
    this.materials.setTextures(textures);
    this.drawn = Array.from({ length: environments }, make);
    for (const { parts } of this.drawn.flat()) this.group.add(...parts);
    this.begin();
    this.end();
  }

  /** The bodies of the environment that is added next; none where there is no room. */
  protected next(): readonly T[] {
    return this.count < this.drawn.length ? this.drawn[this.count++] : [];
  }

  /** Chooses which of them are shown. */
  setChoice(choice: ShapeChoice): void {
    this.choice = choice;
    this.end();
  }

  /** Begins a frame without environments. */
  begin(): void {
    this.count = 0;
  }

  /** Shows what was added since `begin`. */
  end(): void {
    const { shapes, collisions } = this.choice;
    this.drawn.forEach((all, n) => {
      for (const { isCollision, parts } of all)
        for (const part of parts) part.visible = n < this.count && (isCollision ? collisions : shapes);
    });
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    for (const one of this.drawn.flat()) one.dispose();
    this.drawn = [];
    this.group.clear();
    this.materials.dispose();
  }
}

/** A surface that moves, and the mesh that shows it. */
export function surfaceMesh(
  shape: SurfaceShape,
  material: Material,
): { readonly surface: Surface; readonly mesh: Mesh } {
  const surface = new Surface(shape);
  const mesh = new Mesh(surface.geometry, material);
  mesh.frustumCulled = false;
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  return { surface, mesh };
}

/** What decides how a soft body looks. */
export interface SoftFinish extends Pick<SceneFlex, "rgba" | "material" | "texcoords"> {
  /** Whether faces are shaded without smoothing. */
  readonly flat?: boolean;
}

/** How a soft body looks. One without texture coordinates, as ropes and shells of bodies are, has no texture. */
export function softLook({ rgba, material, texcoords, flat }: SoftFinish): Look {
  if (!material) return { rgba, flat };
  const { texture, ...plain } = material;
  return { rgba, flat, material: texcoords && texture ? material : plain };
}
