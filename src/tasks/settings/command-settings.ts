/** `--command.<name> <low,high>` */
import type { KnobValue } from "./knob.ts";
import { inBothForms, type Section } from "./section.ts";

/** Ranges and times of the command, of a lesson too; a lesson's curriculum stays. */
export const commands: Section = {
  knobs: ({ command }) => command?.tuning?.knobs ?? {},
  apply: (task, values) =>
    inBothForms(task, ({ command }) => {
      if (command?.tuning === undefined) return {};
      const { curriculum } = command;
      const changed = command.tuning.with(Object.fromEntries(values) as Record<string, KnobValue>);
      return { command: { ...changed, ...(curriculum && { curriculum }) } };
    }),
};
