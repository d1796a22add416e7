/** Arguments and flags of `flowgait check`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { CheckOptions } from "../examine/check.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";
import { addSettingOptions } from "../flags/setting-options.ts";
import { addTaskSettingOptions } from "../flags/task-setting-options.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export async function declare(command: Command, output: Output, words: readonly string[]): Promise<void> {
  command
    .description(
      "Check a task before training: what standing still, falling at once, random actions, the lesson's script and a policy earn, and what is wrong with rewards, observations, ends and noise.",
    )
    .usage("<task> [options] [--<setting> <value> …]")
    .argument("<task>", "a task's name (see flowgait tasks), or your own task file, such as ./my-task.ts")
    .option("--preset <name>", "laptop, paper or released (default: laptop)")
    .option("--algorithm <name>", "fpo, fpo++, orw, ppo or denoising-mdp (default: the task's preset)")
    .option("--policy <policy>", "policy to compare with, or none (default: the controller that ships for the task)")
    .option("--page <file>", "page to write (default: <task>.check.html)")
    .option("--json", "print one JSON document on standard output")
    .action(async (task: string, options: CheckOptions) =>
      (await import("../examine/check.ts")).check(task, options, output),
    );
  await addTaskSettingOptions(addSettingOptions(addCheckpointOption(command)), words);
}
