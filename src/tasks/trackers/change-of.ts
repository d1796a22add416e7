/** How much a value has changed within the step, for rewards of progress towards a goal: their sum depends on where an episode begins and ends alone. */
import type { AnyMoment } from "../moment.ts";
import type { Tracker } from "./tracker.ts";

/** Readings of the change. */
export interface ChangeReading {
  /** Value now less the value one step before; 0 at the start of an episode */
  readonly change: number;
}

/** @param of the value; may read the simulation and the robot, and no other tracker */
export function changeOf<Robot>(of: (robot: Robot) => number): Tracker<ChangeReading> {
  return {
    size: 1,
    description: { kind: "change-of" },
    bind: ({ slots }) => {
      const reading = { change: 0 };
      const see = ({ robot }: AnyMoment) => {
        const value = of(robot as Robot);
        reading.change = value - slots[0];
        slots[0] = value;
      };
      return {
        reading,
        reset: (moment) => {
          see(moment);
          reading.change = 0;
        },
        afterPhysics: see,
      };
    },
  };
}
