/** The configuration's settings as options of a command, and their table in the help text. Values stay text; overrides.ts reads them. */
import { type Command, Option } from "commander";
import { type ConfigFlag, type FlagDefault, trainFlags } from "../train/config-flags.ts";
import { formatTable } from "./table.ts";

/** Gives the command one option per setting. They are listed by `settingsHelp`, not by the command's own help. */
export function addSettingOptions(command: Command): Command {
  for (const { name } of trainFlags) command.addOption(new Option(`--${name} <value>`).hideHelp());
  return command;
}

/** The settings that were given, as flag name and text. */
export function givenSettings(options: Readonly<Record<string, unknown>>): [string, string][] {
  const given: [string, string][] = [];
  for (const { name } of trainFlags) {
    const value = options[new Option(`--${name} <value>`).attributeName()];
    if (typeof value === "string") given.push([name, value]);
  }
  return given;
}

/** All settings with sentence, unit and default, grouped as the flags are. */
export function settingsHelp(): string {
  const groups = new Map<string, ConfigFlag[]>();
  for (const flag of trainFlags) {
    const group = flag.name.includes(".") ? flag.name.split(".")[0]! : "run";
    groups.set(group, [...(groups.get(group) ?? []), flag]);
  }
  const sections = [...groups].map(([group, flags]) => `Settings, ${group}:\n${settingsTable(flags)}`);
  return [
    ...sections,
    "Defaults are the published ones where a publication has the setting; presets differ from them (--print-config shows the result).",
  ].join("\n\n");
}

function settingsTable(flags: readonly ConfigFlag[]): string {
  const rows = flags.map((flag) => [`--${flag.name}`, `[${defaultText(flag)}]`, description(flag)]);
  return formatTable([{ heading: "" }, { heading: "" }, { heading: "" }], rows, "  ");
}

function description({ description, unit, choices }: ConfigFlag): string {
  const notes = [unit, choices.length > 0 ? choices.join("|") : undefined].filter((note) => note !== undefined);
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

/** "0.05", "fpo 8, fpo++ 16", "fpo++ aspo" */
function defaultText({ defaults }: ConfigFlag): string {
  const algorithms = new Set(trainFlags.flatMap((flag) => flag.defaults.map(({ algorithm }) => algorithm)));
  algorithms.delete(null);
  const texts = defaults.map(({ value }) => valueText(value));
  const isShared = defaults[0]?.algorithm === null || defaults.length === algorithms.size;
  if (isShared && new Set(texts).size === 1) return texts[0]!;
  return defaults.map((entry: FlagDefault, k) => `${entry.algorithm} ${texts[k]}`).join(", ");
}

function valueText(value: unknown): string {
  return value === "" ? "none" : String(value);
}
