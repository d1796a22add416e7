/** Arguments and flags of `flowgait view`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import type { ViewOptions } from "../view.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Open a model in the viewer: move its joints and actuators, watch its sensors, sites and contacts. No task is needed. Prints what a task could read from the model.",
    )
    .argument("<model>", "an MJCF file (.xml, .mjcf) or a URDF file (.urdf)")
    .option("--code", "print TypeScript that reads the model in a task, and do not open the viewer")
    .option("--json", "print one JSON document on standard output, and do not open the viewer");
  addServeOptions(command).action(async (model: string, options: ViewOptions) =>
    (await import("../view.ts")).viewModel(model, options, output),
  );
}
