/** What settings of a run may change of disturbances. */
import type { Knob, Range, Tuning } from "../settings/knob.ts";
import type { Tracker } from "./tracker.ts";

/** Units and smallest values of what disturbances are declared by. */
const KNOBS: Readonly<Record<string, Omit<Knob, "value">>> = {
  everySeconds: { about: "Time between two of them.", unit: "s", least: 0 },
  everySteps: { about: "Control steps from one to the next.", unit: "control steps", least: 1 },
  seconds: { about: "How long one lasts.", unit: "s", least: 0.001 },
  steps: { about: "How long one lasts, at most.", unit: "control steps", least: 1 },
  speed: { about: "Size, as a change of velocity.", unit: "m/s", least: 0 },
  spin: { about: "Size, as a change of the rate of turning.", unit: "rad/s", least: 0 },
  newtons: { about: "Size of the force.", unit: "N", least: 0 },
};

/** The numbers and ranges among a disturbance's settings, and a switch. */
export function disturbanceTuning<Settings extends object, Reading>(
  settings: Settings,
  remake: (settings: Settings) => Tracker<Reading>,
): Tuning<Tracker<Reading>> {
  const known = Object.entries(settings).filter(([name]) => name in KNOBS) as [string, number | Range][];
  const enabled = !("enabled" in settings) || settings.enabled === true;
  return {
    knobs: {
      ...Object.fromEntries(known.map(([name, value]) => [name, { ...KNOBS[name]!, value }])),
      enabled: { value: enabled, about: "Whether it acts at all." },
    },
    with: (values) => {
      if ("enabled" in settings) return remake({ ...settings, ...values });
      const { enabled: acts = true, ...changed } = values;
      const tracker = remake({ ...settings, ...changed });
      return acts === true ? tracker : silenced(tracker);
    },
  };
}

/** The same memory and readings, but it never acts. */
function silenced<Reading>(tracker: Tracker<Reading>): Tracker<Reading> {
  const { tuning } = tracker;
  const { enabled, ...others } = tuning?.knobs ?? {};
  return {
    size: tracker.size,
    description: { ...tracker.description, enabled: false },
    ...(tuning && enabled && { tuning: { ...tuning, knobs: { ...others, enabled: { ...enabled, value: false } } } }),
    bind: (context) => {
      const bound = tracker.bind(context);
      return { reading: bound.reading, reset: (moment, rng) => bound.reset?.(moment, rng) };
    },
  };
}
