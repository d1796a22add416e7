/** The process that memory.ts measures: trains a task for two iterations, into a folder, and prints its largest size. */
import { availableParallelism } from "node:os";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { Training } from "../src/train/training.ts";
import type { MemorySizes } from "./memory.ts";

const ENVS = 512;

const [task, runFolder] = process.argv.slice(2);
const { horizon } = resolveTrainConfig({ task });
const config = resolveTrainConfig({
  task,
  overrides: { envs: ENVS, steps: 2 * ENVS * horizon, evaluation: { everySteps: 0, episodes: 8 } },
});
const training = await Training.create({ config, runFolder, sinks: [] });
await training.run(new AbortController().signal);
await training.close();
const gibibytes = process.resourceUsage().maxRSS / 2 ** 20; // of KiB
const sizes: MemorySizes = { gibibytes, envs: ENVS, workers: config.workers || availableParallelism() };
process.stdout.write(JSON.stringify(sizes));
