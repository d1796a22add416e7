/**
 * The learner's work on one thread: prepares shards and computes gradient parts, reading and writing the iteration's shared arrays.
 * Every method is a function of what it reads, so any thread may do it, or do it again. Not here: which thread does what (descender.ts).
 */
import type { RunClock } from "../policy/run-clock.ts";
import { ActorUpdater } from "./actor-updater.ts";
import { CriticUpdater } from "./critic-updater.ts";
import type { Network } from "./descent-board.ts";
import { BatchCopy, type UpdaterOptions } from "./update-block.ts";

/** Parts of a network's gradient. */
export interface GradientParts {
  readonly network: Network;
  /** Whose batch it is; what rows hold stays the same within it */
  readonly iteration: number;
  /** Its place in the order of all epochs */
  readonly minibatch: number;
  /** `firstPart` … + `parts`, each summed on its own */
  readonly firstPart: number;
  readonly parts: number;
}

/** Prepares shards and computes gradients. */
export class Updater {
  readonly #actor: ActorUpdater;
  readonly #critic: CriticUpdater;
  readonly #batch: BatchCopy | null;

  private constructor(actor: ActorUpdater, critic: CriticUpdater, batch: BatchCopy | null) {
    this.#actor = actor;
    this.#critic = critic;
    this.#batch = batch;
  }

  /** Compiles the functions of `options`. */
  static async create(options: UpdaterOptions): Promise<Updater> {
    const batch = BatchCopy.of(options);
    return new Updater(await ActorUpdater.create(options, batch), await CriticUpdater.create(options, batch), batch);
  }

  /**
   * Gives one shard's rows what they keep through the epochs, measured under the collecting weights, scales rewards and, where the plan
   * requests it, computes values and advantages.
   * @param clock of the iteration's start
   */
  async prepare(shard: number, clock: RunClock): Promise<void> {
    await this.#actor.prepare(shard, clock);
    await this.#critic.prepare(shard);
  }

  /** Computes parts of a network's gradient; advantages too where the plan computes them with the critic's. */
  async gradient({ network, iteration, minibatch, firstPart, parts }: GradientParts): Promise<void> {
    this.#batch?.renew(iteration);
    const updater = network === "actor" ? this.#actor : this.#critic;
    for (let part = firstPart; part < firstPart + parts; part++) await updater.gradient(minibatch, part);
  }
}
