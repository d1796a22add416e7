/** Whether something has come true in this episode, for rewards that are paid from then on. */
import type { AnyMoment } from "../moment.ts";
import type { Tracker } from "./tracker.ts";

/** What terms may know. */
export interface LatchReading {
  /** Whether it has been true, this step included. */
  readonly set: boolean;
}

/** @param of what sets the latch; may read the simulation and the robot, and no other tracker. A new episode releases it. */
export function latch<Robot>(of: (robot: Robot) => boolean): Tracker<LatchReading> {
  return {
    size: 1,
    description: { kind: "latch" },
    bind: ({ slots }) => {
      const see = ({ robot }: AnyMoment) => {
        if (of(robot as Robot)) slots[0] = 1;
      };
      return {
        reading: {
          get set() {
            return slots[0] !== 0;
          },
        },
        reset: () => {
          slots[0] = 0;
        },
        afterPhysics: see,
      };
    },
  };
}
