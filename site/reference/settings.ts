/** The settings page: every setting of a training, from the schema that reads flags and `config.json`. */

import { defaultText, placeholder } from "../../src/cli/flags/setting-options.ts";
import { SETTING_GROUPS } from "../../src/config/config-field.ts";
import { type ConfigFlag, trainFlags } from "../../src/config/config-flags.ts";
import { code, plain, table } from "../markdown.ts";

/** One table per group. */
export function settingsReference(): string {
  return SETTING_GROUPS.map((group) => {
    const rows = trainFlags.filter((flag) => flag.group === group).map(row);
    return `## ${group}\n\n${table(["flag", "default", "meaning", "source of the default"], rows)}`;
  }).join("\n\n");
}

function row(flag: ConfigFlag): string[] {
  const unit = flag.unit === undefined || flag.unit === "path" ? "" : ` ${plain(flag.unit)}`;
  return [
    `${code(`--${flag.name}`)} ${code(placeholder(flag))}${unit}`,
    plain(defaultText(flag)),
    plain(flag.description),
    plain(flag.source),
  ];
}
