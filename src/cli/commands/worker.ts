/** Arguments and flags of `flowgait worker`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { WorkerOptions } from "../worker.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  const collected = (value: string, earlier: readonly string[] = []) => [...earlier, value];
  command
    .description(
      "Compute shards for trainings that were started with the same --queue, on this machine or others. Ctrl-C hands back what is under way.",
    )
    .option(
      "--queue <url>",
      "take work over Redis, such as redis://host:6379 or rediss://user:password@host:6380?prefix=lab (default: $FLOWGAIT_QUEUE)",
    )
    .option("--threads <count>", "shards computed at a time; 0: one per core", "0")
    .option("--name <name>", "what the learner calls this worker (default: the host's name and the process)")
    .option(
      "--run <name>",
      "work only for the run of that name (default: for the run with the fewest workers, one at a time)",
    )
    .option("--task <file>", "your own task file that a run trains on; repeatable", collected)
    .option("--model-dir <folder>", "your own robot description that a run trains on; repeatable", collected)
    .action(async (options: WorkerOptions) => (await import("../worker.ts")).work(options, output));
}
