/** A run's whole state as a checkpoint, and back: weights, Adam, normaliser, shard states, counters. Nothing here depends on time or threads. */

import { type TrainConfig, trajectoryHash } from "../config/config.ts";
import type { StoredTensor, TensorData } from "../files/safetensors.ts";
import { packageVersion } from "../files/version.ts";
import { adamState, type IterationSizes, type IterationViews } from "../learner/iteration-layout.ts";
import { UserError } from "../math/user-error.ts";
import { type ParameterLayout, parameterViews } from "../policy/parameters.ts";
import type { PolicySpec } from "../policy/policy.ts";
import { forkedAt, type RunClock, startOfRun } from "../policy/run-clock.ts";
import type { Checkpoint } from "../runs/checkpoint.ts";
import type { Learner } from "./learner.ts";

/** Values that change from iteration to iteration beside the arrays. */
export interface LoopState {
  iteration: number;
  clock: RunClock;
  /** Which generation of shard states is current */
  generation: 0 | 1;
  /** Score of the best evaluation so far; null before the first one */
  bestReturn: number | null;
  /** Environment steps at which the last evaluation ran */
  evaluatedAt: number;
  /** Returns and lengths of the newest finished episodes */
  recentReturns: number[];
  recentLengths: number[];
}

/** The state before the first iteration. */
export function initialLoopState(): LoopState {
  return {
    iteration: 0,
    clock: startOfRun,
    generation: 0,
    bestReturn: null,
    evaluatedAt: 0,
    recentReturns: [],
    recentLengths: [],
  };
}

/** Everything that a checkpoint is taken from and restored to. */
export interface TrainingParts {
  readonly loop: LoopState;
  readonly views: IterationViews;
  readonly sizes: IterationSizes;
  readonly learner: Learner;
  /** The averaged policy [actorSize] */
  readonly average: Float32Array;
  readonly actorLayout: ParameterLayout;
  readonly criticLayout: ParameterLayout;
  /** How the weights act */
  readonly policy: PolicySpec;
}

/** The whole state as of now. @param config as checkpoints hold it, without places of this machine */
export function checkpointOf(parts: TrainingParts, config: TrainConfig): Checkpoint {
  const { iteration, clock } = parts.loop;
  return {
    metadata: {
      packageVersion: packageVersion(),
      task: config.task,
      algorithm: config.algorithm.name,
      seed: config.seed,
      iteration,
      envSteps: clock.envSteps,
      ...trajectoryHash(config),
      state: storedState(parts),
      ...(parts.policy.symmetry && { symmetry: JSON.stringify(parts.policy.symmetry) }),
    },
    tensors: storedTensors(parts),
  };
}

/** The arrays of a checkpoint, copied. */
function storedTensors(parts: TrainingParts): Record<string, StoredTensor> {
  const { views, learner, sizes, loop } = parts;
  const states = sizes.shards * sizes.shardStateSize;
  const current = views.shardState.slice(loop.generation * states, (loop.generation + 1) * states);
  const [actor, critic] = [adamState(views.actorMoments), adamState(views.criticMoments)];
  const flat = (data: TensorData): StoredTensor => ({ data: data.slice(), shape: [data.length] });
  return {
    ...named(parts.actorLayout, views.actor, "weights/"),
    ...named(parts.criticLayout, views.critic, "weights/"),
    ...named(parts.actorLayout, parts.average, "average/"),
    "adam/actor/mean": flat(actor.mean),
    "adam/actor/square": flat(actor.square),
    "adam/critic/mean": flat(critic.mean),
    "adam/critic/square": flat(critic.square),
    "normaliser/mean": flat(learner.stats.mean),
    "normaliser/squares": flat(learner.stats.squares),
    shards: { data: current, shape: [sizes.shards, sizes.shardStateSize] },
  };
}

/** The counters of a checkpoint, as JSON. */
function storedState({ loop, learner, views }: TrainingParts): string {
  const { iteration: _iteration, generation: _generation, ...rest } = loop;
  const [actor, critic] = views.optimiserSteps;
  const optimiserSteps = { actor, critic };
  return JSON.stringify({
    ...rest,
    optimiserSteps,
    normaliserCount: learner.stats.count,
    rateFactor: learner.rateFactor,
  });
}

