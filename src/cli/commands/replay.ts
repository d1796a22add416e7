/** What `flowgait replay` takes. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import type { ReplayOptions } from "../replay.ts";

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Do the course of a replay file again and compare it with the file's digest; the viewer saves such files.",
    )
    .argument("<file>", "a replay file (.replay.json)")
    .option("--policy <policy>", "where the first policy is now; as the file says without it")
    .option("--task <file>", "where the file of your own task is now; as the file or the policy says without it")
    .option("--model-dir <folder>", "where your own description of the robot is now")
    .option("--mcap <file>", "record poses, joint states, command and rewards as MCAP, for Foxglove and Rerun")
    .option("--view", "open the course in the viewer: scrub through it, begin another future anywhere")
    .option("--json", "one JSON document on standard output");
  addServeOptions(command).action(async (file: string, options: ReplayOptions) =>
    (await import("../replay.ts")).replayFile(file, options, output),
  );
}
