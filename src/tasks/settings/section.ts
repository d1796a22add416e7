/** One kind of settings of a task. */
import type { Task } from "../define-task.ts";
import type { Knob, KnobValue } from "./knob.ts";

/** A checked value; "off" removes what is named. */
export type SettingValue = KnobValue | "off";

/** The settings of one kind: which a task has, and how they change it. */
export interface Section {
  /** By name below the section; "" for the section's own. */
  knobs(form: Task): Readonly<Record<string, Knob>>;
  /** A value that `knobs` does not list, since its name is known only with the scene; absent where all are listed. @throws UserError */
  unlisted?(name: string): Knob;
  /** The task with these values, in its chosen lesson too. */
  apply(task: Task, values: ReadonlyMap<string, SettingValue>): Task;
}

/** The values of what is called `name`: "kick.speed" as speed, "kick" itself as "". */
export function below(name: string, values: ReadonlyMap<string, SettingValue>): Record<string, SettingValue> {
  const mine = [...values].filter(([key]) => key === name || key.startsWith(`${name}.`));
  return Object.fromEntries(mine.map(([key, value]) => [key.slice(name.length + 1), value]));
}

/** The task and its lesson's form, both changed. */
export function inBothForms(task: Task, change: (form: Task) => Partial<Task>): Task {
  const changed = { ...task, ...change(task) };
  const { lesson } = task;
  if (lesson === undefined) return changed;
  return { ...changed, lesson: { ...lesson, training: { ...lesson.training, ...change(lesson.training) } } };
}
