/** The settings whose names are the task's own, as options of a command and in its help text. The task checks them when it is resolved. */
import { type Command, Option } from "commander";
import { isTaskSetting, taskSettingText } from "../../config/task-setting-text.ts";
import type { TaskSetting } from "../../tasks/index.ts";

/** A setting as it was given. */
class GivenSetting {
  readonly name: string;
  readonly text: string;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }
}

/** The words of a command line whose flags are declared; its help lists the task's settings where a task is named. */
export async function addTaskSettingOptions(command: Command, words: readonly string[]): Promise<void> {
  const names = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2).replace(/=.*$/s, ""));
  for (const name of new Set(names.filter(isTaskSetting))) {
    const option = new Option(`--${name} <value>`).hideHelp();
    command.addOption(option.argParser((text: string) => new GivenSetting(name, text)));
  }
  const isHelp = words.some((word) => word === "-h" || word === "--help" || word === "--help-all");
  const text = isHelp ? await helpOf(namedTask(words), words) : "";
  command.addHelpText("after", () => `\n${text}`);
}

/** Those that were given, as flag name and text. */
export function givenTaskSettings(options: Readonly<Record<string, unknown>>): [string, string][] {
  const given = Object.values(options).filter((value) => value instanceof GivenSetting);
  return given.map(({ name, text }) => [name, text]);
}

/** The task that the words name first or by its flag; undefined for none. */
function namedTask(words: readonly string[]): string | undefined {
  return words[1]?.startsWith("-") === false ? words[1] : flagValue(words, "--task");
}

function flagValue(words: readonly string[], flag: string): string | undefined {
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  return at < 0 ? undefined : (words[at]!.split("=")[1] ?? words[at + 1]);
}

const WITHOUT_TASK = `Settings of the task: --reward.<term>, --command.<name>, --event.<name>.<setting>, --noise,
--noise.<term>, --randomise.<name>, --mask, --clips. flowgait train <task> --help lists those of a task.`;

async function helpOf(task: string | undefined, words: readonly string[]): Promise<string> {
  if (task === undefined) return WITHOUT_TASK;
  const [{ resolveTask, settingsOf, TASK_GROUPS }, { resolveTrainConfig }] = await Promise.all([
    import("../../tasks/index.ts"),
    import("../../tasks/requested-config.ts"),
  ]);
  const { presets } = await resolveTask(task);
  const lesson = flagValue(words, "--lesson") ?? resolveTrainConfig({ task, presets }).lesson;
  const known = settingsOf(await resolveTask(task, { lesson }));
  const of = lesson === "" ? task : `${task} with lesson ${lesson}`;
  const groups = Object.entries(TASK_GROUPS).flatMap(([section, title]) => {
    const mine = known.filter((setting) => setting.section === section);
    return mine.length === 0 ? [] : [`Settings of ${of}, ${title.toLowerCase()}:\n${mine.map(line).join("\n")}`];
  });
  return [...groups, wherever(task)].join("\n\n");
}

function line(setting: TaskSetting): string {
  const { name, value, unit, about } = setting;
  const kind = kindOf(setting);
  const units = unit === undefined ? "" : `  ${unit}`;
  const head = `  --${name} ${setting.canBeOff ? kind.replace(">", "|off>") : kind}${units}`;
  const shown = `${head}  (default: ${taskSettingText(value)})`;
  return setting.section === "reward" ? shown : `${shown}\n      ${about}`;
}

function kindOf({ value, options }: TaskSetting): string {
  if (typeof value === "string") return options ? `<${options.join("|")}>` : "<folder>";
  if (typeof value === "boolean") return "<true|false>";
  return typeof value === "number" ? "<number>" : "<low,high>";
}

function wherever(task: string): string {
  return `These settings make the run's own task: its evaluations, eval, play and export use them too, but rewards of a
lesson are for training alone. flowgait eval <run> --task ${task} evaluates in the task as published.`;
}
