/** `flowgait diagnose <what> <policy>`: looks into a trained policy. One file per question. */
import { Command } from "commander";
import type { Output } from "../files/output.ts";
import { diagnoseModesCommand } from "./diagnose-modes.ts";
import { diagnoseRatioCommand } from "./diagnose-ratio.ts";
import { diagnoseStabilityCommand } from "./diagnose-stability.ts";

/** The group of commands. */
export function diagnoseCommand(output: Output): Command {
  return new Command("diagnose")
    .summary("diagnose a trained policy")
    .description("Measure what a policy does beyond its return. Each diagnosis is a command of its own.")
    .addCommand(diagnoseModesCommand(output))
    .addCommand(diagnoseRatioCommand(output))
    .addCommand(diagnoseStabilityCommand(output));
}
