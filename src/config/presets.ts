/**
 * Starting points: what differs from the schema's defaults for a task, an algorithm and a budget, and how those layers become one configuration.
 * `paper` repeats what a publication says and `released` what its code does; `laptop` is what two cores finish in minutes. Tasks that users
 * write start from the general ones.
 */

import type { z } from "zod";
import { nearest } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { type AlgorithmName, algorithmNames, algorithmSchemas } from "./algorithm-config.ts";
import { checkTrainConfig, type PartialTrainConfig, type TrainConfig, trainConfigSchema } from "./config.ts";
import { kebabCase } from "./config-flags.ts";
import { describeIssue, oneOf } from "./config-issue.ts";
import { gridworldPresets } from "./gridworld-presets.ts";
import { boundedPairs, suitePresets, suiteTask } from "./suite-presets.ts";

/** Names that `--preset` accepts; the first is the default. */
export const presetNames = ["laptop", "paper", "released"] as const;
/** A budget. */
export type PresetName = (typeof presetNames)[number];

/** Settings per algorithm; the first algorithm named is the task's default. */
export type AlgorithmPresets = Partial<Record<AlgorithmName, PartialTrainConfig>>;
/** Settings per budget and algorithm. */
export type TaskPresets = Partial<Record<PresetName, AlgorithmPresets>>;

/** The request for a run, before anything is resolved. */
export interface TrainRequest {
  /** The task's name, or the file that declares it. */
  readonly task: string;
  readonly preset?: PresetName;
  readonly algorithm?: AlgorithmName;
  /** Settings that go before every preset. */
  readonly overrides?: PartialTrainConfig;
}

/** FPO and the denoising MDP as they learn the control suite, with networks that are large enough for a robot. */
const anyTask = suiteTask({
  steps: 4_000_000,
  noisePeriod: 1,
  normalPull: 0.01,
  policyHidden: [128, 128, 128],
  criticHidden: [256, 256, 256],
});

/** FPO++ on four-legged robots: 1,500 updates of 4096 * 24 steps. */
const locomotion = {
  steps: 147_456_000,
  envs: 4096,
  horizon: 24,
  shards: 32,
  evaluation: { everySteps: 10_000_000, noise: "zero" },
} as const satisfies PartialTrainConfig;

/** Any task on two cores. FPO++ and PPO with a wide trust region: the published ones are sized for batches of 30,000 rows and more. */
const general: Record<PresetName, Required<AlgorithmPresets>> = {
  laptop: {
    "fpo++": {
      steps: 4_000_000,
      envs: 256,
      horizon: 24,
      shards: 8,
      evaluation: { everySteps: 500_000, episodes: 32, noise: "zero" },
      algorithm: {
        name: "fpo++",
        pairs: 8,
        flowSteps: 10,
        clip: 0.2,
        ...boundedPairs,
        learningRate: 7e-4,
        weightDecay: 0,
        gradientNorm: 1,
        epochs: 6,
        minibatches: 4,
        policyHidden: [128, 128, 128],
        criticHidden: [256, 256, 256],
        activation: "silu",
        actionNoise: 0,
        averaging: 0,
        averagingStart: 0,
      },
    },
    fpo: anyTask.fpo,
    ppo: {
      steps: 4_000_000,
      envs: 256,
      horizon: 24,
      shards: 8,
      evaluation: { everySteps: 500_000, episodes: 32, noise: "zero" },
      algorithm: {
        name: "ppo",
        clip: 0.2,
        learningRate: 5e-4,
        entropyCoefficient: 0.003,
        gradientNorm: 1,
        epochs: 6,
        minibatches: 4,
        policyHidden: [128, 128, 128],
        criticHidden: [256, 256, 256],
        gamma: 0.99,
        advantages: "iteration",
        gae: "textbook",
        valueCoefficient: 1,
        rewardScale: 1,
      },
    },
    "denoising-mdp": anyTask["denoising-mdp"],
  },
  paper: {
    fpo: { normaliserFloor: 0 },
    "fpo++": {
      ...locomotion,
      algorithm: {
        name: "fpo++",
        adamBeta2: 0.95,
        lossReduction: "mean",
        timeMargin: 0,
        actionNoise: 0,
        averaging: 0,
        averagingStart: 0,
      },
    },
    ppo: { normaliserFloor: 0, evaluation: { noise: "zero" } },
    "denoising-mdp": { normaliserFloor: 0 },
  },
  released: {
    fpo: { normaliserFloor: 0, normaliser: "released" },
    "fpo++": {
      ...locomotion,
      normaliserUpdate: "after",
      normaliserSamples: 100_000_000,
      algorithm: { name: "fpo++", shuffle: "iteration", clampGradient: "straight-through" },
    },
    ppo: { normaliserFloor: 0, normaliser: "released", evaluation: { noise: "zero" } },
    "denoising-mdp": { normaliserFloor: 0, normaliser: "released" },
  },
};

