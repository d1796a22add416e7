/** Smooth geometry for MuJoCo's shapes, in the frame of the geom (z is the axis of capsules and cylinders). Sizes are half sizes in metres. */
import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CapsuleGeometry,
  LatheGeometry,
  PlaneGeometry,
  SphereGeometry,
  Vector2,
} from "three";
import { RoundedBoxGeometry } from "three/addons/geometries/RoundedBoxGeometry.js";
import { toCreasedNormals } from "three/addons/utils/BufferGeometryUtils.js";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import { terrainGeometry } from "../surroundings/terrain.ts";
import { halfSizes, layTexture } from "./textures.ts";

/** Edges sharper than this stay sharp on meshes, rad. */
const CREASE = 0.6;
/** Half width of a plane that MuJoCo calls infinite, m. */
const INFINITE_PLANE = 60;

/** @param segments around a full turn. */
export function shapeGeometry(geom: SceneGeom, scene: StreamScene, segments: number): BufferGeometry {
  const geometry = bareGeometry(geom, scene, segments);
  const { material } = geom;
  const hasOwn = geom.type === "mesh" && scene.meshes[geom.mesh ?? 0]?.texcoords !== undefined;
  if (material?.texture && !hasOwn && geometry.hasAttribute("position"))
    layTexture(geometry, { size: halfSizes(geom) }, material);
  return geometry;
}

function bareGeometry(geom: SceneGeom, scene: StreamScene, segments: number): BufferGeometry {
  const [a, b, c] = geom.size;
  switch (geom.type) {
    case "sphere":
      return new SphereGeometry(a, segments, segments / 2);
    case "ellipsoid":
      return new SphereGeometry(1, segments, segments / 2).scale(a, b, c);
    case "capsule":
      return new CapsuleGeometry(a, 2 * b, Math.max(4, segments / 4), segments, 1).rotateX(Math.PI / 2);
    case "cylinder":
      return cylinder(a, b, segments);
    case "box":
      return box(a, b, c, segments);
    case "plane":
      return new PlaneGeometry(2 * (a || INFINITE_PLANE), 2 * (b || INFINITE_PLANE));
    case "mesh":
      return mesh(scene.meshes[geom.mesh ?? 0]);
    case "hfield":
      return terrainGeometry(scene.heightFields[geom.hfield ?? 0]);
    default:
      geom.type satisfies never;
      return new BufferGeometry();
  }
}

/** A box whose edges catch the light: rounded by a part of its shortest side. */
function box(a: number, b: number, c: number, segments: number): BufferGeometry {
  const radius = Math.min(0.3 * Math.min(a, b, c), 0.03);
  if (segments < 16 || radius < 1e-4) return new BoxGeometry(2 * a, 2 * b, 2 * c);
  return new RoundedBoxGeometry(2 * a, 2 * b, 2 * c, 3, radius);
}

/** A cylinder along z with a small bevel. */
function cylinder(radius: number, half: number, segments: number): BufferGeometry {
  const bevel = Math.min(0.18 * Math.min(radius, half), 0.012);
  const outline = [new Vector2(0, -half), new Vector2(radius - bevel, -half)];
  for (let k = 1; k <= 3; k++) outline.push(bevelPoint(radius, -half, bevel, (k / 3) * (Math.PI / 2) - Math.PI / 2));
  for (let k = 0; k < 3; k++) outline.push(bevelPoint(radius, half, bevel, (k / 3) * (Math.PI / 2)));
  outline.push(new Vector2(radius - bevel, half), new Vector2(0, half));
  return toCreasedNormals(new LatheGeometry(outline, segments).rotateX(Math.PI / 2), CREASE);
}

function bevelPoint(radius: number, end: number, bevel: number, angle: number): Vector2 {
  const inward = end < 0 ? bevel : -bevel;
  return new Vector2(radius - bevel + bevel * Math.cos(angle), end + inward + bevel * Math.sin(angle));
}

function mesh(source: StreamScene["meshes"][number] | undefined): BufferGeometry {
  const geometry = new BufferGeometry();
  const { vertices = [], faces = [], texcoords } = source ?? {};
  if (texcoords) {
    // A corner has coordinates of its own.
    const corners = faces.flatMap((vertex) => vertices.slice(3 * vertex, 3 * vertex + 3));
    geometry.setAttribute("position", new BufferAttribute(Float32Array.from(corners), 3));
    geometry.setAttribute("uv", new BufferAttribute(texcoords, 2));
  } else {
    geometry.setAttribute("position", new BufferAttribute(Float32Array.from(vertices), 3));
    geometry.setIndex(Array.from(faces));
  }
  return toCreasedNormals(geometry, CREASE);
}
