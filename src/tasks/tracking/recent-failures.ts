/** Draws clips by how often an environment has recently failed to track them. */
import type { Rng } from "../../math/rng.ts";

/** Numbers that the memory takes; further clips share them. */
export const FAILURE_SLOTS = 128;
/** Share of draws in which all clips are as likely. */
const UNIFORM = 0.2;
/** Of what was known before, after another episode of a clip. */
const KEPT = 0.6;

/** Forgets all failures: every clip counts as not learned. */
export function forgetFailures(slots: Float64Array): void {
  slots.fill(1);
}

/** Takes in an episode of a clip. */
export function noteEpisode(slots: Float64Array, clip: number, failed: boolean): void {
  const at = clip % FAILURE_SLOTS;
  slots[at] = KEPT * slots[at] + (failed ? 1 - KEPT : 0);
}

/** A clip's number, of so many. */
export function drawClip(slots: Float64Array, clips: number, rng: Rng): number {
  const isUniform = rng.uniform() < UNIFORM;
  const uniform = rng.integer(clips);
  let sum = 0;
  for (let i = 0; i < clips; i++) sum += slots[i % FAILURE_SLOTS];
  let left = rng.uniform(0, sum);
  if (isUniform || !(sum > 0)) return uniform;
  for (let i = 0; i < clips; i++) {
    left -= slots[i % FAILURE_SLOTS];
    if (left < 0) return i;
  }
  return clips - 1;
}
