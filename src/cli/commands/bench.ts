/** Arguments and flags of `flowgait bench`. */
import type { Command } from "commander";
import { choice } from "../../catalogue/flag-value.ts";
import type { Output } from "../../files/output.ts";

const BENCHES = ["physics", "learner", "collect", "training", "memory", "stream", "queue"] as const;
/** A measurement. */
export type Bench = (typeof BENCHES)[number];

/** Needs a Redis server, which most machines do not have. */
const ONLY_BY_NAME: readonly Bench[] = ["queue"];

const HELP = `
queue: starts a redis-server of its own, which must be installed; not part of the default.
training: whole iterations of the laptop presets, without evaluations and files. "oneWorker" is the same with one worker. "uncut" is one
worker that computes every minibatch in one session, without gradient shards or cache blocks. "mostOverUncut" is the number of cores
times the gain of shards and blocks on one worker. Shares are of the workers' time, from a CPU profile of the first run; JavaScript
includes the main thread and garbage collection.`;

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("Measure rates on this machine, and their ratio to a bound measured in the same run.")
    .addHelpText("after", HELP)
    .argument("[what]", `${BENCHES.join(", ")} (default: all but queue)`)
    .option("--json", "print one JSON document on standard output")
    .action(async (what: string | undefined, options: { json?: boolean }) => {
      const wanted =
        what === undefined ? BENCHES.filter((name) => !ONLY_BY_NAME.includes(name)) : [choice("bench", what, BENCHES)];
      await (await import("../bench.ts")).runBenches(wanted, options, output);
    });
}