/** In what a run that begins from a checkpoint differs from the one that wrote it. */
export interface RestoreOptions {
  /** It is another run: its best evaluation is still to come */
  readonly newRun?: boolean;
  /** Its environments are other ones and stay at the start of their first episodes */
  readonly newEpisodes?: boolean;
}

/**
 * Puts a checkpoint's contents in place.
 * @throws UserError naming the first array that is missing or has another size
 */
export function restore(
  parts: TrainingParts,
  { metadata, tensors }: Checkpoint,
  source: string,
  { newRun = false, newEpisodes = false }: RestoreOptions = {},
): void {
  const { views, learner, sizes, loop } = parts;
  const [actor, critic] = [adamState(views.actorMoments), adamState(views.criticMoments)];
  const fill = (name: string, target: TensorData) => copyTensor(tensors, name, target, source);
  for (const [name, view] of Object.entries(parameterViews(parts.actorLayout, views.actor, "weights/")))
    fill(name, view);
  for (const [name, view] of Object.entries(parameterViews(parts.criticLayout, views.critic, "weights/")))
    fill(name, view);
  for (const [name, view] of Object.entries(parameterViews(parts.actorLayout, parts.average, "average/")))
    fill(name, view);
  fill("adam/actor/mean", actor.mean);
  fill("adam/actor/square", actor.square);
  fill("adam/critic/mean", critic.mean);
  fill("adam/critic/square", critic.square);
  fill("normaliser/mean", learner.stats.mean);
  fill("normaliser/squares", learner.stats.squares);
  const { shards, clock } = episodesOf({ metadata, tensors }, sizes);
  if (!newEpisodes)
    copyTensor(
      { ...tensors, shards },
      "shards",
      views.shardState.subarray(0, sizes.shards * sizes.shardStateSize),
      source,
    );
  const { optimiserSteps, normaliserCount, rateFactor = 1, ...rest } = JSON.parse(metadata.state);
  views.optimiserSteps.set([optimiserSteps.actor, optimiserSteps.critic]);
  learner.stats.count = normaliserCount;
  learner.rateFactor = rateFactor;
  learner.publishNormaliser();
  Object.assign(loop, rest, { iteration: metadata.iteration, clock, generation: 0 });
  if (newEpisodes) Object.assign(loop, { clock: forkedAt(clock), recentReturns: [], recentLengths: [] });
  if (newRun) loop.bestReturn = null;
}

/** The shards' states and the clock. Older checkpoints keep the ticks in each shard's header, behind its first value. */
function episodesOf({ metadata, tensors }: Checkpoint, { shards: count }: IterationSizes) {
  const { shards } = tensors;
  const { clock } = JSON.parse(metadata.state) as { clock?: RunClock };
  if (clock !== undefined || shards === undefined) return { shards, clock: clock ?? startOfRun };
  const stride = shards.data.length / (shards.shape[0] ?? count);
  const data = (shards.data as Float64Array).filter((_, i) => i % stride !== 1);
  const ticks = Number(shards.data[1]);
  return {
    shards: { data, shape: [data.length] },
    clock: { envSteps: metadata.envSteps, ticks, origin: startOfRun.origin },
  };
}

function named(layout: ParameterLayout, flat: Float32Array, prefix: string): Record<string, StoredTensor> {
  return Object.fromEntries(
    layout.parameters.map(({ name, offset, size, shape }) => [
      prefix + name,
      { data: flat.slice(offset, offset + size), shape: [...shape] },
    ]),
  );
}

function copyTensor(
  tensors: Readonly<Record<string, StoredTensor>>,
  name: string,
  target: TensorData,
  source: string,
): void {
  const stored = tensors[name];
  if (stored === undefined)
    throw new UserError(`${source}: array "${name}" is missing, expected ${target.length} values`);
  if (stored.data.length !== target.length) {
    throw new UserError(`${source}: array "${name}" has ${stored.data.length} values, expected ${target.length}`);
  }
  target.set(stored.data);
}
