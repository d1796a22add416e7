/**
 * The update of one iteration: hands gradient parts to the threads, steps the optimisers, keeps the measures. The order of sums is
 * fixed by the plan, so the number of threads never shows.
 */
import { normaliseAdvantages } from "../algorithms/advantages.ts";
import { CRITIC_MEASURES } from "../algorithms/update-functions.ts";
import type { Engine } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { RunningStats } from "../math/running-stats.ts";
import type { IterationSizes, IterationViews } from "../rollout/iteration-layout.ts";
import type { Job } from "../rollout/jobs.ts";
import type { WorkerPool } from "../rollout/pool.ts";
import type { UpdatePlan } from "../rollout/update-plan.ts";
import { criticLearningRate, learningRateFactor, rowsPerIteration, type TrainConfig } from "./config.ts";
import { Optimiser } from "./optimiser.ts";

/** Means over the iteration's minibatches, by name. */
export type UpdateMeasures = Record<string, number>;

/** What the learner works on. */
export interface LearnerOptions {
  readonly config: TrainConfig;
  readonly plan: UpdatePlan;
  readonly sizes: IterationSizes;
  readonly views: IterationViews;
  readonly pool: WorkerPool;
  /** Names of the policy loss's measures */
  readonly measures: readonly string[];
}

/** Owns the optimisers and the normaliser. */
export class Learner {
  readonly actor: Optimiser;
  readonly critic: Optimiser;
  readonly stats: RunningStats;
  readonly #options: LearnerOptions;
  readonly #rng = new Rng();
  readonly #batchAdvantage: Float32Array;
  /** Observations with the critic's extras [rows, obsSize + privilegedSize] */
  readonly #seen: Float32Array;

  private constructor(options: LearnerOptions, actor: Optimiser, critic: Optimiser) {
    const { sizes, plan, config } = options;
    this.#options = options;
    this.actor = actor;
    this.critic = critic;
    this.stats = new RunningStats(sizes.obsSize + sizes.privilegedSize, config.normaliser);
    this.#seen = new Float32Array(sizes.shards * sizes.steps * sizes.envs * this.stats.size);
    this.#batchAdvantage = new Float32Array(plan.minibatchUnits * plan.unroll);
  }

  /** Compiles the optimisers. */
  static async create(options: LearnerOptions, engine: Engine): Promise<Learner> {
    const { views, config } = options;
    const actorArrays = { weights: views.actor, gradients: views.actorGradient };
    const criticArrays = { weights: views.critic, gradients: views.criticGradient };
    const actor = await Optimiser.create(engine, "actor-adam", actorArrays, config.algorithm);
    const critic = await Optimiser.create(engine, "critic-adam", criticArrays, config.algorithm);
    const learner = new Learner(options, actor, critic);
    learner.publishNormaliser();
    return learner;
  }

  /** Writes the normaliser's mean and deviation where the threads read them. */
  publishNormaliser(): void {
    const { views, config } = this.#options;
    this.stats.write(views.mean, views.std, config.normaliserFloor);
  }

  /** Learns from the trajectories in the shared arrays. */
  async update(iteration: number): Promise<UpdateMeasures> {
    await this.prepare(iteration);
    const measures = await this.descend(iteration);
    this.publishNormaliser();
    return measures;
  }

  /** Everything that happens once per batch: pairs and their losses, values, normaliser, advantages. */
  async prepare(iteration: number): Promise<void> {
    const { config, plan, sizes, pool, views } = this.#options;
    const shards = Array.from({ length: sizes.shards }, (_, shard) => shard);
    const prepared = pool.run<"prepare">(shards.map((shard) => ({ kind: "prepare", shard, iteration })));
    this.#takeInObservations();
    await prepared;
    if (config.normaliserUpdate === "before") this.publishNormaliser();
    if (plan.advantages === "iteration" && config.algorithm.normaliseAdvantage) {
      normaliseAdvantages([views.advantage], config.algorithm.advantageClamp, config.algorithm.advantageShift);
    }
  }

