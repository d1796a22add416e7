/** What one thread owns: an engine, an environment and the compiled functions; does any job with them. */
import type { Engine } from "../graph/index.ts";
import { createEngine } from "../graph/index.ts";
import { Descender } from "../learner/descender.ts";
import { type IterationViews, iterationLayout } from "../learner/iteration-layout.ts";
import { Updater } from "../learner/updater.ts";
import { STREAM } from "../math/rng.ts";
import { NoiseSource } from "../policy/noise-source.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import { samplerFunction } from "../policy/sampler.ts";
import { type ActingPolicy, Collector, type StepObserver, type Trajectory } from "../rollout/collect.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import { Evaluator } from "../rollout/evaluation.ts";
import { PoseTape, tapeSizes } from "../rollout/pose-tape.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { sharedViews } from "../threads/shared-layout.ts";
import type { Job, JobResult, ThreadSetup, TrainingSetup, WatchRequest } from "./jobs.ts";

/** The training half of a thread. */
interface TrainingTools {
  readonly setup: TrainingSetup;
  readonly views: IterationViews;
  readonly collector: Collector;
  readonly policy: ActingPolicy;
  readonly updater: Updater;
  readonly descender: Descender;
}

/** Runs jobs one at a time. */
export class ThreadHost {
  readonly #env: Environment;
  readonly #engine: Engine;
  readonly #training: TrainingTools | null;
  #evaluator: Evaluator | null = null;

  private constructor(env: Environment, engine: Engine, training: TrainingTools | null) {
    this.#env = env;
    this.#engine = engine;
    this.#training = training;
  }

  /** Loads the task's scene, the engine and, for training, compiles the graph functions. */
  static async create(setup: ThreadSetup): Promise<ThreadHost> {
    const { disturbances = true } = setup;
    const task = await resolveTask(setup.task, setup);
    const env = await Environment.create(task, {
      noise: disturbances,
      events: disturbances,
      randomise: disturbances,
      looks: false,
    });
    const engine = await createEngine(setup.engine);
    const training = setup.training
      ? await trainingTools(await trainingEnv(env, setup.training), engine, setup.training)
      : null;
    return new ThreadHost(env, engine, training);
  }

  /** Does one job. */
  async run(job: Job): Promise<JobResult> {
    switch (job.kind) {
      case "collect":
        return this.#collect(job);
      case "prepare":
        await this.#tools.updater.prepare(job.shard, job.clock);
        return null;
      case "descend":
        await this.#tools.descender.descend(job);
        return null;
      case "evaluate":
        this.#evaluator ??= new Evaluator(this.#env, this.#engine);
        return this.#evaluator.evaluate(job);
      default:
        return job satisfies never;
    }
  }

  get #tools(): TrainingTools {
    if (this.#training === null) throw new Error("worker: this thread was set up without training");
    return this.#training;
  }

  #collect({
    shard,
    clock,
    generation,
    actionNoise,
    watch,
  }: Extract<Job, { kind: "collect" }>): Promise<EpisodeReport> {
    const { setup, views, collector, policy } = this.#tools;
    const { sizes } = setup;
    policy.actionNoise = actionNoise;
    policy.weights.set(views.actor);
    policy.feeds.mean.set(views.mean.subarray(0, sizes.obsSize));
    policy.feeds.std.set(views.std.subarray(0, sizes.obsSize));
    const state = (which: number) => {
      const start = (which * sizes.shards + shard) * sizes.shardStateSize;
      return views.shardState.subarray(start, start + sizes.shardStateSize);
    };
    return collector.collect(
      { clock, firstEnv: shard * sizes.envs },
      policy,
      state(generation),
      state(1 - generation),
      trajectoryOf(views, setup, shard),
      watch && poseObserver(watch, collector.env, sizes.steps),
    );
  }
}

/** The environment itself, or one of the task's training form with the time limit that training requests. */
async function trainingEnv(env: Environment, { episodeSteps }: TrainingSetup): Promise<Environment> {
  const { lesson } = env.task;
  const ownLimit = episodeSteps === 0 || episodeSteps === env.episodeSteps;
  if (lesson === undefined && ownLimit) return env;
  const task = lesson?.training ?? env.task;
  return Environment.create(ownLimit ? task : { ...task, episodeSteps }, { looks: false });
}

async function trainingTools(env: Environment, engine: Engine, setup: TrainingSetup): Promise<TrainingTools> {
  const { sizes, spec, plan, seed, mirror, adam, minibatchScale } = setup;
  const views = sharedViews(iterationLayout(sizes), setup.memory);
  const collector = new Collector(env, {
    seed,
    envs: sizes.envs,
    steps: sizes.steps,
    noise: setup.noise,
    staggered: setup.staggered,
  });
  const weights = new Float32Array(sizes.actorSize);
  const noise = new NoiseSource(STREAM.policy, setup.noise, noiseSize(setup.policy));
  const policy: ActingPolicy = {
    noise,
    sampler: await engine.compile(samplerFunction(setup.policy, sizes.envs)),
    weights,
    feeds: {
      ...parameterViews(policyLayout(setup.policy), weights),
      mean: new Float32Array(sizes.obsSize),
      std: new Float32Array(sizes.obsSize),
    },
    actionNoise: 0,
  };
  const options = { engine, spec, plan, sizes, views, seed, noise, mirror };
  const updater = await Updater.create(options);
  const descender = await Descender.create({ ...options, adam, minibatchScale }, updater);
  return { setup, views, collector, policy, updater, descender };
}

function trajectoryOf(views: IterationViews, { sizes }: TrainingSetup, shard: number): Trajectory {
  const rows = sizes.steps * sizes.envs;
  const seen = rows + sizes.envs;
  const part = <T extends { subarray(a: number, b: number): T }>(array: T, size: number) =>
    array.subarray(shard * size, (shard + 1) * size);
  return {
    obs: part(views.obs, seen * sizes.obsSize),
    privileged: part(views.privileged, seen * sizes.privilegedSize),
    action: part(views.action, rows * sizes.actionSize),
    reward: part(views.reward, rows),
    terminated: part(views.terminated, rows),
    truncated: part(views.truncated, rows),
    finalCount: part(views.finalCount, 1),
    finalRow: part(views.finalRow, sizes.finals),
    finalObs: part(views.finalObs, sizes.finals * sizes.obsSize),
    finalPrivileged: part(views.finalPrivileged, sizes.finals * sizes.privilegedSize),
  };
}

function poseObserver(watch: WatchRequest, env: Environment, steps: number): StepObserver {
  const sizes = tapeSizes(env, steps, watch.slots);
  const tape = new PoseTape(watch.memory, sizes);
  const slots = new Map(watch.environments.map((n, index) => [n, watch.firstSlot + index]));
  return (step, n, environment, when) => {
    const slot = slots.get(n);
    if (slot !== undefined) tape.record(step, slot, environment, when);
  };
}
