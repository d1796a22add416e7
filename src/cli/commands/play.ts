/** Arguments and flags of `flowgait play`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { addCheckpointOption } from "../flags/checkpoint-flag.ts";
import { addFlowOptions } from "../flags/flow-flags.ts";
import { addPlaceOptions } from "../flags/place-flags.ts";
import { addServeOptions } from "../flags/serve-options.ts";
import type { PlayOptions } from "../play.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Run a policy in real time and drive it in the viewer with the keyboard, a gamepad or the stick on the page.",
    )
    .argument(
      "<policy>",
      "a run folder, a checkpoint, an ONNX file, the name of a controller that ships, zero or random",
    )
    .option("--command <vx,vy,yaw>", "command until someone steers, in m/s, m/s, rad/s (default: 0,0,0)")
    .option("--seed <seed>", "seed of the simulation", "0")
    .option(
      "--noise <kind>",
      "random, or zero (the flow from 0, a Gaussian's mean) (default: as in the training's evaluations)",
    )
    .option("--disturbances", "apply the training's observation noise, pushes and domain randomisation");
  addFlowOptions(addCheckpointOption(addPlaceOptions(addServeOptions(command)))).action(
    async (policy: string, options: PlayOptions) => (await import("../play.ts")).play(policy, options, output),
  );
}
