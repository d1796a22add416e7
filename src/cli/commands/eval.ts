/** Arguments and flags of `flowgait eval`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { EvalOptions } from "../eval.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";
import { addFlowOptions } from "../flags/flow-flags.ts";
import { addPlaceOptions } from "../flags/place-flags.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Run whole episodes under a policy: return, reward terms, falls, and tracking errors, which compare the command with the velocity " +
        "averaged over the last 0.5 s and omit the first second after a change; unaveraged errors are printed too.",
    )
    .argument(
      "<policy>",
      "a run folder, a checkpoint, an ONNX file (flowgait's or third-party), the name of a controller that ships, zero or random",
    )
    .option("--episodes <count>", "episodes", "32")
    .option("--seed <seed>", "seed of the episodes", "1000003")
    .option("--command <vx,vy,yaw>", "command held throughout, in m/s, m/s, rad/s (default: drawn as in training)")
    .option(
      "--noise <kind>",
      "random, or zero (the flow from 0, a Gaussian's mean) (default: as in the training's evaluations)",
    )
    .option("--no-disturbances", "without observation noise, pushes and domain randomisation")
    .option(
      "--ambiguity <states>",
      "tracking tasks: in so many states, simulate 16 draws for 1 s and count the distinct futures (default: do not)",
    )
    .option("--workers <count>", "threads; 0: one per core", "0")
    .option("--json", "print one JSON document on standard output");
  addFlowOptions(addCheckpointOption(addPlaceOptions(command))).action(async (policy: string, options: EvalOptions) =>
    (await import("../eval.ts")).evaluate(policy, options, output),
  );
}
