/** `--event.<name>.<setting>` */
import type { Task } from "../define-task.ts";
import type { Knob, KnobValue } from "./knob.ts";
import { below, inBothForms, type Section, type SettingValue } from "./section.ts";

/** Strength, times and switches of disturbances: the lesson's where it has its own, and the task's of the same names. */
export const events: Section = {
  knobs: ({ events }) =>
    Object.fromEntries(
      Object.entries(events).flatMap(([name, { tuning }]) =>
        Object.entries(tuning?.knobs ?? {}).map(([setting, knob]): [string, Knob] => [`${name}.${setting}`, knob]),
      ),
    ),
  apply: (task, values) => inBothForms(task, (form) => ({ events: changed(form.events, values) })),
};

function changed(events: Task["events"], values: ReadonlyMap<string, SettingValue>): Task["events"] {
  return Object.fromEntries(
    Object.entries(events).map(([name, event]) => {
      const own = below(name, values) as Record<string, KnobValue>;
      return [name, event.tuning && Object.keys(own).length > 0 ? event.tuning.with(own) : event];
    }),
  );
}
