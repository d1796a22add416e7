/** Bodies that can be put anywhere: those on mocap, and those with a free joint. */
import type { Simulation } from "./simulation.ts";

/** mjtJoint */
const FREE = 0;

/** Where a body's pose stands. */
export type BodyPlace =
  /** Position in `mocapPos` and `mocapQuat` */
  | { readonly kind: "mocap"; readonly mocap: number }
  | { readonly kind: "free"; readonly qposAddress: number; readonly dofAddress: number };

/** Where the pose of a body stands that can be put anywhere; null for others. */
export function bodyPlace({ model }: Simulation, body: number): BodyPlace | null {
  const mocap = (model.body_mocapid as Int32Array)[body];
  if (mocap >= 0) return { kind: "mocap", mocap };
  const joint = (model.body_jntadr as Int32Array)[body];
  if (joint < 0 || (model.jnt_type as Int32Array)[joint] !== FREE) return null;
  const qposAddress = (model.jnt_qposadr as Int32Array)[joint];
  return { kind: "free", qposAddress, dofAddress: (model.jnt_dofadr as Int32Array)[joint] };
}

/**
 * Puts a body somewhere: position in m, quaternion w-x-y-z, both in the world; null leaves what it has. One with a free joint is at rest
 * then. What derives from it is known after the next step.
 */
export function placeBody(
  { mocapPos, mocapQuat, qpos, qvel }: Simulation,
  place: BodyPlace,
  { pos, quat }: { readonly pos: ArrayLike<number> | null; readonly quat: ArrayLike<number> | null },
): void {
  const isMocap = place.kind === "mocap";
  if (pos) isMocap ? mocapPos.set(pos, 3 * place.mocap) : qpos.set(pos, place.qposAddress);
  if (quat) isMocap ? mocapQuat.set(quat, 4 * place.mocap) : qpos.set(quat, place.qposAddress + 3);
  if (!isMocap && (pos || quat)) qvel.fill(0, place.dofAddress, place.dofAddress + 6);
}

/** Writes a body's pose as it is set now, over that of the last step: at 7 times its id in [bodies, 7]. */
export function writePlace(sim: Simulation, place: BodyPlace, body: number, poses: Float32Array): void {
  const { mocapPos, mocapQuat, qpos } = sim;
  const isMocap = place.kind === "mocap";
  const pos = isMocap ? mocapPos.subarray(3 * place.mocap) : qpos.subarray(place.qposAddress);
  const quat = isMocap ? mocapQuat.subarray(4 * place.mocap) : qpos.subarray(place.qposAddress + 3);
  for (let i = 0; i < 3; i++) poses[7 * body + i] = pos[i];
  for (let i = 0; i < 4; i++) poses[7 * body + 3 + i] = quat[i];
}
