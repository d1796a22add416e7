/** The background: a dome that goes from the horizon's colour to the zenith's. It is not lit and casts nothing. */
import { BackSide, Color, Mesh, ShaderMaterial, SphereGeometry, type Texture } from "three";
import type { StagePalette } from "./palette.ts";

const RADIUS = 400;

/** The dome behind everything. */
export class Sky {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      side: BackSide,
      depthWrite: false,
      uniforms: {
        horizon: { value: new Color() },
        zenith: { value: new Color() },
        hasCube: { value: 0 },
        cube: { value: null as Texture | null },
      },
      vertexShader: `
        varying float height;
        varying vec3 towards;
        void main() {
          height = normalize(position).z;
          towards = position;
          gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
        }`,
      fragmentShader: `
        uniform vec3 horizon;
        uniform vec3 zenith;
        uniform float hasCube;
        uniform samplerCube cube;
        varying float height;
        varying vec3 towards;
        void main() {
          gl_FragColor = vec4(mix(horizon, zenith, smoothstep(0.0, 0.75, height)), 1.0);
          // Turned as in MuJoCo's render_gl3.c: the cube's y is up.
          if (hasCube > 0.5) gl_FragColor.rgb = textureCube(cube, vec3(towards.x, towards.z, -towards.y)).rgb;
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = new Mesh(new SphereGeometry(RADIUS, 32, 24), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1;
  }

  /** Shows a cube around the scene; null shows the palette's colours. */
  setCube(cube: Texture | null): void {
    const { uniforms } = this.mesh.material;
    uniforms.hasCube.value = cube ? 1 : 0;
    uniforms.cube.value = cube;
  }

  /** Takes the colours of a theme. */
  setPalette(palette: StagePalette): void {
    const { horizon, zenith } = this.mesh.material.uniforms;
    horizon.value.set(palette.horizon);
    zenith.value.set(palette.zenith);
  }
}
