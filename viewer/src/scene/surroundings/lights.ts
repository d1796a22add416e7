/** The sun with its shadow, a light from behind, and the sky's own. */
import { DirectionalLight, Group, HemisphereLight, type Vector3 } from "three";
import type { StagePalette } from "./palette.ts";

/** All lights of the scene. */
export class Lights {
  readonly group = new Group();
  private readonly sun = new DirectionalLight();
  private readonly rim = new DirectionalLight();
  private readonly hemisphere = new HemisphereLight();

  constructor() {
    const { sun, rim, hemisphere } = this;
    hemisphere.position.set(0, 0, 1);
    rim.position.set(-3, 4, 2.5);
    sun.shadow.bias = -0.0004;
    sun.shadow.normalBias = 0.015;
    sun.shadow.radius = 3;
    this.group.add(hemisphere, sun, sun.target, rim, rim.target);
  }

  /** @param isReflecting whether the scene has reflections; without them the sky's own light has to stand in for them */
  setPalette(palette: StagePalette, isReflecting: boolean): void {
    const { sun, rim, hemisphere } = this;
    hemisphere.color.set(palette.skyLight);
    hemisphere.groundColor.set(palette.groundLight);
    hemisphere.intensity = palette.hemisphere + (isReflecting ? 0 : 2 * palette.environment);
    sun.color.set(palette.sun);
    sun.intensity = palette.sunStrength;
    rim.color.set(palette.rim);
    rim.intensity = palette.rimStrength;
  }

  /** Whether the sun casts shadows. */
  setShadows(areCast: boolean): void {
    this.sun.castShadow = areCast;
  }

  /** @param size pixels along a side of the shadow's map */
  setShadowSize(size: number): void {
    const { shadow } = this.sun;
    if (shadow.mapSize.x === size) return;
    shadow.mapSize.set(size, size);
    shadow.map?.dispose();
    shadow.map = null;
  }

  /** The sun's shadow covers `half` metres around a point; it moves in whole texels so that edges do not crawl. */
  aim({ x, y, z }: Vector3, half: number): void {
    const { sun, rim } = this;
    const { camera } = sun.shadow;
    if (camera.right !== half) {
      Object.assign(camera, { left: -half, right: half, top: half, bottom: -half, near: 0.1, far: 8 * half });
      camera.updateProjectionMatrix();
    }
    const texel = (2 * half) / sun.shadow.mapSize.x;
    const at = sun.target.position;
    at.set(Math.round(x / texel) * texel, Math.round(y / texel) * texel, z);
    sun.position.set(at.x + 1.1 * half, at.y - 1.9 * half, at.z + 2.8 * half);
    rim.target.position.copy(at);
    rim.position.set(at.x - 3 * half, at.y + 4 * half, at.z + 2.5 * half);
  }
}
