/** Where a thing goes that is dragged over the picture: in the directions in which it may be moved, or about the axes about which it may be turned. */
import { Plane, Quaternion, type Ray, Vector3 } from "three";

/** A box along the world's axes, m. */
export interface DragBox {
  readonly lowest: readonly [number, number, number];
  readonly highest: readonly [number, number, number];
}

/** What of the camera a drag needs: unit vectors in the world. */
export interface Eye {
  readonly right: Vector3;
  readonly up: Vector3;
  /** Towards the viewer. */
  readonly back: Vector3;
}

/** A box is flat along an axis where it is thinner than this, m. */
const FLAT = 0.06;
/** Planes that are seen at a smaller slope than this are of no use. */
const LEAST_SLOPE = 0.12;

/** Axes along which a thing can be moved noticeably. */
export function freeAxes({ lowest, highest }: DragBox): number[] {
  return [0, 1, 2].filter((i) => highest[i] - lowest[i] > FLAT);
}

/**
 * The place under the pointer: on the line or in the plane of the axes along which the thing can be moved; among three axes, in the plane that
 * faces the camera.
 * @param isLevel keeps the height
 * @returns null where the ray misses
 */
export function placeUnder(ray: Ray, { back }: Eye, at: Vector3, box: DragBox, isLevel = false): Vector3 | null {
  const axes = isLevel ? freeAxes(box).filter((axis) => axis !== 2) : freeAxes(box);
  if (axes.length === 1) return nearestOnLine(ray, at, unit(axes[0]));
  const normal = axes.length === 2 ? unit([0, 1, 2].find((axis) => !axes.includes(axis))!) : back;
  const isSeen = Math.abs(normal.dot(ray.direction)) > LEAST_SLOPE;
  return ray.intersectPlane(new Plane().setFromNormalAndCoplanarPoint(isSeen ? normal : back, at), new Vector3());
}

function unit(axis: number): Vector3 {
  return new Vector3().setComponent(axis, 1);
}

/** The point of a line that the ray passes nearest. */
function nearestOnLine({ origin, direction }: Ray, at: Vector3, along: Vector3): Vector3 | null {
  const between = at.clone().sub(origin);
  const slope = direction.dot(along);
  const share = 1 - slope * slope;
  if (share < 1e-6) return null;
  return at.clone().addScaledVector(along, (slope * between.dot(direction) - between.dot(along)) / share);
}

/**
 * The rotation of a ball around a thing that a pointer drags from one point to another, in the world. Points are relative to the middle, in
 * radii of the ball, x to the right and y up; outside of the ball they roll it about the line of sight.
 */
export function ballTurn(eye: Eye, from: readonly [number, number], to: readonly [number, number]): Quaternion {
  return new Quaternion().setFromUnitVectors(onBall(eye, from), onBall(eye, to));
}

function onBall({ right, up, back }: Eye, [x, y]: readonly [number, number]): Vector3 {
  const length = Math.hypot(x, y);
  const shrink = length > 1 ? 1 / length : 1;
  const z = Math.sqrt(Math.max(0, 1 - Math.min(1, length * length)));
  return new Vector3()
    .addScaledVector(right, x * shrink)
    .addScaledVector(up, y * shrink)
    .addScaledVector(back, z)
    .normalize();
}

/** The rotation about the vertical through `at` that a pointer drags from one ray to another. */
export function levelTurn(from: Ray, to: Ray, at: Vector3): Quaternion {
  const plane = new Plane().setFromNormalAndCoplanarPoint(unit(2), at);
  const [a, b] = [from, to].map((ray) => ray.intersectPlane(plane, new Vector3())?.sub(at));
  const angle = a && b ? Math.atan2(b.y, b.x) - Math.atan2(a.y, a.x) : 0;
  return new Quaternion().setFromAxisAngle(unit(2), angle);
}
