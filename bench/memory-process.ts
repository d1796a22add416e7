/** The process that memory.ts measures: trains the task named by its argument for two iterations, then prints its largest size. */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { resolveTrainConfig } from "../src/train/presets.ts";
import { Training } from "../src/train/training.ts";
import type { MemorySizes } from "./memory.ts";

const ENVS = 512;

const [task] = process.argv.slice(2);
const { horizon } = resolveTrainConfig({ task });
const config = resolveTrainConfig({
  task,
  overrides: { envs: ENVS, steps: 2 * ENVS * horizon, evaluation: { everySteps: 0, episodes: 8 } },
});
const runFolder = await mkdtemp(join(tmpdir(), "flowgait-bench-"));
const training = await Training.create({ config, runFolder, sinks: [] });
await training.run(new AbortController().signal);
await training.close();
await rm(runFolder, { recursive: true });
const gibibytes = process.resourceUsage().maxRSS / 2 ** 20; // of KiB
const sizes: MemorySizes = { gibibytes, envs: ENVS, workers: config.workers || availableParallelism() };
process.stdout.write(JSON.stringify(sizes));
