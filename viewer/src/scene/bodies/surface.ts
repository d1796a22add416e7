/** A surface whose vertices move by themselves: positions come from outside, normals are computed from its faces. */
import { BufferAttribute, BufferGeometry, DynamicDrawUsage } from "three";

/** What stays the same while it moves. */
export interface SurfaceShape {
  /** Vertices that move. */
  readonly vertices: number;
  /** [faces, 3]. */
  readonly faces: ArrayLike<number>;
  /** [faces, 3, 2], where it has a texture. */
  readonly texcoords?: ArrayLike<number>;
  /** m, from the vertices outwards along the normals. */
  readonly offset: number;
  /** Whether it has a second side, as far away to the other side, and is closed around its rims. */
  readonly isSheet: boolean;
}

/** The geometry of one moving surface. */
export class Surface {
  readonly geometry = new BufferGeometry();
  private readonly shape: SurfaceShape;
  /** Moving vertex of each drawn one; a vertex with several texture coordinates is drawn several times. */
  private readonly sources: Uint32Array;
  private readonly normals: Float32Array;
  private readonly position: BufferAttribute;
  private readonly normal: BufferAttribute;

  constructor(shape: SurfaceShape) {
    this.shape = shape;
    const { sources, corners, uv } = drawnVertices(shape);
    this.sources = sources;
    this.normals = new Float32Array(3 * shape.vertices);
    const layers = shape.isSheet ? 2 : 1;
    this.position = dynamic(layers * sources.length);
    this.normal = dynamic(layers * sources.length);
    this.geometry.setAttribute("position", this.position);
    this.geometry.setAttribute("normal", this.normal);
    if (uv) this.geometry.setAttribute("uv", new BufferAttribute(twice(uv, layers), 2));
    const index = shape.isSheet ? sheetIndex(shape.faces, corners, sources.length) : Array.from(corners);
    this.geometry.setIndex(index);
  }

  /** @param points [vertices, 3] from `first` values on @param dx,dy moved by that, m */
  update(points: Float32Array, first: number, dx: number, dy: number): void {
    const { shape, sources, normals } = this;
    computeNormals(points, first, shape.faces, normals);
    const position = this.position.array as Float32Array;
    const normal = this.normal.array as Float32Array;
    const layer = 3 * sources.length;
    for (let k = 0; k < sources.length; k++) {
      const s = 3 * sources[k];
      for (let i = 0; i < 3; i++) {
        const at = points[first + s + i] + (i === 0 ? dx : i === 1 ? dy : 0);
        position[3 * k + i] = at + shape.offset * normals[s + i];
        normal[3 * k + i] = normals[s + i];
        if (!shape.isSheet) continue;
        position[layer + 3 * k + i] = at - shape.offset * normals[s + i];
        normal[layer + 3 * k + i] = -normals[s + i];
      }
    }
    this.position.needsUpdate = true;
    this.normal.needsUpdate = true;
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    this.geometry.dispose();
  }
}

function dynamic(vertices: number): BufferAttribute {
  return new BufferAttribute(new Float32Array(3 * vertices), 3).setUsage(DynamicDrawUsage);
}

function twice(values: Float32Array, layers: number): Float32Array {
  const out = new Float32Array(layers * values.length);
  for (let layer = 0; layer < layers; layer++) out.set(values, layer * values.length);
  return out;
}

/** One drawn vertex for each pair of a vertex and its texture coordinates. */
function drawnVertices({ vertices, faces, texcoords }: SurfaceShape) {
  if (!texcoords) return { sources: Uint32Array.from({ length: vertices }, (_, k) => k), corners: faces, uv: null };
  const known = new Map<string, number>();
  const sources: number[] = [];
  const uv: number[] = [];
  const corners = Array.from(faces, (vertex, k) => {
    const [s, t] = [texcoords[2 * k], texcoords[2 * k + 1]];
    const key = `${vertex} ${s} ${t}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, sources.length);
    uv.push(s, t);
    return sources.push(vertex) - 1;
  });
  return { sources: Uint32Array.from(sources), corners, uv: Float32Array.from(uv) };
}

/** Both sides, and strips along the edges that one face alone has. */
function sheetIndex(faces: ArrayLike<number>, corners: ArrayLike<number>, layer: number): number[] {
  const index: number[] = [];
  const rims = new Map<string, readonly [number, number]>();
  for (let f = 0; f < corners.length; f += 3) {
    const [a, b, c] = [corners[f], corners[f + 1], corners[f + 2]];
    index.push(a, b, c, a + layer, c + layer, b + layer);
    for (let i = 0; i < 3; i++) {
      const j = (i + 1) % 3;
      const ends = [faces[f + i], faces[f + j]].sort((p, q) => p - q).join();
      if (rims.has(ends)) rims.delete(ends);
      else rims.set(ends, [corners[f + i], corners[f + j]]);
    }
  }
  for (const [a, b] of rims.values()) index.push(a, a + layer, b, b, a + layer, b + layer);
  return index;
}

/** The mean of the faces' normals around each vertex, weighted by their areas. */
function computeNormals(points: Float32Array, first: number, faces: ArrayLike<number>, out: Float32Array): void {
  out.fill(0);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]];
    const [pa, pb, pc] = [first + a, first + b, first + c];
    const ux = points[pb] - points[pa];
    const uy = points[pb + 1] - points[pa + 1];
    const uz = points[pb + 2] - points[pa + 2];
    const vx = points[pc] - points[pa];
    const vy = points[pc + 1] - points[pa + 1];
    const vz = points[pc + 2] - points[pa + 2];
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    for (const v of [a, b, c]) {
      out[v] += x;
      out[v + 1] += y;
      out[v + 2] += z;
    }
  }
  for (let v = 0; v < out.length; v += 3) {
    const length = Math.hypot(out[v], out[v + 1], out[v + 2]) || 1;
    for (let i = 0; i < 3; i++) out[v + i] /= length;
  }
}
