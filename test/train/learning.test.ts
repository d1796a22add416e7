/** Every algorithm learns a bandit: the best action is known and the same everywhere, and reward depends on nothing else. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PartialTrainConfig } from "../../src/config/config.ts";
import type { MetricSink } from "../../src/runs/metrics.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { Training } from "../../src/train/training.ts";
import { scratchFolder } from "./scratch-folder.ts";

/** Ten steps an episode; each is worth 1 at a control of 0.5 and 0.5 at a distance of 0.19 from it. */
const bandit = `import { registry } from "flowgait";
const base = registry.get("CartpoleBalance");
const aim = { weight: 1, of: ({ action }) => Math.exp(-20 * (action[0] - 0.5) ** 2) };
export default { ...base, name: "Bandit", episodeSteps: 10, reward: { aim } };
`;

const update = {
  learningRate: 3e-3,
  gradientNorm: 1,
  epochs: 4,
  minibatches: 4,
  policyHidden: [16, 16],
  criticHidden: [16],
  gamma: 0.5,
  advantages: "iteration" as const,
  gae: "textbook" as const,
  rewardScale: 1,
  valueCoefficient: 1,
};
const cases: readonly NonNullable<PartialTrainConfig["algorithm"]>[] = [
  { name: "fpo", pairs: 4, flowSteps: 5, policyOutputScale: 1, ...update },
  { name: "fpo++", pairs: 4, flowSteps: 5, clip: 0.2, actionNoise: 0.1, ...update },
  { name: "orw", pairs: 4, flowSteps: 5, actionNoise: 0.1, ...update },
  { name: "ppo", clip: 0.2, ...update },
  { name: "denoising-mdp", flowSteps: 5, stepNoise: 0.1, policyOutputScale: 1, ...update },
];

/** The same for every algorithm. */
const categorical = { ...cases[1], critic: "hl-gauss", criticNorm: "rms" } as const;
const named = [
  ...cases.map((algorithm) => [algorithm.name, "squared", algorithm] as const),
  [categorical.name, categorical.critic, categorical] as const,
];

describe("a bandit is learned", () => {
  it.each(named)("by %s, critic %s", async (name, _critic, algorithm) => {
    const folder = scratchFolder();
    const task = join(folder, "bandit.ts");
    await writeFile(task, bandit);
    const overrides: PartialTrainConfig = {
      envs: 32,
      shards: 2,
      horizon: 16,
      workers: 1,
      steps: 40 * 32 * 16,
      evaluation: { everySteps: 0, episodes: 32, noise: "random" },
      checkpoint: { everySeconds: 3600 },
      algorithm,
    };
    const returns: number[] = [];
    const sink: MetricSink = {
      iteration: ({ iteration, returnMean }) => iteration === 1 && returns.push(returnMean),
      evaluation: ({ returnMean }) => returns.push(returnMean),
      event: () => {},
      close: async () => {},
    };
    const config = resolveTrainConfig({ task, algorithm: name, overrides });
    const training = await Training.create({ config, runFolder: folder, sinks: [sink] });
    await training.run(new AbortController().signal);
    await training.close();
    const [untrained, trained] = returns;
    expect(untrained).toBeLessThan(4);
    expect(trained).toBeGreaterThan(untrained + 3);
  });
});
