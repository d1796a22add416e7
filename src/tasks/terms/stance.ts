/** Where the feet are under the robot. */

type Numbers = ArrayLike<number>;

/**
 * Distance of two points across the direction in which the robot faces, m.
 * @param forward [3] world direction of the robot's x axis; its horizontal part counts
 * @param left [3] @param right [3] m, world frame
 */
export function sidewaysDistance(forward: Numbers, left: Numbers, right: Numbers): number {
  const yaw = Math.atan2(forward[1], forward[0]);
  return Math.abs(Math.cos(yaw) * (left[1] - right[1]) - Math.sin(yaw) * (left[0] - right[0]));
}
