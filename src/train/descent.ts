/**
 * All epochs over a prepared batch. The threads make them together, without a word from here (rollout/descender.ts); this side deals the
 * minibatches, restarts if a thread was lost, and reads the results.
 */
import { returnLevel } from "../algorithms/advantages.ts";
import { CRITIC_MEASURES } from "../algorithms/update-functions.ts";
import { criticLearningRate } from "../config/config.ts";
import { scheduleOf } from "../config/schedule-field.ts";
import type { DescentJob } from "../learner/descender.ts";
import type { Network } from "../learner/descent-board.ts";
import { smallestDivisor } from "../learner/update-plan.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { type Schedule, valueAt } from "../math/schedule.ts";
import type { RunClock } from "../policy/run-clock.ts";
import type { LearnerOptions } from "./learner.ts";
import { MeanTally } from "./mean-tally.ts";

/** Means over the iteration's minibatches, by name. */
export type UpdateMeasures = Record<string, number>;

/** Which batch is learned from. */
export interface LearnedIteration {
  readonly iteration: number;
  /** Of its start */
  readonly clock: RunClock;
}

/** How often one descent may lose a thread before the run gives up. */
const MOST_ATTEMPTS = 3;

/** Descends once per iteration. */
export class Descent {
  readonly #options: LearnerOptions;
  /** What a descent changes, and how it was before */
  readonly #changed: readonly { readonly now: Float32Array | Int32Array; readonly before: Float32Array | Int32Array }[];
  readonly #rng = new Rng();
  readonly #learningRate: Schedule;

  constructor(options: LearnerOptions) {
    const { actor, critic, actorMoments, criticMoments, optimiserSteps } = options.views;
    this.#options = options;
    this.#learningRate = scheduleOf(options.config.algorithm.learningRate);
    this.#changed = [actor, critic, actorMoments, criticMoments, optimiserSteps].map((now) => ({
      now,
      before: now.slice(),
    }));
  }

  /**
   * Learns from the batch in the shared arrays, which must have been prepared.
   * @param rateFactor on the policy's learning rate
   * @param afterEpoch called with 1, 2, … after each of the epochs, before the next begins
   */
  async run(
    { iteration, clock }: LearnedIteration,
    rateFactor: number,
    afterEpoch?: (epoch: number) => Promise<void>,
  ): Promise<UpdateMeasures> {
    const { config, plan, views } = this.#options;
    const { epochs } = config.algorithm;
    for (let epoch = 0; epoch < epochs; epoch++) this.#shuffle(iteration, epoch);
    const job = this.#job({ iteration, clock }, rateFactor);
    const atOnce = afterEpoch === undefined ? epochs : 1;
    for (let epoch = 0; epoch < epochs; epoch += atOnce) {
      const [firstMinibatch, endMinibatch] = [epoch * plan.minibatches, (epoch + atOnce) * plan.minibatches];
      await this.#together({ ...job, firstMinibatch, endMinibatch });
      await afterEpoch?.(epoch + 1);
    }
    return { ...this.#measures(), actionSpread: rootMeanSquare(views.action), learningRate: job.rates.actor };
  }

  /** Deals an epoch's units into minibatches. */
  #shuffle(iteration: number, epoch: number): void {
    const { config, plan, views } = this.#options;
    const { epochs, shuffle: often } = config.algorithm;
    const all = iteration * epochs + epoch;
    const order = views.order.subarray(epoch * plan.units, (epoch + 1) * plan.units);
    // In turn: what one epoch sees as it was, the next sees in the mirror.
    for (let i = 0; i < order.length; i++) order[i] = config.mirror && (i + all) % 2 === 1 ? ~i : i;
    const draw = often === "epoch" ? all : iteration * epochs;
    this.#rng.seek(config.seed, STREAM.shuffle, draw).shuffle(order);
  }

  #job(
    { iteration, clock }: LearnedIteration,
    rateFactor: number,
  ): Omit<DescentJob, "firstMinibatch" | "endMinibatch"> {
    const { config, plan, pool, views } = this.#options;
    const { algorithm } = config;
    const now = valueAt(this.#learningRate, clock.envSteps);
    const critic = (criticLearningRate(algorithm) * now) / this.#learningRate.start;
    return {
      kind: "descend",
      iteration,
      parts: plan.parts / smallestDivisor(plan.parts, pool.size),
      rates: { actor: now * rateFactor, critic },
      returnLevel: plan.advantages === "minibatch" ? returnLevel(views.learnReward, algorithm.gamma) : 0,
    };
  }

  /** Has all threads descend, and again from the same weights where one was lost on the way. */
  async #together(job: DescentJob): Promise<void> {
    const { board, pool } = this.#options;
    for (const { now, before } of this.#changed) before.set(now);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      board.begin(job.firstMinibatch);
      await pool.run<"descend">(Array.from({ length: pool.size }, () => job));
      if (board.reached(job.endMinibatch)) return;
      for (const { now, before } of this.#changed) now.set(before);
    }
    throw new Error(`worker: an update lost threads ${MOST_ATTEMPTS} times`);
  }

  #measures(): UpdateMeasures {
    const { views, sizes, measures } = this.#options;
    const tally = new MeanTally();
    const add = (network: Network, minibatch: number) => {
      const names = network === "actor" ? measures : CRITIC_MEASURES;
      const values = network === "actor" ? views.actorStepMeasures : views.criticStepMeasures;
      const row = minibatch * (1 + names.length);
      tally.add(network === "actor" ? "gradientNormActor" : "gradientNormCritic", values[row]);
      names.forEach((name, k) => {
        tally.add(name, values[row + 1 + k]);
      });
    };
    for (let minibatch = 0; minibatch < sizes.minibatches; minibatch++) {
      add("critic", minibatch);
      add("actor", minibatch);
    }
    return tally.means();
  }
}

function rootMeanSquare(values: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  return Math.sqrt(squares / values.length);
}
