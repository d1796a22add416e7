/**
 * One thread's share of the gradient descent: all threads go through the minibatches in the same order, take shares of each gradient as they come, and
 * the thread that finishes a gradient steps its network. The networks learn side by side: while one steps, others are busy with the other's gradient.
 * Sums are taken in the plan's order, so the result depends neither on the number of threads nor on the assignment of work.
 */
import type { AdamSettings } from "../algorithms/adam.ts";
import { type AdvantageScale, normaliseAdvantages } from "../algorithms/advantages.ts";
import { DescentBoard, type Network } from "./descent-board.ts";
import { adamState } from "./iteration-layout.ts";
import { Optimiser } from "./optimiser.ts";
import { RowOrder } from "./rows.ts";
import type { UpdaterOptions } from "./update-block.ts";
import type { Updater } from "./updater.ts";

/** What a descent is made with, beside the updater's options. */
export interface DescenderOptions extends UpdaterOptions {
  readonly adam: AdamSettings;
  /** How advantages that are computed inside a minibatch are scaled; null: not at all */
  readonly minibatchScale: AdvantageScale | null;
}

/** Learns from prepared minibatches, together with all threads that are given the same job: no thread may be missing. */
export interface DescentJob {
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

/** The critic goes first: it may compute the advantages that the policy learns from. */
const ORDER: readonly Network[] = ["critic", "actor"];

/** Takes part in descents. */
export class Descender {
  readonly #options: DescenderOptions;
  readonly #updater: Updater;
  readonly #optimisers: Readonly<Record<Network, Optimiser>>;
  readonly #board: DescentBoard;
  readonly #order: RowOrder;
  readonly #advantage: Float32Array;

  private constructor(options: DescenderOptions, updater: Updater, optimisers: Record<Network, Optimiser>) {
    const { plan, sizes, views, minibatchScale } = options;
    this.#options = options;
    this.#updater = updater;
    this.#optimisers = optimisers;
    this.#board = new DescentBoard(views.board);
    this.#order = new RowOrder(plan, sizes, views.order);
    this.#advantage = new Float32Array(minibatchScale === null ? 0 : plan.minibatchUnits * plan.unroll);
  }

  /** Compiles the optimisers. */
  static async create(options: DescenderOptions, updater: Updater): Promise<Descender> {
    const { engine, views, adam } = options;
    const actor = { weights: views.actor, gradients: views.actorGradient, state: adamState(views.actorMoments) };
    const critic = { weights: views.critic, gradients: views.criticGradient, state: adamState(views.criticMoments) };
    return new Descender(options, updater, {
      actor: await Optimiser.create(engine, "actor-adam", actor, adam),
      critic: await Optimiser.create(engine, "critic-adam", critic, adam),
    });
  }

  /** Works until all minibatches of the job are learned from, or the descent is broken off. */
  async descend(job: DescentJob): Promise<void> {
    try {
      for (let minibatch = job.firstMinibatch; minibatch < job.endMinibatch; minibatch++) {
        for (const network of ORDER) {
          if (!this.#mayBegin(network, minibatch)) return;
          await this.#learn(network, minibatch, job);
        }
      }
    } catch (error) {
      this.#board.breakOff();
      throw error;
    }
  }

  /** Waits for everything that a gradient is computed from. @returns false when the descent was broken off */
  #mayBegin(network: Network, minibatch: number): boolean {
    const { advantages, minibatches } = this.#options.plan;
    if (!this.#board.waitFor(network, minibatch)) return false;
    if (advantages === "iteration") return true;
    if (network === "actor") return this.#board.waitFor("critic", minibatch + 1);
    // Advantages that each epoch computes again may not change before the policy has learned from them.
    return minibatch % minibatches !== 0 || this.#board.waitFor("actor", minibatch);
  }

  async #learn(network: Network, minibatch: number, job: DescentJob): Promise<void> {
    const { iteration, parts } = job;
    const shares = this.#options.plan.parts / parts;
    const next = () => this.#board.take(network, minibatch);
    for (let share = next(); share < shares; share = next()) {
      await this.#updater.gradient({ network, iteration, minibatch, firstPart: share * parts, parts });
      if (this.#board.done(network, minibatch) === shares) await this.#step(network, minibatch, job);
    }
  }

  /** Steps a network along the gradient that is there, and keeps the step's measures. */
  async #step(network: Network, minibatch: number, { rates, returnLevel }: DescentJob): Promise<void> {
    const { views, plan, minibatchScale } = this.#options;
    if (network === "critic" && minibatchScale !== null) this.#normalise(minibatch, minibatchScale, returnLevel);
    const optimiser = this.#optimisers[network];
    const at = network === "actor" ? 0 : 1;
    optimiser.steps = views.optimiserSteps[at];
    const norm = await optimiser.step(rates[network]);
    views.optimiserSteps[at] = optimiser.steps;
    const measures = network === "actor" ? views.actorMeasures : views.criticMeasures;
    const kept = network === "actor" ? views.actorStepMeasures : views.criticStepMeasures;
    writeMeasures(norm, measures, plan.parts, kept, minibatch);
    this.#board.stepped(network, minibatch);
  }

  /** Brings the advantages of one minibatch's segments to mean 0 and deviation 1, in place. */
  #normalise(minibatch: number, scale: AdvantageScale, returnLevel: number): void {
    const { plan, views } = this.#options;
    const batch = this.#advantage;
    const first = minibatch * plan.minibatchUnits;
    const rowAt = (i: number) => {
      const row = this.#order.rowOf(first, i);
      return row < 0 ? ~row : row;
    };
    for (let i = 0; i < batch.length; i++) batch[i] = views.advantage[rowAt(i)];
    normaliseAdvantages([batch], scale, returnLevel);
    for (let i = 0; i < batch.length; i++) views.advantage[rowAt(i)] = batch[i];
  }
}

/** The gradient's norm and the sums of all parts' measures, as the `minibatch`-th row of `kept`. */
function writeMeasures(norm: number, measures: Float32Array, parts: number, kept: Float64Array, minibatch: number) {
  const width = measures.length / parts;
  const row = minibatch * (1 + width);
  kept[row] = norm;
  for (let k = 0; k < width; k++) {
    let sum = 0;
    for (let part = 0; part < parts; part++) sum += measures[part * width + k];
    kept[row + 1 + k] = sum;
  }
}
