/** By how much a step exceeds the best of its episode, for rewards that pay each gain once: their sum is the best less the start. */
import type { AnyMoment } from "../moment.ts";
import type { Tracker } from "./tracker.ts";

/** What terms may know of the best. */
export interface BestReading {
  /** max(0, value now − best of the episode before this step); 0 at the start of an episode */
  readonly gain: number;
}

/** @param of the value; may read the simulation, the robot and, of the moment, trackers that are declared before this one */
export function bestSoFar<Robot, M = AnyMoment>(of: (robot: Robot, s: M) => number): Tracker<BestReading> {
  return {
    size: 1,
    description: { kind: "best-so-far" },
    bind: ({ slots }) => {
      const reading = { gain: 0 };
      return {
        reading,
        reset: (moment: AnyMoment) => {
          slots[0] = of(moment.robot as Robot, moment as M);
          reading.gain = 0;
        },
        afterPhysics: (moment: AnyMoment) => {
          const value = of(moment.robot as Robot, moment as M);
          reading.gain = Math.max(0, value - slots[0]);
          slots[0] = Math.max(slots[0], value);
        },
      };
    },
  };
}
