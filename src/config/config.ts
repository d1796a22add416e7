/**
 * The configuration of a training run: one schema from which types, command-line flags, help and the saved config.json all follow.
 * Defaults reproduce FPO's published runs; `presets.ts` holds what a laptop should use instead. Values that follow from others are functions, not fields.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError } from "../math/user-error.ts";
import { fewestBins } from "../policy/value-bins.ts";
import { algorithmConfig } from "./algorithm-config.ts";
import { nonNegative } from "./algorithm-fields.ts";
import { field, inGroup } from "./config-field.ts";
import { type ScheduleSetting, scheduleField, scheduleOf } from "./schedule-field.ts";
import { taskSettings } from "./task-setting-schema.ts";
import type { TaskSettings } from "./task-setting-text.ts";

const FPO = "FPO, released Playground configuration";
const OURS = "flowgait";

/** Everything that decides what a run computes and writes. */
export const trainConfigSchema = z.strictObject({
  task: z.string().min(1).meta({
    description: "Name of a task (see `flowgait tasks`), or the path of your own task file.",
    source: OURS,
  }),
  ...inGroup("Essentials", {
    seed: field(z.int().min(0).max(0xffffffff), 1, "Seed of every random stream of the run.", OURS),
    steps: field(
      z.int().min(1).max(1e12),
      60_000_000,
      "Environment steps of the whole training.",
      FPO,
      "environment steps",
    ),
    envs: field(z.int().min(1).max(1_000_000), 2048, "Number of environments that are stepped together.", FPO),
    horizon: field(
      z.int().min(1).max(100_000),
      480,
      "Control steps that each environment takes per iteration.",
      FPO,
      "control steps",
    ),
  }),
  ...inGroup("Environments and machine", {
    episodeSteps: field(
      z.int().min(0),
      0,
      "Time limit of training episodes; 0: the task's own limit. A short limit makes start states more frequent. Evaluations always use the task's limit.",
      OURS,
      "control steps",
    ),
    terrainSeed: field(
      z.int().min(0).max(0xffffffff),
      0,
      "Seed of the terrain's shape, for tasks with generated terrain. All environments share one terrain.",
      OURS,
    ),
    modelDir: field(
      z.string(),
      "",
      "Folder with your own description of the task's robot (MJCF or URDF, with its meshes), used instead of the package's. It sets joint positions, body masses and appearance; drives, contacts and sensors remain those of the task. Empty: the package's description.",
      OURS,
      "path",
    ),
    lesson: field(
      z.string(),
      "",
      "Name of a lesson of the task: a variant with other rewards, starts and ends, used only for training. The controller keeps the lesson's action mapping. Evaluations use the task itself. Empty: train on the task itself.",
      OURS,
    ),
    mirror: field(
      z.boolean(),
      false,
      "Learn from every control step as recorded and with left and right swapped, alternating by epoch. Only for tasks that declare their mirror symmetry.",
      OURS,
    ),
    shards: field(
      z.int().min(1),
      16,
      "Number of groups that the environments are split into; a worker computes one group at a time. Results depend on the number of shards, but not on the number of workers.",
      OURS,
    ),
    workers: field(z.int().min(0).max(256), 0, "Worker threads; 0: one per core. Never changes results.", OURS),
    engine: field(
      z.enum(["ort", "tfjs"]),
      "ort",
      "Engine that runs the tensor graphs: ONNX Runtime (ort) or TensorFlow.js (tfjs).",
      OURS,
    ),
  }),
  ...inGroup("Exploration", {
    stagger: field(
      z.boolean(),
      false,
      "End the environments' first episodes at times spread over the time limit, so that every batch contains all phases of an episode. For tasks whose episodes end only at the time limit (docs/experiments.md).",
      OURS,
    ),
    noisePeriod: scheduleField(
      z.int().min(1).max(10_000),
      1,
      "Control steps over which the policy's noise moves from one draw to the next in training; 1: a fresh draw at every step. Slowly changing noise explores further, and each action is still one that the policy can draw. After a period that falls to 1, the policy learns without it (docs/experiments.md).",
      OURS,
      { unit: "control steps" },
    ),
  }),
  ...inGroup("Observations", {
    normaliser: field(
      z.enum(["correct", "released"]),
      "correct",
      "Running statistics of observations: correct ones, or those of the released FPO code, whose standard deviation shrinks.",
      OURS,
    ),
    normaliserFloor: field(
      nonNegative,
      0.01,
      "Added to the running standard deviation that observations are divided by, so that inputs which barely varied early do not blow up when they start to vary.",
      "FPO++, released locomotion configuration; FPO has none",
    ),
    normaliserUpdate: field(
      z.enum(["before", "after"]),
      "before",
      "When a batch updates the observation statistics: before its own gradient steps, or after them, so that the first ratio is 1.",
      "FPO; the released FPO++ stores normalised observations, which is the same as after",
    ),
    normaliserSamples: field(
      z.int().min(0),
      0,
      "Number of observations after which the statistics are frozen; 0: never.",
      OURS,
      "environment steps",
    ),
  }),
  ...inGroup("Essentials", {
    run: field(
      z.string().refine(isPlainPath, "a path without control characters"),
      "",
      "Folder of the run; empty: the next free one in runs/.",
      OURS,
      "path",
    ),
  }),
  /** What differs from the task as declared; absent where nothing does. Which settings a task has is known in tasks/settings. */
  taskSettings,
  evaluation: z
    .strictObject(
      inGroup("Evaluation and checkpoints", {
        everySteps: field(
          z.int().min(0),
          6_000_000,
          "Environment steps between evaluations; 0: evaluate only at the end.",
          FPO,
          "environment steps",
        ),
        episodes: field(z.int().min(1), 128, "Episodes per evaluation.", FPO),
        seed: field(z.int().min(0).max(0xffffffff), 1_000_003, "Seed of the evaluation's own random streams.", OURS),
        noise: field(
          z.enum(["random", "zero"]),
          "random",
          "Noise that actions are drawn from in evaluations: random, as in training, or zero, which starts a flow at 0 and takes a Gaussian's mean.",
          FPO,
        ),
      }),
    )
    .prefault({}),
  checkpoint: z
    .strictObject(
      inGroup("Evaluation and checkpoints", {
        everySeconds: field(
          z.number().min(0),
          60,
          "Minimum time between two checkpoints; 0: one per iteration.",
          OURS,
          "s",
        ),
        keep: field(z.int().min(1), 3, "Number of newest checkpoints to keep; the best one is kept in addition.", OURS),
        spread: field(
          z.int().min(0),
          4,
          "Number of older checkpoints to keep, evenly spread over the run. flowgait verify computes iterations again from them.",
          OURS,
        ),
      }),
    )
    .prefault({}),
  algorithm: algorithmConfig.prefault({ name: "fpo" }),
});

