/** How late controls arrive in each control step, for action mappings that are `late`. Nothing is remembered. */
import type { Tracker } from "./tracker.ts";

/** What the mapping reads. */
export interface LatencyReading {
  /** Of this control step. */
  readonly physicsSteps: number;
}

/** @param least @param most physics steps, drawn anew for every control step */
export function latency(least: number, most: number): Tracker<LatencyReading> {
  return {
    size: 0,
    description: { kind: "latency", least, most },
    bind: () => {
      const reading = { physicsSteps: 0 };
      return {
        reading,
        beforePhysics: (_, rng) => {
          reading.physicsSteps = least + rng.integer(most - least + 1);
        },
      };
    },
  };
}
