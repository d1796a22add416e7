/** The flags that say where a policy acts; catalogue/place.ts reads them. */
import type { Command } from "commander";
import { addOverlayOptions } from "./overlay-flags.ts";

/** Gives a command the flags. */
export function addPlaceOptions(command: Command): Command {
  return addOverlayOptions(command)
    .option("--task <task>", "task to run, as published (default: the policy's own, with its settings)")
    .option("--terrain-seed <seed>", "seed of generated terrain (default: the trained value)")
    .option("--model-dir <folder>", "your own description of the robot (default: as trained)")
    .option("--lesson <name>", "lesson whose action mapping the policy uses (default: as trained)")
    .option(
      "--mask <name>",
      "tracking tasks: the goals that the policy gets, full, root+hands, root or mixed (default: as trained)",
    )
    .option("--clips <folder>", "tracking tasks: your own motions as CSV (default: as trained)");
}
