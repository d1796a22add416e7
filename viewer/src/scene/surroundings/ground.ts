/**
 * The floor: squares with grid lines that belong to the world, so that they pass by when a square moves with its robot. One large square fades into
 * the horizon; small ones are tiles with rounded corners. The lines are computed per pixel, as wide as a pixel at least, so they do not flicker.
 */
import {
  Color,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedMesh,
  Matrix3,
  Matrix4,
  MeshLambertMaterial,
  PlaneGeometry,
  type Texture,
  Vector2,
} from "three";
import type { StagePalette } from "./palette.ts";

/** Most tiles that are drawn at a time. */
export const MAX_TILES = 64;
/** Half of the large square, m: beyond the fade. */
const ROAM_HALF = 90;

/** Distances between lines, m. */
const spacings: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2, 5];

const vertexHead = `
  attribute vec4 tile;
  varying vec2 vLocal;
  varying vec2 vWorld;
  varying float vHighlight;
  uniform float half_;
`;
const vertexBody = `
  vLocal = position.xy * half_;
  vWorld = vLocal + tile.xy;
  vHighlight = tile.z;
`;
const fragmentHead = `
  varying vec2 vLocal;
  varying vec2 vWorld;
  varying float vHighlight;
  uniform float half_;
  uniform float isTiled;
  uniform float hasGrid;
  uniform float spacing;
  uniform vec2 fade;
  uniform vec2 fadeCentre;
  uniform vec3 horizon;
  uniform vec3 lines;
  uniform vec3 majorLines;
  uniform vec3 highlight;
  uniform float hasMap;
  uniform sampler2D map_;
  uniform vec3 mapTint;
  uniform mat3 mapMatrix;

  /* Share of a pixel that lines of a width cover; lines thinner than a pixel are drawn a pixel wide and fainter instead. */
  float lineCover(vec2 p, float gap, float width) {
    vec2 q = p / gap;
    vec2 pixel = fwidth(q);
    vec2 w = vec2(width / gap);
    vec2 drawn = max(w, pixel * 1.2);
    vec2 away = abs(fract(q - 0.5) - 0.5);
    vec2 cover = (1.0 - smoothstep(drawn * 0.5, drawn * 0.5 + pixel, away)) * min(w / drawn * 2.2, 1.0);
    cover *= 1.0 - smoothstep(0.25, 0.6, pixel);
    return max(cover.x, cover.y);
  }
`;
const fragmentColor = `
  if (hasMap > 0.5) diffuseColor.rgb = mapTint * texture2D(map_, (mapMatrix * vec3(vWorld, 1.0)).xy).rgb;
  float edge = 0.0;
  if (isTiled > 0.5) {
    float corner = half_ * 0.09;
    vec2 beyond = abs(vLocal) - (half_ - corner);
    float away = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - corner;
    float pixel = fwidth(away);
    if (away > 0.0) discard;
    float rim = half_ * mix(0.012, 0.03, vHighlight);
    edge = smoothstep(-rim - pixel, -rim + pixel, away);
  }
  if (hasGrid > 0.5 && hasMap < 0.5) {
    diffuseColor.rgb = mix(diffuseColor.rgb, lines, lineCover(vWorld, spacing, 0.012 * spacing) * 0.9);
    diffuseColor.rgb = mix(diffuseColor.rgb, majorLines, lineCover(vWorld, spacing * 4.0, 0.018 * spacing));
  }
  diffuseColor.rgb = mix(diffuseColor.rgb, mix(lines, highlight, vHighlight), edge * max(0.35, vHighlight));
`;
const fragmentFade = `
  if (isTiled < 0.5) {
    vec3 faded = horizon;
    gl_FragColor.rgb = mix(gl_FragColor.rgb, faded, smoothstep(fade.x, fade.y, length(vWorld - fadeCentre)));
  }
`;

/** A texture that lies on the world. */
export interface FloorTexture {
  readonly texture: Texture;
  /** Colour that the texture is multiplied with. */
  readonly tint: Color;
  /** From (x, y, 1) in the world to the texture's coordinates. */
  readonly matrix: Matrix3;
}

/** The page's own floor: one large square, or tiles. */
export class Ground {
  readonly mesh: InstancedMesh<PlaneGeometry, MeshLambertMaterial>;
  private readonly tiles: InstancedBufferAttribute;
  private readonly uniforms = {
    half_: { value: ROAM_HALF },
    isTiled: { value: 0 },
    hasGrid: { value: 1 },
    spacing: { value: 0.5 },
    fade: { value: new Vector2(6, 40) },
    fadeCentre: { value: new Vector2() },
    horizon: { value: new Color() },
    lines: { value: new Color() },
    majorLines: { value: new Color() },
    highlight: { value: new Color() },
    hasMap: { value: 0 },
    map_: { value: null as Texture | null },
    mapTint: { value: new Color() },
    mapMatrix: { value: new Matrix3() },
  };
  private readonly matrix = new Matrix4();
  private palette: StagePalette | null = null;
  private horizon: Color | null = null;
  private colors: { ground: string; tile: string } = { ground: "#fff", tile: "#fff" };

