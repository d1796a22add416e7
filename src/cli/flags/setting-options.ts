/** The configuration's settings as options of a command, and their table in the help text. Values stay text; overrides.ts reads them. */
import { type Command, Option } from "commander";
import { type ConfigFlag, type FlagDefault, trainFlags } from "../../config/config-flags.ts";

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

/** All settings with default, unit and sentence, grouped as the flags are. */
export function settingsHelp(): string {
  const groups = new Map<string, ConfigFlag[]>();
  for (const flag of trainFlags) {
    const group = flag.name.includes(".") ? flag.name.split(".")[0]! : "run";
    groups.set(group, [...(groups.get(group) ?? []), flag]);
  }
  const sections = [...groups].map(([group, flags]) => `Settings, ${group}:\n${flags.map(settingText).join("\n")}`);
  return [
    ...sections,
    "Values in brackets are the published ones where a publication has the setting. Presets differ from them;\n--print-config shows what a run would use.",
  ].join("\n\n");
}

/** The flag with its default, below it the sentence. */
function settingText(flag: ConfigFlag): string {
  const kind = flag.choices.length > 0 ? flag.choices.join("|") : flag.kind === "boolean" ? "true|false" : "";
  const notes = [flag.unit, kind].filter((note) => note !== undefined && note !== "");
  const unit = notes.length === 0 ? "" : `  ${notes.join("; ")}`;
  return `  --${flag.name} [${defaultText(flag)}]${unit}\n      ${wrapped(flag.description, 94, "      ")}`;
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

/** "0.05", "fpo 8, fpo++ 16", "fpo++ aspo" */
function defaultText({ defaults }: ConfigFlag): string {
  const algorithms = new Set(trainFlags.flatMap((flag) => flag.defaults.map(({ algorithm }) => algorithm)));
  algorithms.delete(null);
  const texts = defaults.map(({ value }) => valueText(value));
  const isShared = defaults[0]?.algorithm === null || defaults.length === algorithms.size;
  if (isShared && new Set(texts).size === 1) return texts[0]!;
  return defaults.map((entry: FlagDefault, k) => `${entry.algorithm} ${texts[k]}`).join("; ");
}

function valueText(value: unknown): string {
  return value === "" ? "none" : String(value);
}
