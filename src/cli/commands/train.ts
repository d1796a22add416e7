/** What `flowgait train` takes. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import { addSettingOptions, settingsHelp } from "../flags/setting-options.ts";
import type { TrainOptions } from "../train.ts";

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Train a policy for a task. Ctrl-C finishes the iteration and saves; --resume goes on from there.")
    .usage("<task> [options] [--<setting> <value> …]")
    .argument("[task]", "a task's name (see flowgait tasks), or the file of your own task: ./my-task.ts")
    .option(
      "--task <file>",
      "with --resume or --fork: where the file of your own task is now, or the changed one to fork to",
    )
    .option("--preset <name>", "laptop (default), paper or released")
    .option("--algorithm <name>", "fpo, fpo++, ppo or denoising-mdp; the task's preset names one")
    .option("--resume <run>", "resume a run folder, or start a new run from one of its checkpoint files")
    .option("--fork <run>", "begin a new run from a checkpoint file, or a run's newest; settings may differ")
    .option("--view", "serve the viewer while training and print its address")
    .option("--print-config", "print the resolved configuration as JSON and stop")
    .option("--json", "one line of JSON per event on standard output")
    .addHelpText("after", () => `\n${settingsHelp()}`)
    .action(async (task: string | undefined, options: TrainOptions) =>
      (await import("../train.ts")).train(task, options, output),
    );
  addSettingOptions(addServeOptions(command));
}
