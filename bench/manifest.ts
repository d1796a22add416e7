/** What a run's manifest costs: time of an iteration's hashes beside that of the iteration. `node dist/bench/manifest.js [task …]` */
import { resolveTask } from "../src/tasks/index.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { assemble, disassemble } from "../src/train/assembly.ts";
import { computeIteration } from "../src/train/iteration.ts";
import { advantageHashes, learnedHashes, rolloutHashes } from "../src/train/iteration-hashes.ts";

const ITERATIONS = 6;
const HASHED = 10;
const TASKS = ["CheetahRun", "HumanoidJoystick"];

async function fastest(times: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < times; k++) {
    const started = performance.now();
    await work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

async function measure(task: string): Promise<void> {
  const config = resolveTrainConfig({ task, presets: (await resolveTask(task)).presets });
  const assembly = await assemble(config, () => {});
  const { parts, pool } = assembly;
  const iterationMs = await fastest(ITERATIONS, () => computeIteration({ crew: pool, config, parts }));
  const hashMs = await fastest(HASHED, () => [
    rolloutHashes(parts),
    advantageHashes(parts, config.algorithm.advantages),
    learnedHashes(parts),
  ]);
  const share = ((100 * hashMs) / iterationMs).toFixed(2);
  process.stdout.write(
    `${task}: hashes ${hashMs.toFixed(2)} ms, iteration ${iterationMs.toFixed(0)} ms, share ${share} %\n`,
  );
  await disassemble(assembly);
}

const named = process.argv.slice(2);
for (const task of named.length > 0 ? named : TASKS) await measure(task);
