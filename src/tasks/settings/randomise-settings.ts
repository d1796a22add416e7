/** `--randomise.<name> <low,high>`, or `off` */
import type { Task } from "../define-task.ts";
import { DELAY_NAMES } from "../delays/delay.ts";
import type { Randomiser } from "../randomisation.ts";
import type { Knob, KnobValue } from "./knob.ts";
import { below, inBothForms, type Section, type SettingValue } from "./section.ts";

/** Differences between environments: the lesson's where it has its own, and the task's of the same names. Delays are those of every task. */
export const differences: Section = {
  knobs: ({ randomise }) =>
    Object.fromEntries(
      Object.entries({ ...UNDELAYED, ...randomise }).flatMap(([name, randomiser]) => knobsOf(name, randomiser)),
    ),
  apply: (task, values) =>
    inBothForms(task, ({ randomise }) => ({
      randomise: changed({ ...missingDelays(randomise, values), ...randomise }, values),
    })),
};

const UNDELAYED = Object.fromEntries(Object.entries(DELAY_NAMES).map(([name, delay]) => [name, delay([0, 0])]));

/** Delays that are set to anything, of those that the task does not declare. */
function missingDelays(randomise: Task["randomise"], values: ReadonlyMap<string, SettingValue>): Task["randomise"] {
  const isSet = (name: string) => Array.isArray(values.get(name)) && !(name in randomise);
  return Object.fromEntries(Object.entries(UNDELAYED).filter(([name]) => isSet(name)));
}

/** One with several values has a switch for all of them. */
function knobsOf(name: string, { description, tuning }: Randomiser): [string, Knob][] {
  const { "": only, ...several } = tuning?.knobs ?? {};
  if (only) return [[name, { ...only, canBeOff: true }]];
  const whole = { value: true, canBeOff: true, about: `Whether environments differ in it (${description.kind}).` };
  const each = Object.entries(several).map(([key, knob]): [string, Knob] => [`${name}.${key}`, knob]);
  return [[name, whole], ...each];
}

function changed(randomise: Task["randomise"], values: ReadonlyMap<string, SettingValue>): Task["randomise"] {
  const kept = Object.entries(randomise).flatMap(([name, randomiser]): [string, Randomiser][] => {
    const { "": whole, ...each } = below(name, values);
    if (whole === "off" || whole === false) return [];
    const own = { ...each, ...(whole !== undefined && whole !== true && { "": whole }) } as Record<string, KnobValue>;
    return [[name, randomiser.tuning && Object.keys(own).length > 0 ? randomiser.tuning.with(own) : randomiser]];
  });
  return Object.fromEntries(kept);
}