  /**
   * All epochs over the prepared batch.
   * @param afterEpoch called with 1, 2, … after each of them, before the next begins
   */
  async descend(iteration: number, afterEpoch?: (epoch: number) => Promise<void>): Promise<UpdateMeasures> {
    const { config, plan } = this.#options;
    const { epochs } = config.algorithm;
    const factor = learningRateFactor(config.algorithm, iteration * rowsPerIteration(config));
    const tally = new Tally();
    for (let epoch = 0; epoch < epochs; epoch++) {
      this.#shuffle(iteration * epochs + epoch);
      for (let minibatch = 0; minibatch < plan.minibatches; minibatch++)
        await this.#minibatch(minibatch, factor, tally);
      await afterEpoch?.(epoch + 1);
    }
    tally.add("actionSpread", rootMeanSquare(this.#options.views.action));
    return tally.means();
  }

  /** @param factor what is left of the learning rates */
  async #minibatch(minibatch: number, factor: number, tally: Tally): Promise<void> {
    const { config, plan } = this.#options;
    const criticRate = factor * criticLearningRate(config.algorithm);
    if (plan.advantages === "iteration") {
      await this.#gradients(minibatch, ["actor", "critic"]);
      tally.add("gradientNormCritic", await this.critic.step(criticRate));
    } else {
      await this.#gradients(minibatch, ["critic"]);
      if (config.algorithm.normaliseAdvantage) this.#normaliseMinibatch(minibatch);
      const actor = this.#gradients(minibatch, ["actor"]);
      tally.add("gradientNormCritic", await this.critic.step(criticRate));
      await actor;
    }
    tally.add("gradientNormActor", await this.actor.step(factor * config.algorithm.learningRate));
    this.#readMeasures(tally);
  }

  async #gradients(minibatch: number, networks: readonly ("actor" | "critic")[]): Promise<void> {
    const { plan, pool } = this.#options;
    const jobs: Extract<Job, { kind: "gradient" }>[] = [];
    for (const network of networks) {
      for (let part = 0; part < plan.parts; part++) jobs.push({ kind: "gradient", network, minibatch, part });
    }
    await pool.run<"gradient">(jobs);
  }

  /** The normaliser sees the whole batch, the critic's extras included, unless it has seen enough. */
  #takeInObservations(): void {
    const { views, sizes, config } = this.#options;
    if (config.normaliserSamples > 0 && this.stats.count >= config.normaliserSamples) return;
    const { obsSize, privilegedSize, shards, steps, envs } = sizes;
    const rows = steps * envs;
    const width = obsSize + privilegedSize;
    const joined = this.#seen;
    for (let row = 0; row < shards * rows; row++) {
      const seen = row + Math.floor(row / rows) * envs;
      for (let i = 0; i < obsSize; i++) joined[row * width + i] = views.obs[seen * obsSize + i];
      for (let i = 0; i < privilegedSize; i++) {
        joined[row * width + obsSize + i] = views.privileged[seen * privilegedSize + i];
      }
    }
    this.stats.update([joined]);
  }

  #shuffle(epoch: number): void {
    const { config, views } = this.#options;
    const { order } = views;
    // In turn: what one epoch sees as it was, the next sees in the mirror.
    for (let i = 0; i < order.length; i++) order[i] = config.mirror && (i + epoch) % 2 === 1 ? ~i : i;
    const { epochs, shuffle } = config.algorithm;
    this.#rng.seek(config.seed, STREAM.shuffle, shuffle === "epoch" ? epoch : epoch - (epoch % epochs)).shuffle(order);
  }

  /** Brings the advantages of one minibatch's segments to mean 0 and deviation 1, in place. */
  #normaliseMinibatch(minibatch: number): void {
    const batch = this.#batchAdvantage;
    this.#forEachRow(minibatch, (row, i) => {
      batch[i] = this.#options.views.advantage[row];
    });
    const { advantageClamp, advantageShift } = this.#options.config.algorithm;
    normaliseAdvantages([batch], advantageClamp, advantageShift);
    this.#forEachRow(minibatch, (row, i) => {
      this.#options.views.advantage[row] = batch[i];
    });
  }

  #forEachRow(minibatch: number, visit: (row: number, index: number) => void): void {
    const { plan, views, sizes } = this.#options;
    let index = 0;
    for (let u = 0; u < plan.minibatchUnits; u++) {
      const unit = views.order[minibatch * plan.minibatchUnits + u];
      const segment = unit < 0 ? ~unit : unit;
      const first = Math.floor(segment / sizes.envs) * plan.unroll * sizes.envs + (segment % sizes.envs);
      for (let t = 0; t < plan.unroll; t++) visit(first + t * sizes.envs, index++);
    }
  }

  #readMeasures(tally: Tally): void {
    const { views, plan, measures } = this.#options;
    measures.forEach((name, k) => {
      tally.add(name, sumOfParts(views.actorMeasures, k, measures.length, plan.parts));
    });
    CRITIC_MEASURES.forEach((name, k) => {
      tally.add(name, sumOfParts(views.criticMeasures, k, CRITIC_MEASURES.length, plan.parts));
    });
  }
}

/** Running means by name. */
class Tally {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  add(name: string, value: number): void {
    const entry = this.#sums.get(name) ?? { sum: 0, count: 0 };
    entry.sum += value;
    entry.count++;
    this.#sums.set(name, entry);
  }

  means(): UpdateMeasures {
    return Object.fromEntries([...this.#sums].map(([name, { sum, count }]) => [name, sum / count]));
  }
}

function sumOfParts(values: Float32Array, index: number, width: number, parts: number): number {
  let sum = 0;
  for (let part = 0; part < parts; part++) sum += values[part * width + index];
  return sum;
}

function rootMeanSquare(values: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  return Math.sqrt(squares / values.length);
}
