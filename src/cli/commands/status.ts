/** Arguments and flags of `flowgait status`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { StatusOptions } from "../agents/status.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("List the runs in runs/, or report how far one is: steps, rate, return, evaluations. Reads only.")
    .argument("[run]", "a run folder")
    .option("--json", "print one JSON document on standard output")
    .action(async (run: string | undefined, options: StatusOptions) =>
      (await import("../agents/status.ts")).status(run, options, output),
    );
}
