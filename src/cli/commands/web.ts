/** Flags of `flowgait web`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { WebOptions } from "../web.ts";

/** Declares flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Write the studio as a static site that trains in its visitors' browsers.")
    .option("--out <folder>", "where to write it (default: web)")
    .option("--force", "write into a folder that holds something; other files there stay")
    .option("--json", "print one JSON document on standard output")
    .action(async (options: WebOptions) => (await import("../web.ts")).web(options, output));
}
