/** How late controls arrive in each control step, for action mappings that are `late`. Nothing is remembered. */
import type { Tracker } from "./tracker.ts";

/** What the mapping reads. */
export interface LatencyReading {
  /** Of this control step. */
  readonly physicsSteps: number;
}

/**
 * @param least @param most physics steps, drawn anew for every control step
 * @param isPrompt says, step by step, whether controls arrive at once after all
 */
export function latency(least: number, most: number, isPrompt = () => false): Tracker<LatencyReading> {
  return {
    size: 0,
    description: { kind: "latency", least, most },
    prompt: (now) => latency(least, most, now),
    bind: () => {
      const reading = { physicsSteps: 0 };
      return {
        reading,
        beforePhysics: (_, rng) => {
          const drawn = least + rng.integer(most - least + 1);
          reading.physicsSteps = isPrompt() ? 0 : drawn;
        },
      };
    },
  };
}
