/** Jobs for threads and their results. Plain data, so that a queue between machines could carry it too. */

import type { AdamSettings } from "../algorithms/adam.ts";
import type { AdvantageScale } from "../algorithms/advantages.ts";
import type { UpdateSpec } from "../algorithms/update-functions.ts";
import type { DescentJob } from "../learner/descender.ts";
import type { IterationSizes } from "../learner/iteration-layout.ts";
import type { UpdatePlan } from "../learner/update-plan.ts";
import type { NoiseSchedule } from "../policy/noise-source.ts";
import type { PolicySpec } from "../policy/policy.ts";
import type { RunClock } from "../policy/run-clock.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { EpisodeResults, EvaluateJob } from "../rollout/evaluation.ts";
import type { Mirror, TaskVariant } from "../tasks/index.ts";
import type { SharedMemory } from "../threads/shared-memory.ts";

/** Everything a thread needs to know once. */
export interface ThreadSetup extends TaskVariant {
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  /** False omits observation noise, pushes and differences between environments; default true */
  readonly disturbances?: boolean;
  readonly engine: "ort" | "tfjs";
  /** Absent where threads only evaluate */
  readonly training?: TrainingSetup;
}

/** The part of the setup that training needs. */
export interface TrainingSetup {
  readonly seed: number;
  /** Time limit of training episodes in control steps; 0: the task's own */
  readonly episodeSteps: number;
  /** How long the policy's noise lasts */
  readonly noise: NoiseSchedule;
  /** Whether first episodes end at times that differ from environment to environment */
  readonly staggered: boolean;
  readonly sizes: IterationSizes;
  readonly memory: SharedMemory;
  /** How actions are drawn */
  readonly policy: PolicySpec;
  readonly spec: UpdateSpec;
  readonly plan: UpdatePlan;
  readonly adam: AdamSettings;
  /** How advantages that are computed inside a minibatch are scaled; null: not at all */
  readonly minibatchScale: AdvantageScale | null;
  /** Null where rows are learned from as they are only */
  readonly mirror: Mirror | null;
}

/** One unit of work. */
export type Job =
  | {
      readonly kind: "collect";
      readonly shard: number;
      /** Of the iteration's start */
      readonly clock: RunClock;
      /** Generation of the shard states to read; the other one is written */
      readonly generation: 0 | 1;
      /** Standard deviation of Gaussian noise added to actions */
      readonly actionNoise: number;
      readonly watch?: WatchRequest;
    }
  | { readonly kind: "prepare"; readonly shard: number; readonly clock: RunClock }
  | DescentJob
  | EvaluateJob;

/** Environments to record in one shard, and the tape to record them on. */
export interface WatchRequest {
  /** Indices within the shard */
  readonly environments: readonly number[];
  readonly memory: SharedMemory;
  /** Slot of the first of them, and slots of the whole tape */
  readonly firstSlot: number;
  readonly slots: number;
}

/** The answer to each kind of job. */
export type JobResult<K extends Job["kind"] = Job["kind"]> = {
  collect: EpisodeReport;
  prepare: null;
  descend: null;
  evaluate: EpisodeResults;
}[K];

/** Jobs that are pure functions of what they are given, so that any machine may do them. */
export type ShardJob = Extract<Job, { readonly kind: "collect" | "evaluate" }>;

/** Who collects shards and runs evaluations: the threads here, or machines behind a queue. Which of them does never shows in the results. */
export interface Crew {
  /** Does all jobs and returns their results in the order of the jobs. */
  run<K extends ShardJob["kind"]>(jobs: readonly Extract<ShardJob, { kind: K }>[]): Promise<JobResult<K>[]>;
  /** Somebody waits for the end: what other machines have not done yet is done here. */
  hurry?(): void;
  /** Other machines; absent where the threads here do all */
  readonly machines?: Machines;
  close(): Promise<void>;
}

/** The worker processes that take part in a training. */
export interface Machines {
  readonly present: readonly Machine[];
  /** Names of those that have left, fallen silent or sent what was refused, the newest last */
  readonly lost: readonly string[];
}

/** One worker process. */
export interface Machine {
  readonly name: string;
  readonly host: string;
  readonly threads: number;
  /** What it computes now, such as "collect 3" */
  readonly doing: readonly string[];
  /** Shards and parts of evaluations that it has computed */
  readonly done: number;
}
