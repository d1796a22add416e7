/** Settings that a task declares itself, because they remake more of it than one term: `--mask <name>`, `--clips <folder>`. */
import type { Task } from "../define-task.ts";
import { ADVICE } from "../lesson.ts";
import type { Knob, KnobValue } from "./knob.ts";
import { inBothForms, type Section } from "./section.ts";

/** The task's own settings that are called `section`, or begin with it. */
export function ownSection(section: string): Section {
  const full = (name: string) => (name === "" ? section : `${section}.${name}`);
  return {
    knobs: ({ variants }) =>
      Object.fromEntries(
        Object.entries(variants?.knobs ?? {})
          .filter(([name]) => name === section || name.startsWith(`${section}.`))
          .map(([name, knob]): [string, Knob] => [name.slice(section.length + 1), knob]),
      ),
    apply: (task, values) => {
      const own = Object.fromEntries([...values].map(([name, value]) => [full(name), value]));
      return inBothForms(task, (form) => remade(form, own as Record<string, KnobValue>));
    },
  };
}

/** What a form's own settings change; a lesson's scripted controller stays. */
function remade({ variants, critic }: Task, own: Record<string, KnobValue>): Partial<Task> {
  const change = variants?.with(own) ?? {};
  const advice = critic[ADVICE];
  return change.critic && advice ? { ...change, critic: { ...change.critic, [ADVICE]: advice } } : change;
}