/** 2,000 updates of 4096 * 24 steps, as published for humanoids. */
const humanoidPaper: AlgorithmPresets = {
  "fpo++": { steps: 196_608_000, algorithm: { name: "fpo++", epochs: 32 } },
};
/** The released code also doubles the pairs. */
const humanoidReleased: AlgorithmPresets = {
  "fpo++": { steps: 196_608_000, algorithm: { name: "fpo++", pairs: 32, epochs: 32 } },
};

/** FPO++ for robots that walk. A shift of advantages keeps the flow consistent and narrows it; noise on actions keeps it from narrowing too far. */
const steadyFlow = {
  name: "fpo++",
  learningRate: 1e-3,
  pairing: "antithetic",
  epochs: 4,
  actionNoise: 0.25,
  advantageShift: 0.2,
  clipTarget: 0.06,
} as const;

/** The same for FPO: FPO++'s settings other than its ratio per pair, instead of those that help on the control suite (docs/experiments.md). */
const steadyFpo = {
  envs: 256,
  horizon: 24,
  shards: 8,
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
const steadyGaussian = { name: "ppo", dualClip: 3, clipTarget: 0.15 } as const;

/** Mirroring every sample halves the number of samples needed. */
const humanoidLaptop: AlgorithmPresets = {
  "fpo++": {
    steps: 6_600_000,
    mirror: true,
    evaluation: { everySteps: 300_000 },
    // neighbouring policies differ by more than the last twenty updates have gained
    algorithm: { ...steadyFlow, averaging: 0.95 },
  },
  fpo: { ...steadyFpo, steps: 6_600_000, mirror: true, evaluation: { everySteps: 300_000, noise: "zero" } },
  ppo: { steps: 6_600_000, mirror: true, evaluation: { everySteps: 300_000 }, algorithm: steadyGaussian },
};

/** A flow is evaluated with random noise: without it all episodes of the control suite's humanoids would be the same. */
const upright = {
  steps: 12_000_000,
  lesson: "upright",
  evaluation: { everySteps: 250_000, noise: "random" },
} as const satisfies PartialTrainConfig;

/** Optimiser steps shrink as the gait is found: with constant steps its quality oscillates (docs/experiments.md). */
const resting = { clipTarget: "0.06..0.015 over 12M" };

/**
 * The control suite's humanoids, whose robots lie on the floor for most of an episode that only the time limit ends: by a lesson whose episodes
 * end at a fall. Rewards are in [0, 1] a step there.
 */
const suiteHumanoid: AlgorithmPresets = {
  "fpo++": { ...upright, algorithm: { ...steadyFlow, ...resting, averaging: 0.95, rewardScale: 0.1 } },
  fpo: { ...steadyFpo, ...upright, algorithm: { ...steadyFpo.algorithm, rewardScale: 0.1 } },
  ppo: { ...upright, evaluation: { everySteps: 250_000, noise: "zero" }, algorithm: { name: "ppo", rewardScale: 0.1 } },
  "denoising-mdp": upright,
};

/** Published tasks whose own rewards give a beginner too little signal: a lesson, and episodes of half the length, so that its commands grow sooner. */
function byLesson(
  lesson: string,
  steps: number,
  change: { averaging?: number; actionNoise?: number } = {},
): AlgorithmPresets {
  const batch = { steps, lesson, mirror: true, episodeSteps: 500, evaluation: { everySteps: 300_000 } };
  return {
    "fpo++": { ...batch, algorithm: { ...steadyFlow, ...change } },
    ppo: { ...batch, algorithm: steadyGaussian },
  };
}

/** The two control-suite tasks that were published with a shorter view ahead; the released script forgets it. */
const shortSighted: AlgorithmPresets = {
  fpo: { algorithm: { name: "fpo", gamma: 0.95 } },
  ppo: { algorithm: { name: "ppo", gamma: 0.95 } },
  "denoising-mdp": { algorithm: { name: "denoising-mdp", gamma: 0.95 } },
};

/** What differs from `general`, per task. */
const table: Readonly<Record<string, TaskPresets>> = {
  ...suitePresets,
  CartpoleBalance: { ...suitePresets.CartpoleBalance, paper: { fpo: {} } },
  CartpoleSwingup: { ...suitePresets.CartpoleSwingup, paper: { fpo: {} } },
  CheetahRun: { ...suitePresets.CheetahRun, paper: { fpo: {} } },
  BallInCup: { ...suitePresets.BallInCup, paper: shortSighted },
  FingerSpin: { ...suitePresets.FingerSpin, paper: shortSighted },
  G1JoystickFlatTerrain: { laptop: byLesson("balance", 4_000_000, { averaging: 0.95, actionNoise: 0.15 }) },
  Go1JoystickFlatTerrain: { laptop: byLesson("trot", 6_000_000) },
  GridWorldTwoWalls: gridworldPresets,
  GridWorldFourGoals: gridworldPresets,
  HumanoidStand: { laptop: suiteHumanoid },
  HumanoidWalk: { laptop: suiteHumanoid },
  HumanoidRun: { laptop: suiteHumanoid },
  HumanoidJoystickBlind: { laptop: humanoidLaptop },
  HumanoidJoystick: { laptop: humanoidLaptop, paper: humanoidPaper, released: humanoidReleased },
};

/**
 * The configuration of a run: schema defaults, then the general preset, the task's preset, and the overrides.
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another
 */
export function resolveTrainConfig(request: TrainRequest): TrainConfig {
  const presetName = request.preset ?? presetNames[0];
  const presets = table[request.task]?.[presetName] ?? {};
  const algorithm = request.algorithm ?? defaultAlgorithm(presets, presetName);
  const layers = [general[presetName][algorithm], presets[algorithm], request.overrides];
  const merged = layers.reduce<Plain>((config, layer) => mergeSettings(config, (layer ?? {}) as Plain), {});
  return parseSettings(mergeSettings(merged, { task: request.task, algorithm: { name: algorithm } }), algorithm);
}

/**
 * A configuration with some settings changed; its task and algorithm stay.
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another
 */
export function changeConfig(config: TrainConfig, overrides: PartialTrainConfig): TrainConfig {
  return parseSettings(mergeSettings(config, overrides as Plain), config.algorithm.name);
}

function parseSettings(input: Plain, algorithm: AlgorithmName): TrainConfig {
  const result = trainConfigSchema.safeParse(input);
  if (result.success) return checkTrainConfig(result.data);
  const issue = result.error.issues[0]!;
  throw new UserError(foreignSetting(issue, algorithm) ?? describeIssue(issue, input, settingsOf(algorithm)), {
    exitCode: 2,
  });
}

/** Checks a preset's name. Throws UserError (exit code 2). */
export function presetOf(name: string): PresetName {
  const known = presetNames.find((candidate) => candidate === name);
  if (known === undefined) throw wrongChoice("--preset", name, presetNames);
  return known;
}

/** Checks an algorithm's name. Throws UserError (exit code 2). */
export function algorithmOf(name: string): AlgorithmName {
  const known = algorithmNames.find((candidate) => candidate === name);
  if (known === undefined) throw wrongChoice("--algorithm", name, algorithmNames);
  return known;
}

function wrongChoice(flag: string, name: string, choices: readonly string[]): UserError {
  return new UserError(`${flag}: got "${name}", expected ${oneOf(choices)}${nearest(name, choices)}`, {
    exitCode: 2,
  });
}

function defaultAlgorithm(presets: AlgorithmPresets, preset: PresetName): AlgorithmName {
  const names = Object.keys(presets).length > 0 ? Object.keys(presets) : Object.keys(general[preset]);
  return names[0] as AlgorithmName;
}

/** A line for a setting that another algorithm has, or null where none has it. */
function foreignSetting(issue: z.core.$ZodIssue, algorithm: AlgorithmName): string | null {
  if (issue.code !== "unrecognized_keys" || issue.path[0] !== "algorithm") return null;
  const key = issue.keys[0]!;
  const owners = algorithmNames.filter((name) => key in algorithmSchemas[name].shape);
  if (owners.length === 0) return null;
  return `--algorithm.${kebabCase(key)}: ${algorithm} has no such setting, expected --algorithm ${oneOf(owners)}`;
}

function settingsOf(algorithm: AlgorithmName): string[] {
  const keys = Object.keys(algorithmSchemas[algorithm].shape);
  return [...Object.keys(trainConfigSchema.shape), ...keys.map((key) => `algorithm.${key}`)];
}

type Plain = Record<string, unknown>;

/** Objects merge key by key, everything else, lists too, is replaced. */
function mergeSettings<Base extends Plain>(base: Base, over: Plain): Base {
  const merged: Plain = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isPlain(before) && isPlain(value) ? mergeSettings(before, value) : value;
  }
  return merged as Base;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
