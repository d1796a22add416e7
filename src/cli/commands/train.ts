/** Arguments and flags of `flowgait train`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { OVERLAY_HELP } from "../flags/overlay-flags.ts";
import { QUEUE_HELP } from "../flags/queue-flag.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import { addSettingOptions } from "../flags/setting-options.ts";
import { addTaskSettingOptions } from "../flags/task-setting-options.ts";
import type { TrainOptions } from "../train.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export async function declare(command: Command, output: Output, words: readonly string[]): Promise<void> {
  command
    .description("Train a policy for a task. Ctrl-C finishes the iteration and saves; --resume continues from there.")
    .usage("<task> [options] [--<setting> <value> …]")
    .argument("[task]", "a task's name (see flowgait tasks), or your own task file, such as ./my-task.ts")
    .option(
      "--task <file>",
      "with --resume or --fork: present path of your own task file, or the changed file to fork to",
    )
    .option("--preset <name>", "laptop, paper or released (default: laptop)")
    .option("--algorithm <name>", "fpo, fpo++, orw, ppo or denoising-mdp (default: the task's preset)")
    .option(
      "--resume <run>",
      "resume a run folder or a run file (.flowgait), or start a new run from a checkpoint file",
    )
    .option("--fork <run>", "start a new run from a checkpoint file or a run's newest checkpoint; settings may differ")
    .option("--overlay <file>", `${OVERLAY_HELP} (default: the model's)`)
    .option("--view", "serve the viewer while training and print its address")
    .option("--print-config", "print the resolved configuration as JSON and stop")
    .option("--no-check", "omit the check of the task, five seconds of one core at most")
    .option("--queue <url>", QUEUE_HELP)
    .option("--json", "print one line of JSON per event on standard output")
    .action(async (task: string | undefined, options: TrainOptions) =>
      (await import("../train.ts")).train(task, options, output),
    );
  await addTaskSettingOptions(addSettingOptions(addServeOptions(command)), words);
}
