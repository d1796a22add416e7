/** Arguments and flags of `flowgait export`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";
import { addExportOptions, type ExportOptions } from "../flags/export-settings.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Write a policy as a controller with its deployment contract, and a report that compares every format with the policy.",
    )
    .argument(
      "<policy>",
      "a run folder, a checkpoint file, a policy file (.onnx), or the name of a controller that ships",
    );
  addCheckpointOption(addExportOptions(command))
    .option("--json", "print one JSON document on standard output")
    .action(async (policy: string, options: ExportOptions) =>
      (await import("../export.ts")).exportPolicy(policy, options, output),
    );
}
