/** The update of one iteration: has the batch prepared, takes it into the normaliser, and descends (descent.ts). */
import { normaliseAdvantages, returnLevel } from "../algorithms/advantages.ts";
import type { TrainConfig } from "../config/config.ts";
import { scheduleOf } from "../config/schedule-field.ts";
import type { DescentBoard } from "../learner/descent-board.ts";
import type { IterationSizes, IterationViews } from "../learner/iteration-layout.ts";
import type { UpdatePlan } from "../learner/update-plan.ts";
import { RunningStats } from "../math/running-stats.ts";
import { type Schedule, valueAt } from "../math/schedule.ts";
import type { RunClock } from "../policy/run-clock.ts";
import { evenOutStatistics, type PolicySymmetry } from "../policy/symmetry.ts";
import { Descent, type LearnedIteration, type UpdateMeasures } from "./descent.ts";
import { steeredFactor } from "./rate-steering.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** What the learner works on. */
export interface LearnerOptions {
  readonly config: TrainConfig;
  readonly plan: UpdatePlan;
  readonly sizes: IterationSizes;
  readonly views: IterationViews;
  readonly pool: WorkerPool;
  /** On which lost threads of the pool are reported */
  readonly board: DescentBoard;
  /** Names of the policy loss's measures */
  readonly measures: readonly string[];
  /** Of a symmetric policy */
  readonly symmetry: PolicySymmetry | undefined;
}

/** Owns the normaliser and the pace. */
export class Learner {
  readonly stats: RunningStats;
  /** On the policy's learning rate; steered by what the trust region held back */
  rateFactor = 1;
  readonly #options: LearnerOptions;
  /** Observations with the critic's extras [rows, obsSize + privilegedSize] */
  readonly #seen: Float32Array;
  readonly #descent: Descent;
  readonly #clipTarget: Schedule;

  constructor(options: LearnerOptions) {
    const { sizes, config } = options;
    this.#options = options;
    this.stats = new RunningStats(sizes.obsSize + sizes.privilegedSize, config.normaliser);
    this.#seen = new Float32Array(sizes.shards * sizes.steps * sizes.envs * this.stats.size);
    this.#descent = new Descent(options);
    this.#clipTarget = scheduleOf(config.algorithm.clipTarget);
    this.publishNormaliser();
  }

  /** Writes the normaliser's mean and deviation where the threads read them. */
  publishNormaliser(): void {
    const { views, config, symmetry } = this.#options;
    this.stats.write(views.mean, views.std, config.normaliserFloor);
    if (symmetry) evenOutStatistics(symmetry.obs, views.mean, views.std);
  }

  /** Learns from the trajectories in the shared arrays. @param prepared called before the first gradient step */
  async update({ iteration, clock }: LearnedIteration, prepared?: () => void): Promise<UpdateMeasures> {
    await this.prepare(clock);
    prepared?.();
    const measures = await this.descend({ iteration, clock });
    this.publishNormaliser();
    const target = valueAt(this.#clipTarget, clock.envSteps);
    if (target > 0) this.rateFactor = steeredFactor(this.rateFactor, measures.clipFraction, target);
    return measures;
  }

  /** Everything that happens once per batch: pairs and their losses, values, normaliser, advantages. @param clock of its start */
  async prepare(clock: RunClock): Promise<void> {
    const { config, plan, sizes, pool, views } = this.#options;
    const shards = Array.from({ length: sizes.shards }, (_, shard) => shard);
    const prepared = pool.run<"prepare">(shards.map((shard) => ({ kind: "prepare", shard, clock })));
    this.#takeInObservations();
    await prepared;
    if (config.normaliserUpdate === "before") this.publishNormaliser();
    if (plan.advantages === "iteration" && config.algorithm.normaliseAdvantage) {
      normaliseAdvantages([views.advantage], config.algorithm, returnLevel(views.learnReward, config.algorithm.gamma));
    }
  }

  /**
   * All epochs over the prepared batch.
   * @param afterEpoch called with 1, 2, … after each of them, before the next begins
   */
  descend(iteration: LearnedIteration, afterEpoch?: (epoch: number) => Promise<void>): Promise<UpdateMeasures> {
    return this.#descent.run(iteration, this.rateFactor, afterEpoch);
  }

  /** The normaliser sees the whole batch, the critic's extras included, unless it has seen enough. */
  #takeInObservations(): void {
    const { views, sizes, config } = this.#options;
    if (config.normaliserSamples > 0 && this.stats.count >= config.normaliserSamples) return;
    const { obsSize, privilegedSize, shards, steps, envs } = sizes;
    const rows = steps * envs;
    for (let shard = 0; shard < shards; shard++) {
      const from = shard * (rows + envs);
      const joined = this.#seen.subarray(shard * rows * this.stats.size, (shard + 1) * rows * this.stats.size);
      const obs = views.obs.subarray(from * obsSize, (from + rows) * obsSize);
      const privileged = views.privileged.subarray(from * privilegedSize, (from + rows) * privilegedSize);
      join([obs, privileged], [obsSize, privilegedSize], joined);
    }
    this.stats.update([this.#seen]);
  }
}

/** Puts rows of several widths side by side. */
function join(parts: readonly Float32Array[], widths: readonly number[], out: Float32Array): void {
  const width = widths.reduce((sum, size) => sum + size, 0);
  let column = 0;
  parts.forEach((part, index) => {
    const size = widths[index];
    for (let from = 0, to = column; from < part.length; from += size, to += width) {
      for (let i = 0; i < size; i++) out[to + i] = part[from + i];
    }
    column += size;
  });
}
