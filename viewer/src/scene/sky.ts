/** The background: a dome that goes from the horizon's colour to the zenith's. It is not lit and casts nothing. */
import { BackSide, Color, Mesh, ShaderMaterial, SphereGeometry } from "three";
import type { StagePalette } from "./palette.ts";

const RADIUS = 400;

export class Sky {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      side: BackSide,
      depthWrite: false,
      uniforms: { horizon: { value: new Color() }, zenith: { value: new Color() } },
      vertexShader: `
        varying float height;
        void main() {
          height = normalize(position).z;
          gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
        }`,
      fragmentShader: `
        uniform vec3 horizon;
        uniform vec3 zenith;
        varying float height;
        void main() {
          gl_FragColor = vec4(mix(horizon, zenith, smoothstep(0.0, 0.75, height)), 1.0);
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = new Mesh(new SphereGeometry(RADIUS, 32, 24), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1;
  }

  setPalette(palette: StagePalette): void {
    const { horizon, zenith } = this.mesh.material.uniforms;
    horizon.value.set(palette.horizon);
    zenith.value.set(palette.zenith);
  }
}
