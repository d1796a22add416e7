/** Textures of a scene as the renderer wants them, and the coordinates that MuJoCo gives to shapes without their own. Made once per texture of a scene. */
import {
  BufferAttribute,
  type BufferGeometry,
  CubeTexture,
  DataTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  RepeatWrapping,
  SRGBColorSpace,
  type Texture,
} from "three";
import type { SceneGeom, SceneMaterial, SceneTexture } from "../../../../src/stream/protocol.ts";

const FACES = 6;
const made = new WeakMap<SceneTexture, Texture>();

/** A texture of a material, in the form of its kind. */
export function textureOf(source: SceneTexture): Texture {
  let texture = made.get(source);
  if (!texture) {
    texture = source.kind === "2d" ? flatTexture(source) : cubeTexture(source);
    made.set(source, texture);
  }
  return texture;
}

/** Frees what the renderer holds of them. */
export function disposeTextures(sources: readonly SceneTexture[]): void {
  for (const source of sources) {
    made.get(source)?.dispose();
    made.delete(source);
  }
}

function flatTexture(source: SceneTexture): DataTexture {
  const texture = rowsOf(source, 0, source.height);
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  texture.anisotropy = 8;
  return dressed(texture);
}

function cubeTexture(source: SceneTexture): CubeTexture {
  const isOneForAll = source.height === source.width;
  const rows = isOneForAll ? source.height : source.height / FACES;
  const faces = Array.from({ length: FACES }, (_, face) =>
    dressed(rowsOf(source, isOneForAll ? 0 : face * rows, rows)),
  );
  const texture = new CubeTexture(faces);
  return dressed(texture);
}

function dressed<T extends Texture>(texture: T): T {
  texture.colorSpace = SRGBColorSpace;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}

/** Some rows, with all four channels. */
function rowsOf({ width, channels, data }: SceneTexture, first: number, rows: number): DataTexture {
  const out = new Uint8Array(4 * width * rows);
  const hasColour = channels >= 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let k = 0; k < width * rows; k++) {
    const from = (first * width + k) * channels;
    for (let c = 0; c < 3; c++) out[4 * k + c] = data[from + (hasColour ? c : 0)];
    out[4 * k + 3] = hasAlpha ? data[from + channels - 1] : 255;
  }
  return new DataTexture(out, width, rows);
}

/**
 * Gives a shape the coordinates of a texture that is laid over it from above: s = 0.5 a x − 0.5, t = −0.5 b y − 0.5 with the repeats (a, b), and x, y in
 * metres where the repeat is uniform, else in the shape's half sizes. Source: MuJoCo, render_gl3.c.
 */
export function layTexture(geometry: BufferGeometry, { size }: Pick<SceneGeom, "size">, material: SceneMaterial): void {
  const { repeat = [1, 1], uniform = false } = material.texture ?? {};
  const position = geometry.getAttribute("position");
  const scale = repeat.map((times, i) => (uniform || size[i === 0 ? 0 : 1] <= 0 ? times : times / size[i]));
  const uv = new Float32Array(2 * position.count);
  for (let k = 0; k < position.count; k++) {
    uv[2 * k] = 0.5 * scale[0] * position.getX(k) - 0.5;
    uv[2 * k + 1] = -0.5 * scale[1] * position.getY(k) - 0.5;
  }
  geometry.setAttribute("uv", new BufferAttribute(uv, 2));
}

/** MuJoCo's sizes along x and y and z of the box around a shape. */
export function halfSizes({ type, size: [a, b, c] }: Pick<SceneGeom, "type" | "size">): [number, number, number] {
  switch (type) {
    case "sphere":
      return [a, a, a];
    case "capsule":
    case "cylinder":
      return [a, a, b];
    default:
      return [a, b, c];
  }
}

/** What a shape's own coordinates are multiplied with to look into a cube. */
export function cubeScale(
  geom: Pick<SceneGeom, "type" | "size">,
  { texture }: SceneMaterial,
): [number, number, number] {
  const sizes = halfSizes(geom);
  // Meshes are in metres as they come; other shapes are of size 1 until they are scaled.
  if (geom.type === "mesh" || geom.type === "hfield") return texture?.uniform ? sizes : [1, 1, 1];
  return texture?.uniform ? [1, 1, 1] : (sizes.map((half) => 1 / Math.max(half, 1e-9)) as [number, number, number]);
}

/** The colour around the middle of a sky, between 0 and 1 each. */
export function horizonOf({ width, height, channels, data }: SceneTexture): [number, number, number] {
  const isOneForAll = height === width;
  const rows = isOneForAll ? height : height / FACES;
  const sum = [0, 0, 0];
  // MuJoCo turns the sky so that its faces ±y lie above and below.
  const sides = isOneForAll ? [0] : [0, 1, 4, 5];
  for (const face of sides)
    for (let column = 0; column < width; column++)
      for (let c = 0; c < 3; c++) {
        const row = face * rows + (rows >> 1);
        sum[c] += data[(row * width + column) * channels + (channels >= 3 ? c : 0)] / 255 / (width * sides.length);
      }
  return [sum[0], sum[1], sum[2]];
}
