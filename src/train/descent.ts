/**
 * All epochs over a prepared batch: gradient parts go to the threads, the optimisers step, measures are kept. The networks learn side by
 * side: while one steps, the threads are busy with the other's gradient. The order of sums is fixed by the plan, so the number of threads
 * never shows.
 */
import { normaliseAdvantages, returnLevel } from "../algorithms/advantages.ts";
import { CRITIC_MEASURES } from "../algorithms/update-functions.ts";
import { Rng, STREAM } from "../math/rng.ts";
import type { GradientJob, Network } from "../rollout/jobs.ts";
import { RowOrder } from "../rollout/row-order.ts";
import { smallestDivisor } from "../rollout/update-plan.ts";
import { criticLearningRate, learningRateFactor, rowsPerIteration } from "./config.ts";
import type { LearnerOptions } from "./learner.ts";
import { MeanTally } from "./mean-tally.ts";
import type { Optimiser } from "./optimiser.ts";

/** Means over the iteration's minibatches, by name. */
export type UpdateMeasures = Record<string, number>;

/** What steps each network, and the factor on the policy's learning rate that steering has come to. */
type Optimisers = Readonly<Record<Network, Optimiser>> & { readonly rateFactor: number };

/**
 * Learns from the batch in the shared arrays, which must have been prepared.
 * @param afterEpoch called with 1, 2, … after each of the epochs, before the next begins
 */
export async function descend(
  options: LearnerOptions,
  optimisers: Optimisers,
  iteration: number,
  afterEpoch?: (epoch: number) => Promise<void>,
): Promise<UpdateMeasures> {
  const { config, plan, views } = options;
  const { epochs } = config.algorithm;
  const descent = new Descent(options, optimisers, iteration);
  for (let epoch = 0; epoch < epochs; epoch++) {
    // Advantages that epochs compute anew may not change before the policy has learned from them.
    if (plan.advantages === "minibatch") await descent.settled;
    shuffle(options, iteration * epochs + epoch, epoch % 2);
    for (let minibatch = 0; minibatch < plan.minibatches; minibatch++)
      await descent.minibatch((epoch % 2) * plan.minibatches + minibatch);
    if (afterEpoch === undefined) continue;
    await descent.settled;
    await afterEpoch(epoch + 1);
  }
  await descent.settled;
  descent.tally.add("actionSpread", rootMeanSquare(views.action));
  return descent.tally.means();
}

/** Deals an epoch's units into minibatches, in the first or the second half of the order. */
function shuffle({ config, plan, views }: LearnerOptions, epoch: number, half: number): void {
  const order = views.order.subarray(half * plan.units, (half + 1) * plan.units);
  // In turn: what one epoch sees as it was, the next sees in the mirror.
  for (let i = 0; i < order.length; i++) order[i] = config.mirror && (i + epoch) % 2 === 1 ? ~i : i;
  const { epochs, shuffle: often } = config.algorithm;
  new Rng().seek(config.seed, STREAM.shuffle, often === "epoch" ? epoch : epoch - (epoch % epochs)).shuffle(order);
}

/** The minibatches of one iteration. The policy may be one minibatch behind the critic. */
class Descent {
  readonly tally = new MeanTally();
  /** Resolves when everything begun so far is done */
  settled: Promise<void> = Promise.resolve();
  readonly #options: LearnerOptions;
  readonly #optimisers: Optimisers;
  readonly #iteration: number;
  readonly #rates: Readonly<Record<Network, number>>;
  readonly #order: RowOrder;
  readonly #advantage: Float32Array;
  /** Of returns in this batch, where advantages are brought to one scale by the minibatch */
  readonly #level: number;

  constructor(options: LearnerOptions, optimisers: Optimisers, iteration: number) {
    const { config, plan, sizes, views } = options;
    const factor = learningRateFactor(config.algorithm, iteration * rowsPerIteration(config));
    this.#options = options;
    this.#optimisers = optimisers;
    this.#iteration = iteration;
    this.#rates = {
      actor: factor * optimisers.rateFactor * config.algorithm.learningRate,
      critic: factor * criticLearningRate(config.algorithm),
    };
    this.#order = new RowOrder(plan, sizes, views.order);
    this.#level = plan.advantages === "minibatch" ? returnLevel(views.learnReward, config.algorithm.gamma) : 0;
    this.#advantage = new Float32Array(plan.advantages === "minibatch" ? plan.minibatchUnits * plan.unroll : 0);
  }

  /** Steps both networks. Resolves when the critic has stepped and the policy has in the minibatch before; see `settled`. */
  async minibatch(minibatch: number): Promise<void> {
    const before = this.settled;
    const gradient = this.#gradient("critic", minibatch);
    const ready = this.#options.plan.advantages === "minibatch" ? gradient : null;
    this.settled = this.#stepActor(minibatch, before, ready);
    this.settled.catch(() => {}); // told to whoever awaits it
    await gradient;
    await this.#step("critic");
    await before;
  }

  async #stepActor(minibatch: number, before: Promise<void>, advantages: Promise<void> | null): Promise<void> {
    await before;
    if (advantages !== null) {
      await advantages;
      if (this.#options.config.algorithm.normaliseAdvantage) this.#normalise(minibatch);
    }
    await this.#gradient("actor", minibatch);
    await this.#step("actor");
  }

  /** Leaves the parts of a network's gradient in the shared arrays. */
  async #gradient(network: Network, minibatch: number): Promise<void> {
    const { plan, pool } = this.#options;
    const parts = plan.parts / smallestDivisor(plan.parts, pool.size);
    const jobs = Array.from({ length: plan.parts / parts }, (_, job): GradientJob => {
      return { kind: "gradient", network, iteration: this.#iteration, minibatch, firstPart: job * parts, parts };
    });
    await pool.run<"gradient">(jobs);
  }

  /** Steps a network along the gradient that was left, and keeps its measures. */
  async #step(network: Network): Promise<void> {
    const norm = await this.#optimisers[network].step(this.#rates[network]);
    this.tally.add(network === "actor" ? "gradientNormActor" : "gradientNormCritic", norm);
    const { views, plan, measures } = this.#options;
    const names = network === "actor" ? measures : CRITIC_MEASURES;
    const values = network === "actor" ? views.actorMeasures : views.criticMeasures;
    names.forEach((name, k) => {
      this.tally.add(name, sumOfParts(values, k, names.length, plan.parts));
    });
  }

  /** Brings the advantages of one minibatch's segments to mean 0 and deviation 1, in place. */
  #normalise(minibatch: number): void {
    const { plan, views, config } = this.#options;
    const batch = this.#advantage;
    const first = minibatch * plan.minibatchUnits;
    const rowAt = (i: number) => {
      const row = this.#order.rowOf(first, i);
      return row < 0 ? ~row : row;
    };
    for (let i = 0; i < batch.length; i++) batch[i] = views.advantage[rowAt(i)];
    normaliseAdvantages([batch], config.algorithm, this.#level);
    for (let i = 0; i < batch.length; i++) views.advantage[rowAt(i)] = batch[i];
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
