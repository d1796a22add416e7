/** The settings that a task has by its own names: weights of rewards, ranges of commands, events, noise, randomisation. */
import type { TaskSection, TaskSettings } from "../../config/task-setting-text.ts";
import type { Task } from "../define-task.ts";
import { commands } from "./command-settings.ts";
import { events } from "./event-settings.ts";
import type { Knob } from "./knob.ts";
import { noises } from "./noise-settings.ts";
import { ownSection } from "./own-settings.ts";
import { physics } from "./physics-settings.ts";
import { differences } from "./randomise-settings.ts";
import { readSetting, unknownSetting } from "./read-setting.ts";
import { rewards } from "./reward-settings.ts";
import type { Section } from "./section.ts";

/** One setting of a task. */
export interface TaskSetting extends Knob {
  /** Without dashes in front: `reward.trackLinVel`. */
  readonly name: string;
  readonly section: TaskSection;
}

/** Titles of the sections, for forms and help texts. */
export const TASK_GROUPS: Readonly<Record<TaskSection, string>> = {
  reward: "Rewards",
  command: "Commands",
  event: "Events",
  noise: "Observation noise",
  randomise: "Domain randomisation",
  physics: "Identified physics",
  mask: "Goals",
  clips: "Clips",
};

const SECTIONS: Readonly<Record<TaskSection, Section>> = {
  reward: rewards,
  command: commands,
  event: events,
  noise: noises,
  randomise: differences,
  physics,
  mask: ownSection("mask"),
  clips: ownSection("clips"),
};

/** Every setting of a task, with the values of the form that is trained on. */
export function settingsOf(task: Task): TaskSetting[] {
  return Object.entries(SECTIONS).flatMap(([key, { knobs }]) => {
    const section = key as TaskSection;
    const named = Object.entries(knobs(trainedForm(task)));
    return named.map(([name, knob]) => ({ ...knob, section, name: name === "" ? section : `${section}.${name}` }));
  });
}

/**
 * The task with settings of a run: what is trained on, evaluated, driven and exported. Where a lesson is chosen, both the task and the
 * lesson's form change wherever they have what is named; rewards that the lesson replaces change in the lesson alone.
 * @throws UserError (exit code 2) that names a setting that the task does not have, with the nearest, or a value that it cannot be
 */
export function withSettings(task: Task, settings: TaskSettings = {}): Task {
  if (Object.keys(settings).length === 0) return task;
  const known = settingsOf(task);
  const values = new Map<string, ReturnType<typeof readSetting>>();
  for (const [name, value] of Object.entries(settings)) {
    const setting = known.find((candidate) => candidate.name === name) ?? unlistedSetting(name);
    if (setting === undefined) throw unknownSetting(name, known, task.name);
    values.set(name, readSetting(setting, value));
  }
  const changed = Object.entries(SECTIONS).reduce((form, [section, { apply }]) => {
    const mine = [...values].filter(([name]) => name === section || name.startsWith(`${section}.`));
    if (mine.length === 0) return form;
    return apply(form, new Map(mine.map(([name, value]) => [name.slice(section.length + 1), value])));
  }, task);
  return Object.freeze({ ...changed, settings });
}

function unlistedSetting(name: string): TaskSetting | undefined {
  const section = name.split(".")[0] as TaskSection;
  const knob = SECTIONS[section]?.unlisted?.(name.slice(section.length + 1));
  return knob && { ...knob, section, name };
}

function trainedForm(task: Task): Task {
  return task.lesson?.training ?? task;
}
