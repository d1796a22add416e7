/** Arguments and flags of `flowgait diagnose`: each diagnosis is a command of its own. */
import type { Command } from "commander";
import { MOST_ACTION_SIZE } from "../../diagnose/ratio-statistics.ts";
import type { Output } from "../../files/output.ts";
import type { ModesOptions } from "../diagnose/modes.ts";
import type { RatioOptions } from "../diagnose/ratio.ts";
import type { StabilityOptions } from "../diagnose/stability.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command.description("Measure what a policy does beyond its return. Each diagnosis is a command of its own.");
  addModes(command, output);
  addRatio(command, output);
  addStability(command, output);
}

function addModes(command: Command, output: Output): void {
  const several = (text: string, before: readonly string[] = []) => [...before, text];
  command
    .command("modes")
    .summary("count the modes of a GridWorld policy")
    .description(
      "Sample actions in states equidistant from several goals and count their modes; run episodes from fixed cells and count the goals reached.",
    )
    .argument("<policy>", "a run folder, a checkpoint file, zero or random")
    .option("--task <task>", "task to run (default: the policy's own task)")
    .option("--state <x,y>", "cell to sample actions in; repeatable (default: the task's saddle cells)", several)
    .option("--start <x,y>", "cell to start episodes from; repeatable (default: the cells of the paper)", several)
    .option("--draws <count>", "actions per state", "10000")
    .option("--episodes <count>", "episodes per start", "100")
    .option(
      "--noise <kind>",
      "noise that actions are drawn from: random, or zero (the flow from 0, a Gaussian's mean)",
      "random",
    )
    .option("--seed <seed>", "seed of all draws", "1000003")
    .option("--svg <file>", "picture to write (default: modes.svg in the run folder)")
    .option("--json", "print one JSON document on standard output")
    .action(async (policy: string, options: ModesOptions) =>
      (await import("../diagnose/modes.ts")).diagnose(policy, options, output),
    );
}

function addRatio(command: Command, output: Output): void {
  command
    .command("ratio")
    .summary("compare FPO's ratio with the true one")
    .description(
      "Resume a run for one iteration, in memory. After every epoch, compare the ratio that fpo or fpo++ clips with the exact ratio " +
        `of likelihoods. For tasks with at most ${MOST_ACTION_SIZE} actions.`,
    )
    .argument("<run>", "a run folder or a checkpoint file")
    .option("--task <file>", "present path of your own task file (default: the run's copy)")
    .option("--model-dir <folder>", "present path of your own description of the robot")
    .option("--rows <count>", "number of actions to measure", "2048")
    .option("--ode-steps <count>", "Runge–Kutta steps of the continuous flow; an even number", "32")
    .option("--workers <count>", "threads; 0: one per core", "0")
    .option("--svg <file>", "picture to write (default: ratio.svg in the run folder)")
    .option("--json", "print one JSON document on standard output")
    .action(async (run: string, options: RatioOptions) =>
      (await import("../diagnose/ratio.ts")).diagnose(run, options, output),
    );
}

function addStability(command: Command, output: Output): void {
  command
    .command("stability")
    .summary("check whether a run kept what it had learned")
    .description(
      "Compare each evaluation of a run with the best one before it, count non-finite values (NaN, ±Inf), and show how the update's measures changed. " +
        "Works while the run is still training, too.",
    )
    .argument("<run>", "a run folder")
    .option("--threshold <share>", "share of the best return so far; an evaluation below it counts as a loss", "0.8")
    .option("--svg <file>", "picture to write (default: stability.svg in the run folder)")
    .option("--json", "print one JSON document on standard output")
    .action(async (run: string, options: StabilityOptions) =>
      (await import("../diagnose/stability.ts")).diagnose(run, options, output),
    );
}
