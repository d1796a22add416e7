/** How much better than ever before in its episode a step is, for rewards that pay for progress once and take nothing back. */
import type { AnyMoment } from "../moment.ts";
import type { Tracker } from "./tracker.ts";

/** What terms may know. */
export interface BestReading {
  /** By how much the value exceeds the best one before, 0 or more; 0 in an episode's first step. */
  readonly gain: number;
}

/**
 * @param of the value, read after the physics; may read trackers that are declared before this one. The best is at least 0, and a step that
 *   gains nothing leaves it.
 */
export function bestSoFar<M>(of: (s: M) => number): Tracker<BestReading> {
  return {
    size: 1,
    description: { kind: "best-so-far" },
    bind: ({ slots }) => {
      const reading = { gain: 0 };
      return {
        reading,
        reset: () => {
          slots[0] = 0;
          reading.gain = 0;
        },
        afterPhysics: (moment: AnyMoment) => {
          const gain = Math.max(0, of(moment as M) - slots[0]);
          slots[0] += gain;
          reading.gain = moment.episodeStep > 1 ? gain : 0;
        },
      };
    },
  };
}
