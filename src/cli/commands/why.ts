/** Arguments and flags of `flowgait why`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { WhyOptions } from "../examine/why.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Explain a fall: replay it without each of its causes, find the smallest set without which the robot stays up, and the last moment at which other actions save it. Every verdict is written as a replay file.",
    )
    .argument("<replay|policy>", "a replay file (.replay.json); or a policy, which is driven until it falls")
    .option("--fall <number>", "which fall of a replay, from 1 (default: the last one)")
    .option("--policy <policy>", "present path of the replay's first policy (default: the path in the file)")
    .option("--task <task>", "task of a policy, or present path of your own task file (default: as in the file)")
    .option("--model-dir <folder>", "present path of your own description of the robot")
    .option("--seed <seed>", "seed of the drives of a policy, and of the searches", "1")
    .option("--no-rescue", "omit the search for the last moment to save the robot")
    .option("--out <folder>", "folder to write (default: beside the replay or policy)")
    .option("--json", "print one JSON document on standard output");
  addCheckpointOption(command).action(async (subject: string, options: WhyOptions) =>
    (await import("../examine/why.ts")).why(subject, options, output),
  );
}
