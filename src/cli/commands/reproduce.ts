/** What `flowgait reproduce` takes. */
import type { Command } from "commander";
import { algorithmNames } from "../../config/algorithm-config.ts";
import type { Output } from "../../files/output.ts";
import { publishedTables } from "../../reproduction/fpo-table1.ts";
import { addSettingOptions, settingsHelp } from "../flags/setting-options.ts";
import type { ReproduceOptions } from "../reproduce.ts";

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Run the protocol of a published table: every task with every algorithm and seed, each in a run folder of its own. What is done is never redone; Ctrl-C finishes the iteration and saves, and the same command goes on from there.",
    )
    .usage("<table> [options] [--<setting> <value> …]")
    .argument("<table>", publishedTables.map(({ name }) => name).join(", "))
    .option("--preset <name>", "laptop (default), paper or released")
    .option("--tasks <names>", "some of the table's tasks, separated by commas")
    .option("--algorithms <names>", `some of ${algorithmNames.join(", ")}, separated by commas; the table's without it`)
    .option("--seeds <numbers>", "seeds, separated by commas; without it 1, and 1,2,3,4,5 for paper and released")
    .option("--out <folder>", "folder of the runs; runs/reproduce/<table>-<preset> without it")
    .option("--dry-run", "list the cells: what is done, what is left, and about how long it will take")
    .option("--report", "print the table of what is done, and run nothing")
    .option("--json", "one JSON document on standard output")
    .addHelpText("after", () => `\n${settingsHelp()}`)
    .action(async (table: string, options: ReproduceOptions) =>
      (await import("../reproduce.ts")).reproduce(table, options, output),
    );
  addSettingOptions(command);
}
