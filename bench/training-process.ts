/** The process that training.ts profiles: trains the task named by its argument for some iterations and prints when they began and ended. */
import { availableParallelism } from "node:os";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { assemble, disassemble } from "../src/train/assembly.ts";
import { iterate } from "./training.ts";

/** What the process prints; times in µs of the monotonic clock, which CPU profiles use too. */
export interface ProfiledRun {
  readonly begin: number;
  readonly end: number;
  readonly workers: number;
}

const WARM_UP = 3;
const ITERATIONS = 12;

const microseconds = () => Number(process.hrtime.bigint() / 1000n);

const [task] = process.argv.slice(2);
const config = resolveTrainConfig({ task });
const assembly = await assemble(config, () => {});
for (let i = 0; i < WARM_UP; i++) await iterate(assembly, config);
const begin = microseconds();
for (let i = 0; i < ITERATIONS; i++) await iterate(assembly, config);
const run: ProfiledRun = { begin, end: microseconds(), workers: config.workers || availableParallelism() };
await disassemble(assembly);
process.stdout.write(JSON.stringify(run));
