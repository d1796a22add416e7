/** What `flowgait diagnose` takes: each question is a command of its own. */
import type { Command } from "commander";
import { MOST_ACTION_SIZE } from "../../diagnose/ratio-statistics.ts";
import type { Output } from "../../files/output.ts";
import type { ModesOptions } from "../diagnose-modes.ts";
import type { RatioOptions } from "../diagnose-ratio.ts";
import type { StabilityOptions } from "../diagnose-stability.ts";

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command.description("Measure what a policy does beyond its return. Each question is a command of its own.");
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
      "Draw many actions in states that are as far from several goals and count their modes; play many episodes from fixed cells and count the goals reached.",
    )
    .argument("<policy>", "a run folder, a checkpoint file, zero or random")
    .option("--task <task>", "task to run in; a trained policy knows its own")
    .option("--state <x,y>", "cell to draw actions in, repeatable; the task's own saddles without it", several)
    .option("--start <x,y>", "cell to start episodes from, repeatable; those of the paper without it", several)
    .option("--draws <count>", "actions per state", "10000")
    .option("--episodes <count>", "episodes per start", "100")
    .option(
      "--noise <kind>",
      "what actions are drawn from: random, or zero for a flow's or a Gaussian's middle",
      "random",
    )
    .option("--seed <seed>", "seed of all draws", "1000003")
    .option("--svg <file>", "picture to write; without it modes.svg in the run folder")
    .option("--json", "one JSON document on standard output")
    .action(async (policy: string, options: ModesOptions) =>
      (await import("../diagnose-modes.ts")).diagnose(policy, options, output),
    );
}

function addRatio(command: Command, output: Output): void {
  command
    .command("ratio")
    .summary("compare FPO's ratio with the true one")
    .description(
      "Go on with a run for one iteration, in memory, and compare after every epoch the ratio that fpo or fpo++ clips with the exact ratio " +
        `of likelihoods. For tasks with at most ${MOST_ACTION_SIZE} actions.`,
    )
    .argument("<run>", "a run folder or a checkpoint file")
    .option("--task <file>", "where the file of your own task is now; the run knows it as it was")
    .option("--model-dir <folder>", "where your own description of the robot is now")
    .option("--rows <count>", "actions that are measured", "2048")
    .option("--ode-steps <count>", "Runge–Kutta steps of the continuous flow, an even number", "32")
    .option("--workers <count>", "threads; 0 takes one per core", "0")
    .option("--svg <file>", "picture to write; without it ratio.svg in the run folder")
    .option("--json", "one JSON document on standard output")
    .action(async (run: string, options: RatioOptions) =>
      (await import("../diagnose-ratio.ts")).diagnose(run, options, output),
    );
}

function addStability(command: Command, output: Output): void {
  command
    .command("stability")
    .summary("see whether a run kept what it had learned")
    .description(
      "Hold every evaluation of a run against the best before it, count numbers that are none, and show how the update's measures changed. " +
        "Also while the run goes on.",
    )
    .argument("<run>", "a run folder")
    .option("--threshold <share>", "share of the best return so far that counts as lost", "0.8")
    .option("--svg <file>", "picture to write; without it stability.svg in the run folder")
    .option("--json", "one JSON document on standard output")
    .action(async (run: string, options: StabilityOptions) =>
      (await import("../diagnose-stability.ts")).diagnose(run, options, output),
    );
}
