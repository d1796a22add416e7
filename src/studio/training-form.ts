/** The form that starts a training from a page: its choices, and the plan that a filled form results in. The same settings and words as on the command line. */
import { isAbsolute, relative, resolve } from "node:path";
import { algorithmNames } from "../config/algorithm-config.ts";
import { type PartialTrainConfig, rowsPerIteration, type TrainConfig } from "../config/config.ts";
import { SETTING_GROUPS } from "../config/config-field.ts";
import { type ConfigFlag, settingAt, trainFlags } from "../config/config-flags.ts";
import { expectedValue } from "../config/config-range.ts";
import { findFlag, parseOverrides } from "../config/overrides.ts";
import { algorithmOf, changeConfig, presetNames, presetOf } from "../config/presets.ts";
import { isTaskSetting, taskSettingText } from "../config/task-setting-text.ts";
import { UserError } from "../math/user-error.ts";
import type { CatalogueMessage, FormProblem, PlanMessage, SettingDescription, TrainForm } from "../stream/protocol.ts";
import { registry, resolveTask, settingsOf, TASK_GROUPS, type Task, withSettings } from "../tasks/index.ts";
import { resolveTrainConfig } from "../tasks/requested-config.ts";
import { changeForFork, isFixedInFork, loadFork, withDescription } from "./prepared-run.ts";
import { describeTaskSetting } from "./task-setting-description.ts";

/** The plan that a form results in. */
export interface Plan {
  /** null while something is wrong */
  readonly config: TrainConfig | null;
  /** The accepted changes */
  readonly overrides: PartialTrainConfig;
  readonly message: Omit<PlanMessage, "id">;
}

/** Everything that can be chosen; `task` comes first and may be a file. */
export function catalogue(task: string): CatalogueMessage {
  const tasks = registry.list().map(({ name, family }) => ({ name, family: family as string }));
  const own = tasks.some(({ name }) => name === task) ? [] : [{ name: task, family: "user" }];
  return {
    type: "catalogue",
    task,
    tasks: [...own, ...tasks],
    presets: presetNames,
    algorithms: algorithmNames,
    groups: [SETTING_GROUPS[0], ...Object.values(TASK_GROUPS), ...SETTING_GROUPS.slice(1)],
    settings: trainFlags.map(describeSetting),
  };
}

function describeSetting(flag: ConfigFlag): SettingDescription {
  const { name, kind, choices, description, source, unit, group = SETTING_GROUPS[0] } = flag;
  const algorithms = flag.defaults.map(({ algorithm }) => algorithm).filter((algorithm) => algorithm !== null);
  return {
    ...{ name, kind, choices, description, source, group, algorithms },
    expected: expectedValue(flag),
    isFixedInFork: isFixedInFork(flag),
    ...(unit === undefined ? {} : { unit }),
  };
}

/**
 * The plan that a form results in, with all its problems.
 * @throws UserError where task, preset, algorithm or checkpoint are at fault, so that there is nothing to change
 */
export async function planOf(form: TrainForm): Promise<Plan> {
  const base = await baseOf(form);
  const { overrides, problems } = readChanges(form, base.config);
  const task = await attempt(() => formTask(base.config, overrides), problems);
  problems.push(...(task ? taskProblems(task, overrides) : []));
  const resolved = problems.length > 0 ? null : await attempt(() => resolveForm(form, base, overrides), problems);
  const message = {
    type: "plan",
    algorithm: base.config.algorithm.name,
    taskSettings: task ? settingsOf(task).map(describeTaskSetting) : [],
    values: { ...textsOf(base.config), ...(task && taskValues(task, base.config)) },
    problems,
    iterationSteps: resolved && rowsPerIteration(resolved),
  } as const;
  return { config: resolved, overrides, message };
}

/** The task that a form chooses, as it is without the form's changes of its own settings. */
function formTask(config: TrainConfig, { lesson }: PartialTrainConfig): Promise<Task> {
  return resolveTask(config.task, { lesson: lesson ?? config.lesson });
}

/** What is wrong with settings that the task has by its own names. */
function taskProblems(task: Task, { taskSettings = {} }: PartialTrainConfig): FormProblem[] {
  const known = settingsOf(task).map(({ name }) => name);
  return Object.entries(taskSettings).flatMap(([name, value]) => {
    try {
      withSettings(task, { [name]: value });
      return [];
    } catch (error) {
      const problem = problemOf(error);
      return [known.includes(name) ? problem : { setting: "", message: (error as Error).message }];
    }
  });
}

/** What the task's own settings are without the form's changes. */
function taskValues(task: Task, { taskSettings = {} }: TrainConfig): Record<string, string> {
  return Object.fromEntries(
    settingsOf(task).map(({ name, value }) => [name, taskSettingText(taskSettings[name] ?? value)]),
  );
}

/** Where a form's changes start from. */
interface Base {
  readonly config: TrainConfig;
  /** Steps of the checkpoint that it begins from */
  readonly steps: number;
}

async function baseOf({ task, preset, algorithm, from }: TrainForm): Promise<Base> {
  if (from !== null) {
    const { config, checkpoint } = await loadFork(from);
    return { config, steps: checkpoint.metadata.envSteps };
  }
  const chosen = algorithm === null ? undefined : algorithmOf(algorithm);
  return { config: resolveTrainConfig({ task, preset: presetOf(preset), algorithm: chosen }), steps: 0 };
}

async function resolveForm(form: TrainForm, { config, steps }: Base, overrides: PartialTrainConfig) {
  const changed = form.from === null ? changeConfig(config, overrides) : changeForFork(config, overrides, steps);
  checkPlace("run", overrides.run);
  checkPlace("model-dir", overrides.modelDir);
  return withDescription(changed);
}

/** A page may name folders below the working directory only. */
function checkPlace(setting: string, folder = ""): void {
  const place = relative(process.cwd(), resolve(folder));
  if (folder === "" || (place !== "" && !place.startsWith("..") && !isAbsolute(place))) return;
  throw new UserError(`--${setting}: got "${folder}", expected a folder below the one that the studio was started in`, {
    exitCode: 2,
  });
}

/** The changes that can be read, and what is wrong with the others. */
function readChanges({ settings }: TrainForm, config: TrainConfig) {
  const problems: FormProblem[] = [];
  const accepted: (readonly [string, string])[] = [];
  for (const [name, text] of settings) {
    try {
      if (isTaskSetting(name)) {
        accepted.push([name, text]);
        continue;
      }
      const { path } = findFlag(name);
      if (settingAt(config, path) === undefined)
        throw new UserError(`--${name}: ${config.algorithm.name} has no such setting`, { exitCode: 2 });
      parseOverrides([[name, text]]);
      accepted.push([name, text]);
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  return { overrides: parseOverrides(accepted), problems };
}

async function attempt<T>(act: () => Promise<T>, problems: FormProblem[]): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    problems.push(problemOf(error));
    return null;
  }
}

/** A complaint as it stands beside the setting that it names. Other errors are thrown on. */
export function problemOf(error: unknown): FormProblem {
  if (!(error instanceof UserError)) throw error;
  const [, setting = "", message = error.message] = /^--([\w.-]+): (.*)$/s.exec(error.message) ?? [];
  return { setting, message };
}

function textsOf(config: TrainConfig): Record<string, string> {
  const values = trainFlags.map(({ name, path }) => [name, settingAt(config, path)] as const);
  return Object.fromEntries(
    values.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]),
  );
}
