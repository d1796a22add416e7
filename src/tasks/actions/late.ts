/** An action mapping whose controls take time to arrive. */
import { suggestion } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import type { LatencyReading } from "../trackers/latency.ts";
import type { ActionMapping } from "./action-mapping.ts";

/**
 * The mapping with controls that act some physics steps late: until then those of the step before act, at first those that the episode starts
 * with. What is described is the mapping: the delay belongs to the robot, and no controller has to make it.
 * @param latency name of the task's `latency` tracker, which says by how many physics steps, fewer than a control step has
 */
export function late(mapping: ActionMapping, latency: string): ActionMapping {
  return {
    bind: (context) => {
      const reading = latencyOf(context.readings, latency);
      const bound = mapping.bind(context);
      return {
        ...bound,
        late: {
          get steps() {
            return reading.physicsSteps;
          },
        },
        apply: (raw, offset, action, moment) => bound.apply(raw, offset, action, moment),
        reset: (controls) => bound.reset(controls),
      };
    },
  };
}

function latencyOf(readings: Readonly<Record<string, unknown>>, name: string): LatencyReading {
  const reading = readings[name] as Partial<LatencyReading> | undefined;
  if (typeof reading?.physicsSteps === "number") return reading as LatencyReading;
  throw new UserError(`late: the task tracks no latency named "${name}"${suggestion(name, Object.keys(readings))}`);
}
