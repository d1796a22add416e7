/** What the camera needs of the followed robot: what to look at, where it heads, where it looks from. */
import { Vector3 } from "three";
import type { ShownPose } from "../../stream/playback.ts";
import type { Actor } from "../places/actors.ts";
import type { Arrangement } from "../places/arrangement.ts";
import { bodyPoint } from "../places/body-frame.ts";
import { headingOf } from "../places/measure.ts";

const focus = new Vector3();
const eyes = new Vector3();

/**
 * What to look at; null leaves the camera where the user put it.
 * @param beside where a second robot is drawn that belongs to the picture
 */
export function focusOf(
  arrangement: Arrangement,
  actor: Pick<Actor, "drawnAt"> | null,
  beside: Vector3 | null,
  isFollowing: boolean,
): Vector3 | null {
  const { size, facts, count } = arrangement;
  if (!size) return null;
  const floor = arrangement.floorHeight();
  const middle = floor + 0.5 * size.height;
  if (count > 1) return focus.set(0, 0, floor + 0.3 * size.height);
  if (!actor || !isFollowing) return null;
  if (facts.isFixed) return focus.set(size.middle[0], size.middle[1], size.bottom + 0.5 * size.height);
  if (facts.hasFurniture) return focus.set(size.middle[0], size.middle[1], middle);
  const { x, y, z } = actor.drawnAt;
  focus.set(x, y, floor + middleAbove(z - floor, size.height));
  // Two robots that are compared are looked at from between them.
  return beside ? focus.set((focus.x + beside.x) / 2, (focus.y + beside.y) / 2, focus.z) : focus;
}

/**
 * How high above the floor to look, m: at half of a robot that stands or walks there, however it bobs, and at one that hangs or flies higher
 * than it is tall.
 * @param root how high the robot's main body is above the floor, m
 * @param height of the robot, m
 */
function middleAbove(root: number, height: number): number {
  return Math.max(0.5 * height, Math.min(root, 0.5 * height + 1.5 * (root - height)));
}

/** In front of the head, or of where one would be; null in a grid. */
export function eyesOf({ scene, facts, size, count }: Arrangement, pose: ShownPose | undefined): Vector3 | null {
  if (!pose || count !== 1 || !size) return null;
  const heading = headingOf(pose.poses, facts.rootBody);
  const head = scene.geoms.find(({ name }) => name.startsWith("head"));
  const [x, y, z] = head
    ? bodyPoint(pose.poses, head.body, head.pos)
    : bodyPoint(pose.poses, facts.rootBody, [0, 0, 0.3 * size.height]);
  const ahead = (head ? 0.11 : 0.3) * size.height;
  return eyes.set(x + ahead * Math.cos(heading), y + ahead * Math.sin(heading), z);
}

/** Angle about z of the robot's forward axis, rad; 0 in a grid. */
export function gazeHeading({ facts, count }: Arrangement, pose: ShownPose | undefined): number {
  return pose && count === 1 ? headingOf(pose.poses, facts.rootBody) : 0;
}
