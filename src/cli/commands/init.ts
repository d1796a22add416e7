/** Arguments of `flowgait init`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";

/** Declares arguments and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Write a new project: a small robot, a task to train it for, and the settings that npm needs.")
    .argument("<folder>", "a folder that is new or empty")
    .action(async (folder: string) => (await import("../init.ts")).init(folder, output));
}
