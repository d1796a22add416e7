/** Arguments and flags of `flowgait lesson-for`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { LessonForOptions } from "../lesson-for.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Find a step for a robot with legs, measure what it does, and write both as a task with a lesson: a file to read, edit and train. Ctrl-C ends the search early; the same command resumes it.",
    )
    .argument("<task>", "a task that follows velocity commands: its name, or your own file")
    .option("--minutes <time>", "time for the search; measuring takes one or two minutes more", "15")
    .option("--out <file>", "file to write (default: <task>-walk.ts)")
    .option("--hz <rate>", "steps of one foot per second (default: the task's clock, or by the length of the legs)")
    .option("--seed <seed>", "seed of the search", "1")
    .option("--episodes <count>", "episodes of 7 s for each measurement", "16")
    .option("--workers <count>", "threads; 0: one per core", "0")
    .option("--again", "start a new search instead of resuming the one that was kept")
    .option("--json", "print one JSON document on standard output")
    .action(async (task: string, options: LessonForOptions) =>
      (await import("../lesson-for.ts")).lessonFor(task, options, output),
    );
}
