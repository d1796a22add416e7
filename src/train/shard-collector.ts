/** Collects any shard of a run with the weights that it is given: what threads here and workers on other machines have in common. */
import type { Engine } from "../graph/index.ts";
import { STREAM } from "../math/rng.ts";
import { NoiseSource } from "../policy/noise-source.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import type { RunClock } from "../policy/run-clock.ts";
import { samplerFunction } from "../policy/sampler.ts";
import { type ActingPolicy, Collector, type StepObserver, type Trajectory } from "../rollout/collect.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import { Environment } from "../tasks/index.ts";
import type { TrainingSetup } from "./jobs.ts";
import type { ShardSizes } from "./trajectory.ts";

/** What collecting needs to know of a run. Plain data without memory, so that other machines can be sent it. */
export type CollectSetup = Pick<TrainingSetup, "seed" | "episodeSteps" | "noise" | "staggered" | "policy"> & {
  readonly sizes: ShardSizes;
};

/** Which shard, and when. */
export interface ShardMoment {
  readonly shard: number;
  /** Of the iteration's start */
  readonly clock: RunClock;
  /** Standard deviation of Gaussian noise added to actions */
  readonly actionNoise: number;
}

/** The policy that acts: its weights [actorSize], and at least obsSize values of the normaliser. */
export interface ActingWeights {
  readonly weights: Float32Array;
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** State of the shard before and after, and its experience. */
export interface ShardMemory {
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly trajectory: Trajectory;
}

/** Owns a sampler and a collector. */
export class ShardCollector {
  readonly env: Environment;
  readonly noise: NoiseSource;
  readonly #setup: CollectSetup;
  readonly #collector: Collector;
  readonly #policy: ActingPolicy;

  private constructor(setup: CollectSetup, collector: Collector, policy: ActingPolicy) {
    this.env = collector.env;
    this.noise = policy.noise;
    this.#setup = setup;
    this.#collector = collector;
    this.#policy = policy;
  }

  /** @param env of the form that is trained on, see `trainingEnv` */
  static async create(env: Environment, engine: Engine, setup: CollectSetup): Promise<ShardCollector> {
    const { sizes, seed, noise, staggered } = setup;
    const collector = new Collector(env, { seed, envs: sizes.envs, steps: sizes.steps, noise, staggered });
    const weights = new Float32Array(sizes.actorSize);
    const policy: ActingPolicy = {
      noise: new NoiseSource(STREAM.policy, noise, noiseSize(setup.policy)),
      sampler: await engine.compile(samplerFunction(setup.policy, sizes.envs)),
      weights,
      feeds: {
        ...parameterViews(policyLayout(setup.policy), weights),
        mean: new Float32Array(sizes.obsSize),
        std: new Float32Array(sizes.obsSize),
      },
      actionNoise: 0,
    };
    return new ShardCollector(setup, collector, policy);
  }

  /** Float64 values of a shard's state. */
  get stateSize(): number {
    return this.#collector.layout.size;
  }

  /** Steps one shard; see `Collector.collect`. */
  collect(
    { shard, clock, actionNoise }: ShardMoment,
    { weights, mean, std }: ActingWeights,
    { before, after, trajectory }: ShardMemory,
    observer?: StepObserver,
  ): Promise<EpisodeReport> {
    const { sizes } = this.#setup;
    const policy = this.#policy;
    policy.actionNoise = actionNoise;
    policy.weights.set(weights);
    policy.feeds.mean.set(mean.subarray(0, sizes.obsSize));
    policy.feeds.std.set(std.subarray(0, sizes.obsSize));
    const place = { clock, firstEnv: shard * sizes.envs };
    return this.#collector.collect(place, policy, before, after, trajectory, observer);
  }
}

/** The environment itself, or one of the task's training form with the time limit that training requests. */
export async function trainingEnv(
  env: Environment,
  { episodeSteps }: Pick<CollectSetup, "episodeSteps">,
): Promise<Environment> {
  const { lesson } = env.task;
  const ownLimit = episodeSteps === 0 || episodeSteps === env.episodeSteps;
  if (lesson === undefined && ownLimit) return env;
  const task = lesson?.training ?? env.task;
  return Environment.create(ownLimit ? task : { ...task, episodeSteps }, { looks: false });
}
