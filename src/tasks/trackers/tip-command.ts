/** Where an arm's tip is to be, which an action mapping moves; and whether the arm can put it there. */
import type { ArmKinematics } from "../actions/tip-increments.ts";
import type { Tracker } from "./tracker.ts";

/** What terms may know, and what the mapping writes. */
export interface TipCommand {
  /** [3] m, from the arm's base */
  readonly position: Float64Array;
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
  /** Whether joints were found for it in this step. */
  reached: boolean;
  /** Moves it along one axis, m, within its limits. */
  move(axis: number, way: number): void;
}

/** Settings of `tipCommand`. */
export interface TipCommandSettings {
  readonly arm: ArmKinematics;
  /** [3] m, limits of the place */
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
}

/** An episode begins with the tip where the controls put it. */
export function tipCommand({ arm, lowest, highest }: TipCommandSettings): Tracker<TipCommand> {
  return {
    size: 4,
    isOwn: true,
    description: { kind: "tip-command", arm: arm.name, lowest, highest },
    bind: ({ sim, slots }) => {
      const position = slots.subarray(0, 3);
      const orientation = new Float64Array(9);
      const limit = (axis: number, value: number) => Math.max(lowest[axis], Math.min(highest[axis], value));
      const reading: TipCommand = {
        position,
        lowest,
        highest,
        get reached() {
          return slots[3] !== 0;
        },
        set reached(found) {
          slots[3] = found ? 1 : 0;
        },
        move: (axis, way) => {
          position[axis] = limit(axis, position[axis] + way);
        },
      };
      return {
        reading,
        reset: () => {
          arm.forward(sim.ctrl, position, orientation);
          for (let axis = 0; axis < 3; axis++) position[axis] = limit(axis, position[axis]);
          reading.reached = true;
        },
      };
    },
  };
}
