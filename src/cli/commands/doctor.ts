/** Arguments and flags of `flowgait doctor`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { DoctorOptions } from "../doctor.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";
import { addOverlayOptions } from "../flags/overlay-flags.ts";
import { addPhysicsOptions } from "../flags/physics-flag.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Check a policy or an exported controller against its robot: order of joints, pose, gains, scale, rates, observation, normaliser, what latency, mass, friction and noise cost, and whether it survives other physics.",
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
    .option("--guess", "find the layout of a third-party file by walking, and write the file adapted to the task")
    .option("--out <file>", "with --guess: ONNX file to write, its contract beside it (default: <policy>.adapted.onnx)")
    .option("--lesson <name>", "with --guess: lesson of the task whose action mapping the file has")
    .option("--episodes <count>", "episodes per condition (default: 4, with --guess 2)")
    .option("--seconds <time>", "time limit of an episode in s (default: 10, with --guess 4)")
    .option("--seed <seed>", "seed of the episodes", "1000003")
    .option("--no-table", "omit the robustness sweep over pushes, friction, latency and mass");
  addPhysicsOptions(command, "none", "32")
    .option("--workers <count>", "threads of --physics and --guess; 0: one per core", "0")
    .option("--page <file>", "page to write (default: beside the policy)")
    .option("--json", "print one JSON document on standard output");
  addCheckpointOption(addOverlayOptions(command)).action(async (policy: string, options: DoctorOptions) =>
    (await import("../doctor.ts")).doctor(policy, options, output),
  );
}
