/** Starting points for tasks with a scripted controller to learn from, found by experiments (docs/experiments.md). */
import type { PartialTrainConfig } from "./config.ts";
import type { TaskPresets } from "./presets.ts";

/**
 * The lesson `shown`. The learning rate is not steered by clipped ratios: advice moves the policy far in every iteration, and a target for
 * the share of clipped ratios would hold it back fifty times. Few epochs, since states are cheap and the script answers in each of them.
 */
export function adviceRecipe(steps: number, { epochs = 2, minibatches = 8 } = {}): TaskPresets {
  const batch = {
    steps,
    lesson: "shown",
    envs: 128,
    horizon: 32,
    stagger: true,
    evaluation: { everySteps: steps / 10 },
  } satisfies PartialTrainConfig;
  const fallsOver = `over ${0.8 * steps}`;
  const update = {
    rewardScale: 0.1,
    epochs,
    minibatches,
    policyHidden: [256, 256, 256],
    clipTarget: 0,
    learningRate: `0.0005..0.00005 over ${steps}`,
  };
  const flow = { ...update, driftPenalty: 0, advicePull: `1..0.2 ${fallsOver}` };
  return {
    laptop: {
      "fpo++": { ...batch, algorithm: { ...flow, name: "fpo++" } },
      fpo: { ...batch, algorithm: { ...flow, name: "fpo" } },
      ppo: { ...batch, algorithm: { ...update, name: "ppo", advicePull: `10..2 ${fallsOver}` } },
    },
  };
}
