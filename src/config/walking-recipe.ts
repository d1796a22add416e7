/** Starting points for robots that walk, found by experiments (docs/experiments.md). */
import type { PartialTrainConfig } from "./config.ts";
import type { TaskPresets } from "./presets.ts";
import { boundedPairs } from "./suite-recipe.ts";

/** FPO++ for robots that walk. A shift of advantages keeps the flow consistent and narrows it; noise on actions keeps it from narrowing too far. */
export const steadyFlow = {
  name: "fpo++",
  learningRate: 1e-3,
  pairing: "antithetic",
  epochs: 4,
  actionNoise: 0.25,
  advantageShift: 0.2,
  clipTarget: 0.06,
} as const;

/** The same for FPO: FPO++'s settings other than its ratio per pair, instead of those that help on the control suite (docs/experiments.md). */
export const steadyFpo = {
  envs: 256,
  horizon: 24,
  shards: 16,
  stagger: false,
  algorithm: {
    ...steadyFlow,
    name: "fpo",
    driftPenalty: boundedPairs.driftPenalty,
    lossClamp: 20,
    timeMargin: 0.005,
    normalPull: 0,
    advantageClamp: 100,
    advantageFloor: 0,
    rewardScale: 1,
    averaging: 0.95,
  },
} as const satisfies PartialTrainConfig;

/** A mirrored action can be very unlikely under a policy that is not yet symmetric. */
export const steadyGaussian = { name: "ppo", dualClip: 3, clipTarget: 0.15 } as const;

/** Published tasks whose own rewards give a beginner too little signal: a lesson, and episodes of half the length, so that its commands grow sooner. */
export function lessonRecipe(
  lesson: string,
  steps: number,
  change: { averaging?: number; actionNoise?: number } = {},
): TaskPresets {
  const batch = { steps, lesson, mirror: true, episodeSteps: 500, evaluation: { everySteps: 300_000 } };
  return {
    laptop: {
      "fpo++": { ...batch, algorithm: { ...steadyFlow, ...change } },
      ppo: { ...batch, algorithm: steadyGaussian },
    },
  };
}
