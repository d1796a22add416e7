/** Whether any of some shapes touches what its sensor watches. Contacts come from sensors of the scene; nothing is remembered. */
import type { Tracker } from "./tracker.ts";

/** Readings for terms. */
export interface TouchReading {
  /** Whether at least one touches. */
  readonly any: boolean;
}

/** @param sensors contact sensors of the scene; a shape touches where the sensor's first value is above 0 */
export function touch(sensors: readonly string[]): Tracker<TouchReading> {
  return {
    size: 0,
    description: { kind: "touch", sensors },
    bind: ({ sim }) => {
      const addresses = Int32Array.from(sensors, (sensor) => sim.sensor(sensor).address);
      return {
        reading: {
          get any() {
            return addresses.some((address) => sim.sensordata[address] > 0);
          },
        },
      };
    },
  };
}
