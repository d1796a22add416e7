/** Arguments and flags of `flowgait clips`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { ClipsOptions } from "../clips.ts";
import { addServeOptions } from "../flags/serve-options.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "List the motions that a tracking task follows, play one in the viewer, or write one as CSV. Those that ship are programs: they are made when they are first used, the same bits on every machine.",
    )
    .argument("[name]", "a clip to play")
    .option("--make", "make all clips now; they are kept for later")
    .option("--csv <file>", "write the clip as CSV: root position, quaternion x, y, z, w, joints")
    .option("--clips <folder>", "your own motions as CSV, instead of those that ship")
    .option("--task <task>", "the task whose robot moves", "HumanoidTrack")
    .option("--json", "print one JSON document on standard output");
  addServeOptions(command).action(async (name: string | undefined, options: ClipsOptions) =>
    (await import("../clips.ts")).clips(name, options, output),
  );
}
