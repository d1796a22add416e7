/** The flags that say where a policy acts; catalogue/place.ts reads them. */
import type { Command } from "commander";

/** Gives a command the flags. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option("--task <task>", "task to run in; a trained policy knows its own")
    .option("--terrain-seed <seed>", "seed of the ground, where it is made from one; as trained without it")
    .option(
      "--model-dir <folder>",
      "your own description of the robot in place of the package's; as trained without it",
    )
    .option("--lesson <name>", "lesson whose action mapping the policy has; as trained without it");
}
