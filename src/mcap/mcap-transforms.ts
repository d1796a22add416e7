/** Where the bodies are, as Foxglove's transforms name it: each from the world's frame. */
import { stamp } from "./mcap-topic.ts";

/**
 * @param names of all bodies, the world first
 * @param poses [bodies, 7] position and quaternion w-x-y-z
 * @param at nanoseconds
 */
export function transformsOf(names: readonly string[], poses: Float32Array, at: bigint) {
  return names.slice(1).map((name, k) => {
    const [x, y, z, qw, qx, qy, qz] = poses.subarray(7 * (k + 1), 7 * (k + 2));
    return {
      timestamp: stamp(at),
      parent_frame_id: names[0],
      child_frame_id: name,
      translation: { x, y, z },
      rotation: { x: qx, y: qy, z: qz, w: qw },
    };
  });
}
