/** The commands page: every command with its arguments and options, from the declarations that print `--help`. */
import type { Command } from "commander";
import { declaredCommands } from "../../src/cli/command-line.ts";
import { code, plain, table } from "../markdown.ts";

/** One section per command; commands of a group follow it. */
export async function commandsReference(): Promise<string> {
  return (await declaredCommands()).flatMap((command) => sections(command, "flowgait")).join("\n\n");
}

function sections(command: Command, parents: string): string[] {
  const name = `${parents} ${command.name()}`;
  const own = [`## ${name}`, plain(command.description()), argumentTable(command), optionTable(command)];
  const below = command.commands.flatMap((child) => sections(child, name));
  return [...own.filter((part) => part !== ""), ...below];
}

function argumentTable(command: Command): string {
  const rows = command.registeredArguments.map((argument) => [
    code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
    plain(argument.description),
  ]);
  return rows.length === 0 ? "" : table(["argument", "meaning"], rows);
}

function optionTable(command: Command): string {
  const help = command.createHelp();
  const shown = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const rows = shown.map((option) => [code(option.flags), plain(help.optionDescription(option))]);
  return rows.length === 0 ? "" : table(["option", "meaning"], rows);
}
