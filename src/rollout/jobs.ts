/** What threads are told and what they answer. Plain data, so that a queue between machines could carry it as well. */

import type { AdamSettings } from "../algorithms/adam.ts";
import type { AdvantageScale } from "../algorithms/advantages.ts";
import type { UpdateSpec } from "../algorithms/update-functions.ts";
import type { NoiseSchedule } from "../policy/noise-source.ts";
import type { FlowPolicy, PolicySpec } from "../policy/policy.ts";
import type { RunClock } from "../policy/run-clock.ts";
import type { Mirror, Squash, TaskVariant } from "../tasks/index.ts";
import type { EpisodeReport } from "./episodes.ts";
import type { CommandVector, EpisodeResults } from "./evaluation.ts";
import type { IterationSizes } from "./iteration-layout.ts";
import type { UpdatePlan } from "./update-plan.ts";

/** Everything a thread needs to know once. */
export interface ThreadSetup extends TaskVariant {
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  /** False leaves out observation noise, pushes and differences between environments; default true */
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
  readonly memory: SharedArrayBuffer;
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

/** What actions are drawn from when evaluating: fresh noise, or zeros for the flow's start and for a Gaussian's deviation from its mean. */
export type StartNoise = "random" | "zero" | FixedNoise;

/** All noise of every action is the draw of one place of the stream, (seed, STREAM.policy, row, 0), so that the policy is a function. */
export interface FixedNoise {
  readonly seed: number;
}

/** A policy as plain data, for evaluation. */
export type PolicyData = { readonly kind: "zero" | "random" } | TrainedPolicy | FilePolicy;

/** A network's weights and all that acting with them takes. */
export interface TrainedPolicy {
  readonly kind: "trained";
  readonly spec: PolicySpec;
  readonly weights: Float32Array;
  /** Normaliser of the observation [obsSize] */
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** Of a policy whose actions come by a flow. */
export type TrainedFlow = TrainedPolicy & { readonly spec: FlowPolicy };

/** A policy that is an ONNX file, whoever made it: observation in, action out. */
export interface FilePolicy {
  readonly kind: "file";
  /** How messages call the file. */
  readonly source: string;
  readonly bytes: Uint8Array;
  /** sha256 of the bytes */
  readonly digest: string;
  /** Float32 observation [batch, obsSize] */
  readonly input: string;
  readonly obsSize: number;
  /** Float32 [batch, size] of standard normal draws, where the file takes its noise from outside */
  readonly noise: { readonly input: string; readonly size: number } | null;
  /** Float32 [batch, actionSize] */
  readonly output: string;
  readonly actionSize: number;
  /** Rows that the file wants at once; null: any number */
  readonly batch: number | null;
  /** The task's squash, which the file's actions have behind them */
  readonly squash: Squash;
  /** Where the file gives joint targets, in rad, instead of actions: target = offset + scale · action */
  readonly targets: { readonly offset: readonly number[]; readonly scale: readonly number[] } | null;
  /** What the file draws its actions from by itself; null where it takes noise from outside, or does not tell */
  readonly draws: StartNoise | null;
  /** The flow that the file was made from, where it keeps that: for actions drawn in other ways than the file draws them */
  readonly flow: TrainedFlow | null;
}

/** The flow of a policy, with its own way to draw actions; null where it has none or does not tell. */
export function flowOf(policy: PolicyData): TrainedFlow | null {
  if (policy.kind === "file") return policy.flow;
  return policy.kind === "trained" && policy.spec.kind === "flow" ? { ...policy, spec: policy.spec } : null;
}

/** What has weights and a gradient of its own. */
export type Network = "actor" | "critic";

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
  | {
      /** Learns from prepared minibatches, together with all threads that are given the same job: none may be left out for good */
      readonly kind: "descend";
      /** Whose batch it is; what rows hold stays the same within it */
      readonly iteration: number;
      /** Minibatches of all epochs, numbered through: `firstMinibatch` … before `endMinibatch` */
      readonly firstMinibatch: number;
      readonly endMinibatch: number;
      /** Gradient parts that a thread takes at once; each is summed on its own */
      readonly parts: number;
      /** Learning rates */
      readonly rates: Readonly<Record<Network, number>>;
      /** Of returns in this batch, where advantages are brought to one scale by the minibatch */
      readonly returnLevel: number;
    }
  | {
      readonly kind: "evaluate";
      readonly policy: PolicyData;
      readonly noise: StartNoise;
      readonly seed: number;
      /** Episodes of this job: `firstEpisode` … + `episodes` */
      readonly firstEpisode: number;
      readonly episodes: number;
      readonly command: CommandVector | null;
    };

/** What all threads do together. */
export type DescentJob = Extract<Job, { kind: "descend" }>;

/** Environments to record in one shard, and the tape to record them on. */
export interface WatchRequest {
  /** Indices within the shard */
  readonly environments: readonly number[];
  readonly memory: SharedArrayBuffer;
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
