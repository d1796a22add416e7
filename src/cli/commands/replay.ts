/** Arguments and flags of `flowgait replay`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import type { ReplayOptions } from "../replay.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Replay a recorded drive and compare the result with the file's digest. The viewer saves replay files.",
    )
    .argument("<file>", "a replay file (.replay.json)")
    .option("--policy <policy>", "present path of the first policy (default: the path in the file)")
    .option("--task <file>", "present path of your own task file (default: the path in the file or the policy)")
    .option("--model-dir <folder>", "present path of your own description of the robot")
    .option("--mcap <file>", "record poses, joint states, command and rewards as MCAP, for Foxglove and Rerun")
    .option("--view", "open the recording in the viewer: scrub through it, branch anywhere")
    .option("--json", "print one JSON document on standard output");
  addServeOptions(command).action(async (file: string, options: ReplayOptions) =>
    (await import("../replay.ts")).replayFile(file, options, output),
  );
}