  constructor() {
    const geometry = new PlaneGeometry(2, 2);
    this.tiles = new InstancedBufferAttribute(new Float32Array(MAX_TILES * 4), 4).setUsage(DynamicDrawUsage);
    geometry.setAttribute("tile", this.tiles);
    const material = new MeshLambertMaterial();
    material.onBeforeCompile = (shader) => {
      Object.assign(shader.uniforms, this.uniforms);
      shader.vertexShader = shader.vertexShader
        .replace("#include <common>", `#include <common>\n${vertexHead}`)
        .replace("#include <begin_vertex>", `#include <begin_vertex>\n${vertexBody}`);
      // The fade comes after the tone mapping, so that the ground meets the sky in exactly the sky's colour.
      shader.fragmentShader = shader.fragmentShader
        .replace("#include <common>", `#include <common>\n${fragmentHead}`)
        .replace("#include <color_fragment>", `#include <color_fragment>\n${fragmentColor}`)
        .replace("#include <tonemapping_fragment>", `#include <tonemapping_fragment>\n${fragmentFade}`);
    };
    this.mesh = new InstancedMesh(geometry, material, MAX_TILES);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.receiveShadow = true;
    this.mesh.frustumCulled = false;
    this.mesh.count = 0;
  }

  /** Takes the colours of a theme. */
  setPalette(palette: StagePalette): void {
    const { horizon, lines, majorLines, highlight } = this.uniforms;
    this.palette = palette;
    horizon.value.set(this.horizon ?? palette.horizon);
    lines.value.set(palette.lines);
    majorLines.value.set(palette.majorLines);
    highlight.value.set(palette.highlight);
    this.colors = palette;
    this.applyColor();
  }

  /** @param floor the model's, in place of the page's own; null takes that @param horizon what it fades into; null takes the palette's */
  setFloor(floor: FloorTexture | null, horizon: Color | null): void {
    this.horizon = horizon;
    const { hasMap, map_, mapTint, mapMatrix } = this.uniforms;
    hasMap.value = floor ? 1 : 0;
    map_.value = floor?.texture ?? null;
    if (floor) {
      mapTint.value.copy(floor.tint);
      mapMatrix.value.copy(floor.matrix);
    }
    if (this.palette) this.setPalette(this.palette);
  }

  /** @param size of what stands on it, m: small things get a finer grid */
  setScale(size: number): void {
    this.uniforms.spacing.value = spacings.find((spacing) => spacing >= 0.25 * size) ?? spacings.at(-1)!;
  }

  /** Whether grid lines are drawn. */
  setGrid(isVisible: boolean): void {
    this.uniforms.hasGrid.value = isVisible ? 1 : 0;
  }

  /** One square around a point, fading out at `reach` metres. */
  setRoam(x: number, y: number, height: number, reach: number): void {
    this.uniforms.half_.value = ROAM_HALF;
    this.uniforms.isTiled.value = 0;
    this.uniforms.fade.value.set(reach * 0.6, reach * 4);
    this.uniforms.fadeCentre.value.set(x, y);
    this.begin();
    this.add(x, y, height, x, y, 0);
    this.end();
  }

  /** Starts a new set of tiles of this half width. */
  beginTiles(half: number): void {
    this.uniforms.half_.value = half;
    this.uniforms.isTiled.value = 1;
    this.begin();
  }

  /** A square at (x, y) whose middle shows the world's ground at (worldX, worldY). */
  add(x: number, y: number, height: number, worldX: number, worldY: number, highlight: number): void {
    const n = this.mesh.count++;
    const half = this.uniforms.half_.value;
    this.matrix.makeScale(half, half, 1).setPosition(x, y, height);
    this.mesh.setMatrixAt(n, this.matrix);
    this.tiles.setXYZW(n, worldX, worldY, highlight, 0);
  }

  /** Shows what was added since `begin`. */
  end(): void {
    this.mesh.instanceMatrix.needsUpdate = true;
    this.tiles.needsUpdate = true;
    this.applyColor();
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh.dispose();
  }

  private begin(): void {
    this.mesh.count = 0;
  }

  private applyColor(): void {
    this.mesh.material.color.set(this.uniforms.isTiled.value ? this.colors.tile : this.colors.ground);
  }
}
