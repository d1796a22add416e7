/** What `flowgait studio` takes. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import { addSettingOptions, settingsHelp } from "../flags/setting-options.ts";
import type { StudioOptions } from "../studio.ts";

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Serve the viewer and train a task in it. The printed address opens in any browser.")
    .usage("[options] [--<setting> <value> …]")
    .option("--task <task>", "what to train", "HumanoidJoystick")
    .option("--no-train", "serve the viewer only")
    .option("--preset <name>", "laptop (default), paper or released")
    .option("--algorithm <name>", "fpo, fpo++, ppo or denoising-mdp; the task's preset names one")
    .addHelpText("after", () => `\n${settingsHelp()}`)
    .action(async (options: StudioOptions) => (await import("../studio.ts")).studio(options, output));
  addSettingOptions(addServeOptions(command));
}
