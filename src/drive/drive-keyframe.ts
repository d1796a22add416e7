/** What is kept of a drive, so that it continues from there to the same bits. */
import type { HandsState } from "../physics/hands.ts";
import type { NamedPolicy } from "./drive-orders.ts";
import type { GoalTallyState } from "./goal-tally.ts";

/** What is added to the policy's actions, [actionSize], and for how many more steps. */
export interface Nudge {
  readonly offset: readonly number[];
  readonly left: number;
}

/** A moment from which the same drive continues. */
export interface DriveKeyframe {
  readonly step: number;
  readonly falls: number;
  readonly lying: number;
  readonly state: Float64Array;
  readonly obs: Float32Array;
  readonly command: Float64Array | null;
  readonly hands: HandsState;
  readonly goal: GoalTallyState;
  readonly policy: NamedPolicy;
  readonly nudge: Nudge | null;
  /** Whether a clip is gone through. */
  readonly inClip: boolean;
}
