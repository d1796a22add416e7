/** The flags that say what physics and delays a robot has; catalogue/overlay-file.ts reads them. */
import type { Command } from "commander";

/** What `--overlay` is, in help texts. */
export const OVERLAY_HELP = "physics of the robot's joints, a file of flowgait identify";

/** Gives a command that runs a policy the flags. */
export function addOverlayOptions(command: Command): Command {
  return command
    .option("--overlay <file>", `${OVERLAY_HELP} (default: as trained)`)
    .option(
      "--randomise.actionDelay <low,high>",
      "control steps by which actions reach the drives late, drawn for each episode (default: as trained)",
    )
    .option(
      "--randomise.observationDelay <low,high>",
      "control steps by which readings reach the policy late, drawn for each episode (default: as trained)",
    );
}
