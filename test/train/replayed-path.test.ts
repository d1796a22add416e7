/** Algorithms that replay how an action came about must arrive at the action that was executed, in every kind of run. */
import { describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import { algorithmNames } from "../../src/config/algorithm-config.ts";
import type { PartialTrainConfig, TrainConfig } from "../../src/config/config.ts";
import { changeConfig } from "../../src/config/presets.ts";
import { updateSpec } from "../../src/learner/networks.ts";
import { keptLayout } from "../../src/learner/rows.ts";
import { advanced } from "../../src/policy/run-clock.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type Assembly, assemble, disassemble } from "../../src/train/assembly.ts";
import { collectIteration } from "../../src/train/collection.ts";
import { checkpointOf, restore } from "../../src/train/training-state.ts";

const FLOW_STEPS = 3;
const update = { minibatches: 1, epochs: 1, unroll: 4, policyHidden: [8, 8], criticHidden: [8] };
const batch: PartialTrainConfig = { envs: 4, shards: 2, horizon: 8, workers: 1, normaliserUpdate: "after" };

const configs: TrainConfig[] = algorithmNames.map((name) => {
  const algorithm = name === "ppo" ? { name, ...update } : { name, ...update, flowSteps: FLOW_STEPS };
  return resolveTrainConfig({ task: "CartpoleBalance", algorithm: name, overrides: { ...batch, algorithm } });
});
const replaying = configs.filter((config) => config.algorithm.name === "denoising-mdp");

/** Forks by what is other than in the run that they begin from. */
const forks: readonly (readonly [string, PartialTrainConfig])[] = [
  ["another seed", { seed: 9 }],
  ["more environments", { envs: 6 }],
  ["another horizon", { horizon: 12 }],
];

/** Collects and learns as training does; the last iteration is collected and prepared only. */
async function run(config: TrainConfig, { pool, parts }: Assembly, iterations: number): Promise<void> {
  const { loop, learner } = parts;
  for (let k = 1; k <= iterations; k++) {
    await collectIteration(pool, config, parts);
    if (k === iterations) return learner.prepare(loop.clock);
    await learner.update(loop);
    loop.iteration++;
    loop.clock = advanced(loop.clock, config.horizon, config.envs);
  }
}

/** Largest distance between a row's replayed end and its recorded action, and the rows' mean distance from noise to action. */
function replayError({ parts, env }: Assembly, config: TrainConfig): { error: number; moved: number } {
  const { views, sizes } = parts;
  const rows = config.envs * config.horizon;
  const { places } = keptLayout(surrogateOf(updateSpec(config, env).algorithm).kept, rows, 1);
  const [points, move] = ["points", "move"].map((name) => places.find((place) => place.name === name)!);
  let [error, moved] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const start = views.kept[points.offset + row * points.size]; // one action value: the first number is x at t = 1
    let x = start;
    for (let step = 0; step < FLOW_STEPS; step++) x += views.kept[move.offset + row * move.size + step];
    error = Math.max(error, Math.abs(x - views.action[row * sizes.actionSize]));
    moved += Math.abs(x - start) / rows;
  }
  return { error, moved };
}

async function withAssembly<T>(config: TrainConfig, use: (assembly: Assembly) => Promise<T>): Promise<T> {
  const assembly = await assemble(config, () => {});
  try {
    return await use(assembly);
  } finally {
    await disassemble(assembly);
  }
}

function expectSamePath(assembly: Assembly, config: TrainConfig, what: string): void {
  const { error, moved } = replayError(assembly, config);
  expect(error, what).toBeLessThan(1e-5);
  expect(moved, what).toBeGreaterThan(1e-3);
}

it("one algorithm replays its paths, and the others have nothing to replay", async () => {
  await withAssembly(configs[0], async ({ env }) => {
    for (const config of configs)
      expect(surrogateOf(updateSpec(config, env).algorithm).replay !== null).toBe(replaying.includes(config));
  });
});

describe.each(replaying.map((config) => [config.algorithm.name, config] as const))(
  "a path that %s replays",
  (_, base) => {
    it.each([1, 2, "8..1 over 48"])(
      "ends at the executed action with noise that lasts %s control steps, also resumed and forked",
      async (noisePeriod) => {
        const config = changeConfig(base, { noisePeriod });
        const checkpoint = await withAssembly(config, async (assembly) => {
          await run(config, assembly, 3);
          expectSamePath(assembly, config, "in a run from its beginning");
          return checkpointOf(assembly.parts, config);
        });
        await withAssembly(config, async (assembly) => {
          restore(assembly.parts, checkpoint, "test");
          await run(config, assembly, 2);
          expectSamePath(assembly, config, "in a resumed run");
        });
        for (const [what, change] of forks) {
          const forked = changeConfig(config, change);
          await withAssembly(forked, async (assembly) => {
            restore(assembly.parts, checkpoint, "test", { newRun: true, newEpisodes: change.horizon === undefined });
            await run(forked, assembly, 2);
            expectSamePath(assembly, forked, `in a fork with ${what}`);
          });
        }
      },
    );
  },
);
