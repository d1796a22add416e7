/** Arguments and flags of `flowgait sweep`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { QUEUE_HELP } from "../flags/queue-flag.ts";
import { addSettingOptions } from "../flags/setting-options.ts";
import { addTaskSettingOptions } from "../flags/task-setting-options.ts";
import type { SweepFlags } from "../sweep/sweep.ts";

const EXAMPLES = `
Examples:
  flowgait sweep CheetahRun --vary algorithm.clip=0.05,0.1 --vary seed=1..3 --budget 2M
  flowgait sweep Go1JoystickFlatTerrain --vary reward.trackLinVel=4,6 --vary seed=1,2 --halving 1
  flowgait sweep CheetahRun --random 20 --vary "algorithm.learning-rate=0.0001..0.003 log" --vary algorithm.epochs=2..8`;

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export async function declare(command: Command, output: Output, words: readonly string[]): Promise<void> {
  const collected = (value: string, earlier: readonly string[] = []) => [...earlier, value];
  command
    .description(
      "Train a task with several settings, each with the same seeds, and compare them: a table and a picture. The weaker settings stop early. Ctrl-C finishes the iteration and saves; the same command resumes.",
    )
    .usage("<task> --vary <setting>=<values> [options] [--<setting> <value> …]")
    .argument("<task>", "a task's name (see flowgait tasks), or your own task file, such as ./my-task.ts")
    .option(
      "--vary <setting=values>",
      'any setting with values, such as algorithm.clip=0.05,0.1 or seed=1..3; values that hold commas are separated by ";"; repeatable',
      collected,
    )
    .option(
      "--budget <steps>",
      "environment steps of all runs together, such as 2M (default: each run may take --steps)",
    )
    .option(
      "--halving <factor>",
      "one of this many settings continues after each rung, the others stop; 1: train all to the end",
      "3",
    )
    .option(
      "--random <count>",
      'draw this many settings instead of all combinations; ranges such as 0.01..0.1 or "0.01..0.1 log" are allowed',
    )
    .option("--random-seed <seed>", "seed of the settings that are drawn", "1")
    .option("--preset <name>", "laptop, paper or released (default: laptop)")
    .option("--algorithm <name>", "fpo, fpo++, orw, ppo or denoising-mdp (default: the task's preset)")
    .option("--out <folder>", "folder of the runs (default: runs/sweep/<task>-<hash of the settings>)")
    .option("--dry-run", "check all settings and print the plan; train nothing")
    .option("--report", "print the table of what is trained so far; train nothing")
    .option("--queue <url>", QUEUE_HELP)
    .option("--json", "print one JSON document on standard output")
    .addHelpText("after", EXAMPLES)
    .action(async (task: string, options: SweepFlags) =>
      (await import("../sweep/sweep.ts")).sweep(task, options, output),
    );
  await addTaskSettingOptions(addSettingOptions(command), words);
}
