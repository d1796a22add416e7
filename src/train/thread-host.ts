/** What one thread owns: an engine, an environment and the compiled functions; does any job with them. */
import type { Engine } from "../graph/index.ts";
import { createEngine } from "../graph/index.ts";
import { Descender } from "../learner/descender.ts";
import { type IterationViews, iterationLayout } from "../learner/iteration-layout.ts";
import { Updater } from "../learner/updater.ts";
import type { StepObserver } from "../rollout/collect.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import { Evaluator } from "../rollout/evaluation.ts";
import { PoseTape, tapeSizes } from "../rollout/pose-tape.ts";
import { Environment, type EnvironmentOptions, type PhysicsName, resolveTask, withPhysics } from "../tasks/index.ts";
import { sharedViews } from "../threads/shared-layout.ts";
import type { Job, JobResult, ThreadSetup, TrainingSetup, WatchRequest } from "./jobs.ts";
import { ShardCollector, trainingEnv } from "./shard-collector.ts";
import { stateOf, trajectoryOf } from "./trajectory.ts";

/** The training half of a thread. */
interface TrainingTools {
  readonly setup: TrainingSetup;
  readonly views: IterationViews;
  readonly collector: ShardCollector;
  readonly updater: Updater;
  readonly descender: Descender;
}

/** Runs jobs one at a time. */
export class ThreadHost {
  readonly #env: Environment;
  readonly #engine: Engine;
  readonly #training: TrainingTools | null;
  /** What environments omit. */
  readonly #omitted: EnvironmentOptions;
  #evaluator: Evaluator | null = null;
  /** The last physics other than the task's own: jobs of one kind follow each other. */
  #other: { readonly physics: PhysicsName; readonly env: Environment } | null = null;

  private constructor(env: Environment, engine: Engine, training: TrainingTools | null, omitted: EnvironmentOptions) {
    this.#env = env;
    this.#engine = engine;
    this.#training = training;
    this.#omitted = omitted;
  }

  /** Loads the task's scene, the engine and, for training, compiles the graph functions. */
  static async create(setup: ThreadSetup): Promise<ThreadHost> {
    const { disturbances = true } = setup;
    const task = await resolveTask(setup.task, setup);
    const omitted = { noise: disturbances, events: disturbances, randomise: disturbances, looks: false };
    const env = await Environment.create(task, omitted);
    const engine = await createEngine(setup.engine);
    const training = setup.training
      ? await trainingTools(await trainingEnv(env, setup.training), engine, setup.training)
      : null;
    return new ThreadHost(env, engine, training, omitted);
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
        if (job.physics !== undefined) return new Evaluator(await this.#under(job.physics), this.#engine).evaluate(job);
        this.#evaluator ??= new Evaluator(this.#env, this.#engine);
        return this.#evaluator.evaluate(job);
      default:
        return job satisfies never;
    }
  }

  /** Frees what a thread of its own would take with it. */
  async close(): Promise<void> {
    await this.#engine.dispose();
    const trained = this.#training?.collector.env;
    if (trained !== undefined && trained !== this.#env) trained.delete();
    this.#other?.env.delete();
    this.#env.delete();
  }

  /** The task's environment under other physics. */
  async #under(physics: PhysicsName): Promise<Environment> {
    if (this.#other?.physics === physics) return this.#other.env;
    this.#other?.env.delete();
    this.#other = null;
    const env = await Environment.create(withPhysics(this.#env.task, physics), this.#omitted);
    this.#other = { physics, env };
    return env;
  }

  get #tools(): TrainingTools {
    if (this.#training === null) throw new Error("worker: this thread was set up without training");
    return this.#training;
  }

  #collect({ shard, generation, watch, ...job }: Extract<Job, { kind: "collect" }>): Promise<EpisodeReport> {
    const { setup, views, collector } = this.#tools;
    const { sizes } = setup;
    const state = (which: 0 | 1) => stateOf(views, sizes, which, shard);
    return collector.collect(
      { ...job, shard },
      { weights: views.actor, mean: views.mean, std: views.std },
      {
        before: state(generation),
        after: state(generation === 0 ? 1 : 0),
        trajectory: trajectoryOf(views, sizes, shard),
      },
      watch && poseObserver(watch, collector.env, sizes.steps),
    );
  }
}

async function trainingTools(env: Environment, engine: Engine, setup: TrainingSetup): Promise<TrainingTools> {
  const { sizes, spec, plan, seed, mirror, adam, minibatchScale } = setup;
  const views = sharedViews(iterationLayout(sizes), setup.memory);
  const collector = await ShardCollector.create(env, engine, setup);
  const { noise } = collector;
  const options = { engine, spec, plan, sizes, views, seed, noise, mirror };
  const updater = await Updater.create(options);
  const descender = await Descender.create({ ...options, adam, minibatchScale }, updater);
  return { setup, views, collector, updater, descender };
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
