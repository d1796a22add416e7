/** Arguments and flags of `flowgait verify`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { QUEUE_HELP } from "../flags/queue-flag.ts";
import type { VerifyFlags } from "../verify.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Verify a run: check its files against its manifest, then compute random iterations again and compare them bit for bit. Exit code 1 if anything differs.",
    )
    .argument("<run>", "a run folder")
    .option("--sample <count>", "random iterations to compute again; 0: check the files only", "5")
    .option(
      "--replay",
      "choose among all iterations, not only those that follow a stored state; those between are computed too, which takes longer",
    )
    .option(
      "--iterations <numbers>",
      "compute these iterations again, separated by commas, and all between them and a stored state",
    )
    .option("--task <file>", "present path of your own task file, where the run has no copy of it")
    .option("--model-dir <folder>", "present path of your own robot description, where the run has no copy of it")
    .option("--workers <count>", "worker threads; 0: one per core", "0")
    .option("--queue <url>", QUEUE_HELP)
    .option("--json", "print one JSON document on standard output")
    .action(async (run: string, options: VerifyFlags) => (await import("../verify.ts")).verify(run, options, output));
}
