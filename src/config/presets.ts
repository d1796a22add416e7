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
import { boundedPairs, suiteTask } from "./suite-recipe.ts";

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
  /** Presets of the task. */
  readonly presets: TaskPresets;
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
      shards: 16,
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
    orw: {
      steps: 4_000_000,
      envs: 256,
      horizon: 24,
      shards: 16,
      evaluation: { everySteps: 500_000, episodes: 32, noise: "zero" },
    },
    ppo: {
      steps: 4_000_000,
      envs: 256,
      horizon: 24,
      shards: 16,
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
    orw: {},
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
    orw: {},
    ppo: { normaliserFloor: 0, normaliser: "released", evaluation: { noise: "zero" } },
    "denoising-mdp": { normaliserFloor: 0, normaliser: "released" },
  },
};

/**
 * The configuration of a run: schema defaults, then the general preset, the task's preset, and the overrides.
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another
 */
export function resolvePresets(request: TrainRequest): TrainConfig {
  const presetName = request.preset ?? presetNames[0];
  checkPresets(request);
  const presets = request.presets[presetName] ?? {};
  const algorithm = request.algorithm ?? defaultAlgorithm(presets, presetName);
  const known = mergeSettings((general[presetName][algorithm] ?? {}) as Plain, (presets[algorithm] ?? {}) as Plain);
  const named = { task: request.task, algorithm: { name: algorithm } };
  const own = `${request.task}, presets.${presetName}.${algorithm}: `;
  if (presets[algorithm] !== undefined) parseSettings(mergeSettings(known, named), algorithm, own);
  return parseSettings(mergeSettings(mergeSettings(known, (request.overrides ?? {}) as Plain), named), algorithm);
}

/** Refuses unknown budgets and algorithms; presets of tasks that users write arrive unchecked. */
function checkPresets({ task, presets }: TrainRequest): void {
  const check = (where: string, found: object, known: readonly string[]) => {
    const name = Object.keys(found).find((key) => !known.includes(key));
    if (name === undefined) return;
    throw new UserError(`${task}, ${where}: got "${name}", expected ${oneOf(known)}${nearest(name, known)}`);
  };
  check("presets", presets, presetNames);
  for (const [name, algorithms] of Object.entries(presets)) check(`presets.${name}`, algorithms, algorithmNames);
}

/**
 * A configuration with some settings changed; its task and algorithm stay.
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another
 */
export function changeConfig(config: TrainConfig, overrides: PartialTrainConfig): TrainConfig {
  return parseSettings(mergeSettings(config, overrides as Plain), config.algorithm.name);
}

/** @param of prefix of messages; omitted where the message begins with a flag */
function parseSettings(input: Plain, algorithm: AlgorithmName, of = ""): TrainConfig {
  const result = trainConfigSchema.safeParse(input);
  if (result.success) return checkTrainConfig(result.data);
  const issue = result.error.issues[0]!;
  const found = foreignSetting(issue, algorithm) ?? describeIssue(issue, input, settingsOf(algorithm));
  throw new UserError(of + found, { exitCode: of === "" ? 2 : 1 });
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