/** A fully resolved configuration. */
export type TrainConfig = z.infer<typeof trainConfigSchema>;
/** What may be written in presets: every field optional, at every depth. */
export type PartialTrainConfig = DeepPartial<Omit<z.input<typeof trainConfigSchema>, "taskSettings">> & {
  readonly taskSettings?: TaskSettings;
};

type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** Rows that one iteration collects: horizon * envs. */
export function rowsPerIteration(config: Pick<TrainConfig, "envs" | "horizon">): number {
  return config.envs * config.horizon;
}

/** The critic's step size: its own, or the policy's where it has none. */
export function criticLearningRate(algorithm: { learningRate: ScheduleSetting; criticLearningRate: number }): number {
  return algorithm.criticLearningRate > 0 ? algorithm.criticLearningRate : scheduleOf(algorithm.learningRate).start;
}

/**
 * Checks rules between settings: divisors, and settings that contradict each other.
 * @throws UserError (exit code 2) naming the first flag that does not fit
 */
export function checkTrainConfig(config: TrainConfig): TrainConfig {
  for (const rule of crossFieldRules) {
    const complaint = rule(config);
    if (complaint !== null) throw new UserError(complaint, { exitCode: 2 });
  }
  return config;
}

/** Each rule returns one line, or null where it is met. */
const crossFieldRules: readonly ((config: TrainConfig) => string | null)[] = [
  ({ shards, envs }) =>
    envs % shards === 0 ? null : `--shards: ${shards} does not divide --envs ${envs}, expected a divisor of it`,
  ({ horizon, algorithm }) =>
    algorithm.advantages === "iteration" || horizon % algorithm.unroll === 0
      ? null
      : `--algorithm.unroll: ${algorithm.unroll} does not divide --horizon ${horizon}, expected a divisor of it`,
  ({ algorithm }) =>
    !("pairing" in algorithm) || algorithm.pairing === "independent" || algorithm.pairs % 2 === 0
      ? null
      : `--algorithm.pairs: got ${algorithm.pairs}, expected an even number with --algorithm.pairing antithetic`,
  ({ algorithm: { critic, criticBins, criticSupport } }) =>
    critic === "squared" || criticBins >= fewestBins(criticSupport)
      ? null
      : `--algorithm.critic-bins: got ${criticBins}, expected at least ${fewestBins(criticSupport)} for --algorithm.critic-support ${criticSupport}`,
  (config) => {
    const { minibatches, advantages, unroll } = config.algorithm;
    const rows = rowsPerIteration(config);
    const units = advantages === "iteration" ? rows : rows / unroll;
    const what = advantages === "iteration" ? "rows (envs * horizon)" : "segments (envs * horizon / unroll)";
    return units % minibatches === 0
      ? null
      : `--algorithm.minibatches: ${minibatches} does not divide the ${units} ${what} of an iteration, expected a divisor of it`;
  },
];

/** The settings that decide what is computed: all but the length of the run, the threads, and where and when files are written. */
export function trajectoryConfig(config: TrainConfig): Omit<TrainConfig, "steps" | "workers" | "run" | "checkpoint"> {
  const { steps: _steps, workers: _workers, run: _run, checkpoint: _checkpoint, ...rest } = config;
  return rest;
}

/**
 * What decides results as JSON with sorted keys, and its sha256: two runs that share the hash compute the same numbers. Checkpoints carry both.
 */
export function trajectoryHash(config: TrainConfig): { config: string; configHash: string } {
  const text = JSON.stringify(sortKeys(trajectoryConfig(config)));
  return { config: text, configHash: createHash("sha256").update(text).digest("hex") };
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sortKeys(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isPlainPath(path: string): boolean {
  return !/\p{Cc}/u.test(path);
}
