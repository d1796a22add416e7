/** Arguments and flags of `flowgait studio`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { QUEUE_HELP } from "../flags/queue-flag.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import { addSettingOptions } from "../flags/setting-options.ts";
import { addTaskSettingOptions } from "../flags/task-setting-options.ts";
import type { StudioOptions } from "../studio.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export async function declare(command: Command, output: Output, words: readonly string[]): Promise<void> {
  command
    .description("Serve the viewer and train a task in it. Open the printed address in a browser.")
    .usage("[options] [--<setting> <value> …]")
    .option("--task <task>", "task to train", "HumanoidJoystick")
    .option("--no-train", "start no training; robots can be driven and trainings be started on the page")
    .option("--preset <name>", "laptop, paper or released (default: laptop)")
    .option("--algorithm <name>", "fpo, fpo++, orw, ppo or denoising-mdp (default: the task's preset)")
    .option("--queue <url>", QUEUE_HELP)
    .action(async (options: StudioOptions) => (await import("../studio.ts")).studio(options, output));
  await addTaskSettingOptions(addSettingOptions(addServeOptions(command)), words);
}
