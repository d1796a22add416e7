/** What `flowgait bench` takes. */
import type { Command } from "commander";
import { choice } from "../../catalogue/flag-value.ts";
import type { Output } from "../../files/output.ts";

const BENCHES = ["physics", "learner", "collect", "training", "memory", "stream"] as const;
/** What can be measured. */
export type Bench = (typeof BENCHES)[number];

const HELP = `
training: whole iterations of the laptop presets, without evaluations and files. "oneWorker" is the same with one worker; "uncut" is one
worker that takes every minibatch whole in one session, no gradient shards, no blocks for the cache. "mostOverUncut" is cores times what cutting gains on one worker. Shares are of the workers' time, from a CPU profile of the
first; JavaScript counts the main thread's and garbage collection.`;

/** Declares arguments, flags and help; what the command does is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Measure rates, and their ratio to the bound each is held against in the same run.")
    .addHelpText("after", HELP)
    .argument("[what]", `${BENCHES.join(", ")}; all of them without it`)
    .option("--json", "one JSON document on standard output")
    .action(async (what: string | undefined, options: { json?: boolean }) => {
      const wanted = what === undefined ? BENCHES : [choice("bench", what, BENCHES)];
      await (await import("../bench.ts")).runBenches(wanted, options, output);
    });
}
