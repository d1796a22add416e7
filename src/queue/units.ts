/**
 * The units of work that travel over a queue: a shard to collect, or some episodes to evaluate. Each has what it shares with the others of its
 * round (the weights), what is its own (the shard's state) and a result; all three are parcels that are named by their hashes.
 */
import { z } from "zod";
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { EpisodeResults, EvaluateJob } from "../rollout/evaluation.ts";
import type { TrainedPolicy } from "../rollout/policy-data.ts";
import type { TaskVariant } from "../tasks/index.ts";
import type { ThreadSetup } from "../train/jobs.ts";
import type { ActingWeights, CollectSetup, ShardMoment } from "../train/shard-collector.ts";
import type { ShardSizes } from "../train/trajectory.ts";
import { DamagedParcel, type Flat, openParcel, type Parcel, pack } from "./parcel.ts";

/** What a session's workers must know once. */
export interface SharedSetup {
  readonly engine: ThreadSetup["engine"];
  readonly collect: CollectSetup;
  /** The learner's, see arithmetic.ts */
  readonly arithmetic: string;
}

/** The same with where a worker has the task. */
export interface TakeSetup extends SharedSetup, TaskVariant {
  readonly task: string;
}

/** A job as BullMQ holds it: names of parcels, less than 1 kB. */
export interface UnitName {
  readonly kind: "collect" | "evaluate";
  readonly round: string;
  readonly index: number;
  /** Hashes of the two parcels that it is computed from */
  readonly common: string;
  readonly input: string;
}

/** Episodes of an evaluation without their policy. */
export type Episodes = Omit<EvaluateJob, "kind" | "policy">;

/** Why a unit could not be computed. */
const failureSchema = z.object({ message: z.string(), exitCode: z.union([z.literal(1), z.literal(2)]).nullable() });
/** As a worker reports it; without an exit code it is no user's mistake. */
export type Failure = z.infer<typeof failureSchema>;

const number = z.custom<number>((value) => typeof value === "number"); // zod's own refuses NaN
const numbers = z.array(number);
const plain = z.array(z.record(z.string(), z.unknown()));

const reportSchema = z.object({
  returns: numbers,
  lengths: numbers,
  terms: numbers,
  ends: numbers,
  nans: z.array(z.object({ env: number, step: number, source: z.string(), refusal: z.string() })),
  warnings: numbers,
});

const resultsSchema = z.object({
  returns: numbers,
  lengths: numbers,
  terminated: z.array(z.boolean()),
  terms: z.array(numbers),
  tracking: plain,
  gait: plain,
  smoothness: plain,
  goals: plain,
  nonFinite: plain,
  refusals: z.array(z.string()),
  warnings: numbers,
} satisfies Record<keyof EpisodeResults, z.ZodType>);

const answerSchema = z.object({
  unit: z.object({
    kind: z.enum(["collect", "evaluate"]),
    round: z.string(),
    index: z.int(),
    common: z.string(),
    input: z.string(),
  }),
  worker: z.string(),
  report: reportSchema.optional(),
  /** Steps that a time limit cut: only these rows of the final arrays travel */
  finals: z.int().min(0).optional(),
  results: resultsSchema.optional(),
  failure: failureSchema.optional(),
});

/** What a worker says beside arrays. */
export type Answer = z.infer<typeof answerSchema>;

/** @throws DamagedParcel where the bytes are no answer */
export function openAnswer(bytes: Uint8Array): { readonly answer: Answer; readonly parcel: Parcel } {
  const parcel = openParcel(bytes);
  const { data, error } = answerSchema.safeParse(parcel.header);
  if (data === undefined) throw new DamagedParcel(`an answer without ${error.issues[0]!.path.join(".")}`);
  return { answer: data, parcel };
}

/** @throws DamagedParcel where the answer holds no report of the run's shape */
export function reportOf({ report, finals }: Answer, { finals: most }: ShardSizes): [EpisodeReport, number] {
  if (report === undefined || finals === undefined || finals > most)
    throw new DamagedParcel(`a report of ${finals} cut steps, expected at most ${most}`);
  return [report, finals];
}

/** @throws DamagedParcel where the answer holds other episodes */
export function resultsOf({ results }: Answer, episodes: number): EpisodeResults {
  const counted = results && [results.returns, results.lengths, results.terminated, results.terms, results.tracking];
  if (counted?.some((list) => list.length !== episodes) !== false)
    throw new DamagedParcel(`results of ${results?.returns.length ?? 0} episodes, expected ${episodes}`);
  return results as unknown as EpisodeResults;
}

/** The arrays of a shard's result, in the order in which they travel. */
export function resultArrays(memory: ResultMemory, { obsSize, privilegedSize }: ShardSizes, finals: number): Flat[] {
  const { trajectory, after } = memory;
  const { obs, privileged, action, reward, terminated, truncated, finalRow, finalObs, finalPrivileged } = trajectory;
  return [
    after,
    obs,
    privileged,
    action,
    reward,
    terminated,
    truncated,
    finalRow.subarray(0, finals),
    finalObs.subarray(0, finals * obsSize),
    finalPrivileged.subarray(0, finals * privilegedSize),
  ];
}

/** Where a shard's result is, or goes. */
export type ResultMemory = Pick<import("../train/shard-collector.ts").ShardMemory, "after" | "trajectory">;

/** The weights that a round collects with. */
export function packWeights({ weights, mean, std }: ActingWeights): Buffer {
  return pack({ kind: "weights" }, [weights, mean, std]);
}

/** Reads them into arrays of their sizes. */
export function unpackWeights(bytes: Uint8Array, { weights, mean, std }: ActingWeights): void {
  openParcel(bytes).unpack([weights, mean, std]);
}

/** A shard to collect. */
export function packShard(moment: ShardMoment, state: Float64Array): Buffer {
  return pack(moment, [state]);
}

/** Reads a shard to collect. */
export function unpackShard(bytes: Uint8Array, state: Float64Array): ShardMoment {
  const parcel = openParcel(bytes);
  parcel.unpack([state]);
  return parcel.header as ShardMoment;
}

/** A policy to evaluate. */
export function packPolicy({ weights, mean, std, ...policy }: TrainedPolicy): Buffer {
  const sizes = [weights, mean, std].map(({ length }) => length);
  return pack({ policy, sizes }, [weights, mean, std]);
}

/** Reads a policy to evaluate. */
export function unpackPolicy(bytes: Uint8Array): TrainedPolicy {
  const parcel = openParcel(bytes);
  const { policy, sizes } = parcel.header as {
    policy: Omit<TrainedPolicy, "weights" | "mean" | "std">;
    sizes: number[];
  };
  const [weights, mean, std] = sizes.map((size) => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  parcel.unpack([weights, mean, std]);
  return { ...policy, weights, mean, std };
}
