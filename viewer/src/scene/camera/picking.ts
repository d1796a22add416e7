/** Which robot a click means: the one whose ball the ray from the eye passes, nearest first. */
import { type Camera, Plane, Raycaster, Sphere, type Vector2, Vector3 } from "three";

const raycaster = new Raycaster();
const plane = new Plane();
const facing = new Vector3();
const ball = new Sphere();
const hit = new Vector3();

/**
 * @param point in normalised device coordinates
 * @param height of a robot; its ball has half of that as radius
 */
export function pickNearest(
  point: Vector2,
  camera: Camera,
  spots: readonly { readonly environment: number; readonly at: Vector3 }[],
  height: number,
): number | null {
  raycaster.setFromCamera(point, camera);
  let best: number | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { environment, at } of spots) {
    ball.set(at, 0.5 * height);
    if (!raycaster.ray.intersectSphere(ball, hit)) continue;
    const distance = hit.distanceTo(raycaster.ray.origin);
    if (distance >= nearest) continue;
    nearest = distance;
    best = environment;
  }
  return best;
}

/** The ray from the eye through a point in normalised device coordinates. */
export function rayThrough(point: Vector2, camera: Camera): Raycaster {
  raycaster.setFromCamera(point, camera);
  return raycaster;
}

/** Where that ray passes the plane through `at` that faces the camera; null where it does not. */
export function pointFacing(point: Vector2, camera: Camera, at: Vector3): Vector3 | null {
  plane.setFromNormalAndCoplanarPoint(camera.getWorldDirection(facing), at);
  return rayThrough(point, camera).ray.intersectPlane(plane, new Vector3());
}
