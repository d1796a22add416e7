/**
 * The state of a joint gradient descent: which thread has taken which part of which minibatch's gradient, and how many steps each network has
 * made. It lies in shared memory, so that threads continue without a message. Not here: what a part or a step is (descender.ts).
 */

/** What has weights and a gradient of its own. */
export type Network = "actor" | "critic";

const NETWORKS = 2;
/** In place of a network's steps: a thread cannot continue, so no thread shall wait. */
const BROKEN = -1;

/** Int32 values of a board for so many minibatches, those of all epochs together. */
export function boardSize(minibatches: number): number {
  return NETWORKS * (1 + 2 * minibatches);
}

/** One descent's board, seen from one thread. */
export class DescentBoard {
  /** Steps [networks], shares taken [minibatches, networks], shares done [minibatches, networks] */
  readonly #values: Int32Array;
  readonly #taken = NETWORKS;
  readonly #done: number;

  /** @param values of `boardSize`, in shared memory */
  constructor(values: Int32Array) {
    this.#values = values;
    this.#done = NETWORKS + (values.length - NETWORKS) / 2;
  }

  /** Clears the board, which must not be in use. @param steps of each network, with which the descent continues */
  begin(steps: number): void {
    this.#values.fill(0);
    this.#values.fill(steps, 0, NETWORKS);
  }

  /** Whether both networks have made so many steps. */
  reached(steps: number): boolean {
    return [0, 1].every((network) => Atomics.load(this.#values, network) >= steps);
  }

  /** Takes the next share of a minibatch's gradient. @returns its index, which is too large when all are taken */
  take(network: Network, minibatch: number): number {
    return Atomics.add(this.#values, this.#taken + NETWORKS * minibatch + indexOf(network), 1);
  }

  /** Says that a share that was taken is in the shared arrays. @returns how many of that gradient are there now */
  done(network: Network, minibatch: number): number {
    return Atomics.add(this.#values, this.#done + NETWORKS * minibatch + indexOf(network), 1) + 1;
  }

  /** Says that a network has stepped along a minibatch's gradient. */
  stepped(network: Network, minibatch: number): void {
    const at = indexOf(network);
    Atomics.compareExchange(this.#values, at, minibatch, minibatch + 1);
    Atomics.notify(this.#values, at);
  }

  /** Blocks this thread until a network has made so many steps. @returns false when the descent was broken off */
  waitFor(network: Network, steps: number): boolean {
    const at = indexOf(network);
    for (;;) {
      const made = Atomics.load(this.#values, at);
      if (made === BROKEN) return false;
      if (made >= steps) return true;
      sleepWhile(this.#values, at, made);
    }
  }

  /** Releases all present and future waiters: a share that was taken will never be done. */
  breakOff(): void {
    for (let at = 0; at < NETWORKS; at++) {
      Atomics.store(this.#values, at, BROKEN);
      Atomics.notify(this.#values, at);
    }
  }
}

function indexOf(network: Network): number {
  return network === "actor" ? 0 : 1;
}

/** A function of its own, so that a CPU profile separates waiting from work (bench/cpu-profile.ts). */
function sleepWhile(values: Int32Array, at: number, value: number): void {
  Atomics.wait(values, at, value);
}
