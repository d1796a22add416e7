/** Arguments and flags of `flowgait identify`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { IdentifyOptions } from "../examine/identify.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Find armature, friction, damping, gains and delay of a robot's joints from a recording in which it hangs in the air and follows targets. Writes an overlay for train, eval and doctor.",
    )
    .argument("<robot>", "a robot's name such as go1, a task, your own task file, or an MJCF or URDF file")
    .argument("[log]", "the recording: CSV or MCAP with targets and measured positions of joints")
    .option("--out <file>", "overlay to write (default: the log's name with .overlay.json)")
    .option(
      "--keep <damping>",
      "of the two dampings that act as one, the one that keeps the model's value: kd or damping",
      "kd",
    )
    .option("--excite <file>", "write targets to record with instead, a CSV file")
    .option("--seconds <time>", "with --excite: s for each joint", "6")
    .option("--amplitude <angle>", "with --excite: rad from home, less where limits are near", "0.4")
    .option("--joints <names>", "with --excite: only these joints, separated by commas")
    .option("--simulate <file>", "take the log as targets and record the model as it follows them, to CSV or MCAP")
    .option("--overlay <file>", "with --simulate: physics of the recorded robot (default: the model's)")
    .option("--noise <angle>", "with --simulate: standard deviation of measured positions in rad", "0.0001")
    .option("--seed <seed>", "with --simulate: seed of that noise", "1")
    .option("--json", "print one JSON document on standard output")
    .action(async (robot: string, log: string | undefined, options: IdentifyOptions) =>
      (await import("../examine/identify.ts")).identifyRobot(robot, log, options, output),
    );
}
