/**
 * Table 1 of the FPO paper (McAllister, Ge, Yi et al., "Flow Matching Policy Gradients", arXiv 2507.21053): its tasks, its evaluation
 * protocol and the numbers that were published. Data only.
 */
import type { AlgorithmName } from "../config/algorithm-config.ts";

/** Mean over the table's tasks and its standard error across tasks, as published. */
export interface PublishedMean {
  readonly mean: number;
  readonly standardError: number;
}

/** A published training log: one seed on one task. */
export interface PublishedLog {
  readonly task: string;
  readonly algorithm: AlgorithmName;
  /** Environment steps trained before each evaluation. */
  readonly steps: readonly number[];
  readonly returns: readonly number[];
}

/** What a published table measured, and what it found. */
export interface PublishedTable {
  readonly name: string;
  readonly tasks: readonly string[];
  readonly algorithms: readonly AlgorithmName[];
  readonly seeds: readonly number[];
  /** Evaluations of a run, evenly spaced over its steps; the last one counts. */
  readonly evaluations: number;
  readonly episodes: number;
  /** Control steps of an evaluation episode, without a reset in between. */
  readonly episodeSteps: number;
  readonly means: Partial<Record<AlgorithmName, PublishedMean>>;
  readonly logs: readonly PublishedLog[];
  /** Returns per task of a Gaussian PPO that another project tuned, and its name. */
  readonly independent: { readonly name: string; readonly returns: Readonly<Record<string, number>> };
}

/** Environment steps at the evaluations of the published logs, made after iterations 0, 6, … 60 of 2048 environments * 480 control steps. */
const LOGGED_STEPS = [0, 6, 13, 20, 26, 33, 40, 46, 53, 60].map((iteration) => (iteration + 1) * 2048 * 480);

/** The table that `flowgait reproduce fpo-table1` runs. The paper names five seeds, not which. */
export const fpoTable1: PublishedTable = {
  name: "fpo-table1",
  tasks: [
    "BallInCup",
    "CartpoleBalance",
    "CheetahRun",
    "FingerSpin",
    "FingerTurnEasy",
    "FingerTurnHard",
    "FishSwim",
    "PointMass",
    "ReacherEasy",
    "ReacherHard",
  ],
  algorithms: ["fpo", "ppo", "denoising-mdp"],
  seeds: [1, 2, 3, 4, 5],
  evaluations: 10,
  episodes: 128,
  episodeSteps: 1000,
  means: {
    fpo: { mean: 759.3, standardError: 45.3 },
    ppo: { mean: 667.8, standardError: 66.0 },
    "denoising-mdp": { mean: 652.5, standardError: 83.7 },
  },
  // The notebooks of the released code, one seed.
  logs: [
    {
      task: "CheetahRun",
      algorithm: "fpo",
      steps: LOGGED_STEPS,
      returns: [21.7, 284.2, 581.1, 700.0, 753.2, 808.3, 869.5, 857.1, 784.3, 877.8],
    },
    {
      task: "CheetahRun",
      algorithm: "ppo",
      steps: LOGGED_STEPS,
      returns: [0.2, 97.1, 183.6, 267.6, 324.7, 401.9, 455.2, 492.9, 530.5, 560.7],
    },
  ],
  // Up to 100 M steps, own recipe, moving average of training returns: budget and metric differ from the table's.
  independent: {
    name: "PPO of SLM-Lab",
    returns: {
      BallInCup: 942,
      CartpoleBalance: 968,
      CheetahRun: 883,
      FingerSpin: 713,
      FingerTurnEasy: 664,
      FingerTurnHard: 590,
      FishSwim: 581,
      PointMass: 868,
      ReacherEasy: 955,
      ReacherHard: 947,
    },
  },
};

/** The tables that can be reproduced. */
export const publishedTables: readonly PublishedTable[] = [fpoTable1];
