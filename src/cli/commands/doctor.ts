/** Arguments and flags of `flowgait doctor`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { DoctorOptions } from "../doctor.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Check a policy or an exported controller against its robot: order of joints, pose, gains, scale, rates, observation, normaliser, and what latency, mass, friction and noise cost.",
    )
    .argument(
      "<policy>",
      "a run folder, a checkpoint file, an ONNX file (flowgait's or third-party), or the name of a controller that ships",
    )
    .option(
      "--task <task>",
      "task, and so the robot, to check against; required for third-party files (default: the policy's own task)",
    )
    .option("--model-dir <folder>", "your own description of the robot (default: as trained)")
    .option("--episodes <count>", "episodes per condition", "4")
    .option("--seconds <time>", "time limit of an episode in s", "10")
    .option("--seed <seed>", "seed of the episodes", "1000003")
    .option("--no-table", "omit the robustness sweep over pushes, friction, latency and mass")
    .option("--page <file>", "page to write (default: beside the policy)")
    .option("--json", "print one JSON document on standard output");
  addCheckpointOption(command).action(async (policy: string, options: DoctorOptions) =>
    (await import("../doctor.ts")).doctor(policy, options, output),
  );
}
