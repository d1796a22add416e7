/** The configuration's settings as options of a command, and their table in the help text. Values stay text; overrides.ts reads them. */
import { type Command, Option } from "commander";
import { SETTING_GROUPS, type SettingGroup } from "../../config/config-field.ts";
import { type ConfigFlag, type FlagDefault, trainFlags } from "../../config/config-flags.ts";
import { givenTaskSettings } from "./task-setting-options.ts";

/** The group that `--help` lists; `--help-all` lists all of them. */
const ESSENTIALS = "Essentials" satisfies SettingGroup;

/** Gives the command one option per setting. They are listed below the command's own help, all of them after `--help-all`. */
export function addSettingOptions(command: Command): Command {
  for (const { name } of trainFlags) command.addOption(new Option(`--${name} <value>`).hideHelp());
  return command
    .option("--help-all", "show help with every setting")
    .on("option:help-all", () => command.help())
    .addHelpText("after", () => `\n${command.opts().helpAll ? everySettingHelp() : settingsHelp()}`);
}

/** The settings that were given, as flag name and text. */
export function givenSettings(options: Readonly<Record<string, unknown>>): [string, string][] {
  const given: [string, string][] = [];
  for (const { name } of trainFlags) {
    const value = options[new Option(`--${name} <value>`).attributeName()];
    if (typeof value === "string") given.push([name, value]);
  }
  return [...given, ...givenTaskSettings(options)];
}

/** The essential settings, and where the others are. */
function settingsHelp(): string {
  const others = SETTING_GROUPS.filter((group) => group !== ESSENTIALS);
  const count = trainFlags.filter(({ group }) => group !== ESSENTIALS).length;
  const groups = others.map((group) => group.toLowerCase()).join("; ");
  const more = `${count} more settings are listed by --help-all: ${groups}.`;
  return [groupText(ESSENTIALS), wrapped(more, 94, "")].join("\n\n");
}

/** All settings with kind, unit, default and description, in the schema's groups. */
function everySettingHelp(): string {
  return [
    ...SETTING_GROUPS.map(groupText),
    "Defaults are the published values where a publication has the setting. Presets differ from them;\n--print-config shows what a run would use.",
  ].join("\n\n");
}

function groupText(group: SettingGroup): string {
  const flags = trainFlags.filter((flag) => flag.group === group);
  return `Settings, ${group.toLowerCase()}:\n${flags.map(settingText).join("\n")}`;
}

/** The flag with its default, below it the sentence. */
function settingText(flag: ConfigFlag): string {
  const unit = flag.unit === undefined || flag.unit === "path" ? "" : `  ${flag.unit}`;
  const head = `  --${flag.name} ${placeholder(flag)}${unit}  (default: ${defaultText(flag)})`;
  return `${head}\n      ${wrapped(flag.description, 94, "      ")}`;
}

/** What stands for the value: "<integer>", "<path>", "<ort|tfjs>". */
export function placeholder({ kind, whole, choices, unit }: ConfigFlag): string {
  const number = whole ? "integer" : "number";
  switch (kind) {
    case "number":
      return `<${number}>`;
    case "schedule":
      return `<${number}|schedule>`;
    case "numbers":
      return `<${number},…>`;
    case "boolean":
      return "<true|false>";
    case "choice":
      return `<${choices.join("|")}>`;
    case "string":
      return unit === "path" ? "<path>" : "<name>";
    default:
      return kind satisfies never;
  }
}

/** Breaks at blanks so that no line is longer than `width`. */
function wrapped(text: string, width: number, indent: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(`\n${indent}`);
}

/** "0.05", "8 for fpo, 16 for fpo++", "aspo for fpo++" */
export function defaultText({ defaults }: ConfigFlag): string {
  const algorithms = new Set(trainFlags.flatMap((flag) => flag.defaults.map(({ algorithm }) => algorithm)));
  algorithms.delete(null);
  const texts = defaults.map(({ value }) => valueText(value));
  const isShared = defaults[0]?.algorithm === null || defaults.length === algorithms.size;
  if (isShared && new Set(texts).size === 1) return texts[0]!;
  return [...new Set(texts)].map((text) => `${text} for ${ownersOf(text, defaults)}`).join("; ");
}

/** "fpo, ppo" */
function ownersOf(text: string, defaults: readonly FlagDefault[]): string {
  const owners = defaults.filter(({ value }) => valueText(value) === text).map(({ algorithm }) => algorithm);
  return owners.join(", ");
}

function valueText(value: unknown): string {
  return value === "" ? "empty" : String(value);
}
