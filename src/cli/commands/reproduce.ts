/** Arguments and flags of `flowgait reproduce`. */
import type { Command } from "commander";
import { algorithmNames } from "../../config/algorithm-config.ts";
import type { Output } from "../../files/output.ts";
import { fpoConditioning } from "../../reproduction/fpo-conditioning.ts";
import { publishedTables } from "../../reproduction/fpo-table1.ts";
import { addSettingOptions } from "../flags/setting-options.ts";
import type { ReproduceOptions } from "../reproduce/table-flags.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Run the protocol of a published table: every task with every algorithm and seed, each in its own run folder. Finished runs are never repeated. Ctrl-C finishes the iteration and saves; the same command resumes.",
    )
    .usage("<table> [options] [--<setting> <value> …]")
    .argument("<table>", [...publishedTables.map(({ name }) => name), fpoConditioning.name].join(", "))
    .option("--preset <name>", "laptop, paper or released (default: laptop)")
    .option("--tasks <names>", "tasks of the table, separated by commas (default: all)")
    .option("--masks <names>", "of fpo-conditioning: full, root+hands, root, separated by commas (default: all)")
    .option("--clips <folder>", "of fpo-conditioning: your own motions as CSV (default: the clips that ship)")
    .option("--algorithms <names>", `${algorithmNames.join(", ")}, separated by commas (default: the table's)`)
    .option(
      "--seeds <numbers>",
      "seeds, separated by commas (default: 1; 1,2,3,4,5 for paper and released; 1,2,3 for fpo-conditioning)",
    )
    .option("--out <folder>", "folder of the runs (default: runs/reproduce/<table>-<preset>)")
    .option("--dry-run", "list the runs: which are done, which remain, and about how long they will take")
    .option("--report", "print the table of the finished runs, and run nothing")
    .option("--json", "print one JSON document on standard output")
    .action(async (table: string, options: ReproduceOptions) =>
      (await import("../reproduce/reproduce.ts")).reproduce(table, options, output),
    );
  addSettingOptions(command);
}
