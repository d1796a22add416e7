/**
 * Starting points for control-suite tasks on two cores, found by experiments (docs/experiments.md): small networks and batches, values of
 * order 1, first episodes that end one after another, noise that lasts where rewards are rare, and for flows losses that are held to what
 * they were and a pull that keeps actions out of saturation. Rewards are in [0, 1] a step there.
 */
import { scheduleText } from "../math/schedule.ts";
import type { PartialTrainConfig } from "./config.ts";
import type { AlgorithmPresets, TaskPresets } from "./presets.ts";

/** What differs from task to task. */
export interface SuiteTask {
  readonly steps: number;
  /** Control steps over which noise moves from one draw to the next */
  readonly noisePeriod: number;
  /** Pull of FPO's flow to normal actions at first; 0.05 without it */
  readonly normalPull?: number;
  /** What it falls to; 0.005 without it */
  readonly normalPullEnd?: number;
  /** 0.5 without it */
  readonly driftPenalty?: number;
  /** 0.01 without it */
  readonly advantageFloor?: number;
  /** Of Gaussian PPO; 0.15 without it */
  readonly gaussianClipTarget?: number;
  readonly lesson?: string;
  readonly episodeSteps?: number;
  readonly gamma?: number;
  readonly horizon?: number;
  readonly policyHidden?: number[];
  readonly criticHidden?: number[];
}

/** The batch of every algorithm. */
function batchOf({ steps, noisePeriod, lesson = "", episodeSteps = 0, horizon = 48 }: SuiteTask) {
  const evaluation = { everySteps: 250_000, episodes: 32, noise: "zero" } as const;
  return {
    steps,
    envs: 128,
    shards: 8,
    horizon,
    lesson,
    episodeSteps,
    stagger: true,
    noisePeriod,
    evaluation,
  } satisfies PartialTrainConfig;
}

/** The networks and the update of every algorithm. */
function updateOf({ gamma = 0.99, policyHidden = [64, 64, 64], criticHidden = [128, 128, 128] }: SuiteTask) {
  return { gamma, policyHidden, criticHidden, rewardScale: 0.1, epochs: 4, minibatches: 4 };
}

/** Whole-batch advantages, as FPO++ and the general PPO preset have them. */
const wholeBatch = {
  advantages: "iteration",
  gae: "textbook",
  valueCoefficient: 1,
  gradientNorm: 1,
} as const;

/** FPO++ in which no pair outweighs a batch: a log-ratio counts up to 1, and every loss is held near what it was (docs/experiments.md). */
export const boundedPairs = { logRatioClamp: 1, driftPenalty: 0.1, clipTarget: 0.1 } as const;

/** Maximum environment steps over which lasting noise and the pull decrease: their exploration is done by then. */
const LONGEST_FALL = 1_500_000;

/**
 * As published, FPO and the denoising MDP are evaluated with drawn noise, a Gaussian at its mean. What a flow finds with lasting noise and a
 * pull it then has to learn without, as it is evaluated; a Gaussian narrows by itself.
 */
export function suiteTask(task: SuiteTask): Required<AlgorithmPresets> {
  const batch = batchOf(task);
  const update = updateOf(task);
  const {
    normalPull = 0.05,
    normalPullEnd = 0.005,
    driftPenalty = 0.5,
    advantageFloor = 0.01,
    gaussianClipTarget = 0.15,
    noisePeriod,
  } = task;
  const over = Math.min(Math.round(0.4 * task.steps), LONGEST_FALL);
  const falls = (start: number, end: number) => (start === end ? start : scheduleText({ start, end, over }));
  const evaluation = { ...batch.evaluation, noise: "random" } as const;
  const sampled = { ...batch, noisePeriod: falls(noisePeriod, 1), evaluation };
  return {
    fpo: {
      ...sampled,
      algorithm: {
        name: "fpo",
        ...wholeBatch,
        ...update,
        advantageFloor,
        learningRate: 7e-4,
        clip: 0.2,
        clipTarget: 0.15,
        logRatioClamp: 1,
        loss: "velocity",
        lossReduction: "sqrt",
        time: "continuous",
        pairing: "antithetic",
        policyOutputScale: 1,
        normalPull: falls(normalPull, normalPullEnd),
        driftPenalty,
        actionNoise: 0.1,
      },
    },
    ppo: { ...batch, algorithm: { name: "ppo", ...update, clipTarget: gaussianClipTarget, advantageFloor } },
    "fpo++": {
      ...batch,
      algorithm: { name: "fpo++", ...update, ...boundedPairs, learningRate: 7e-4, normalPull: 0.02, actionNoise: 0.1 },
    },
    orw: { ...batch, algorithm: { name: "orw", ...update, normalPull: 0.02, actionNoise: 0.1 } },
    "denoising-mdp": {
      ...sampled,
      algorithm: { name: "denoising-mdp", ...wholeBatch, ...update, advantageFloor, clipTarget: 0.15, stepNoise: 0.2 },
    },
  };
}

/** Presets of a task of the control suite. @param paper published settings of this task that differ from the general ones */
export function suiteRecipe(task: SuiteTask, paper: AlgorithmPresets = {}): TaskPresets {
  return { laptop: suiteTask(task), paper };
}

/** The two tasks that were published with a smaller discount factor; the released script omits it. */
export const shortSighted: AlgorithmPresets = {
  fpo: { algorithm: { name: "fpo", gamma: 0.95 } },
  ppo: { algorithm: { name: "ppo", gamma: 0.95 } },
  "denoising-mdp": { algorithm: { name: "denoising-mdp", gamma: 0.95 } },
};
