/**
 * How a minibatch is cut: into a fixed number of parts (so that sums do not depend on the number of workers) and each part into
 * blocks that fit a core's cache. Units are rows, or whole segments where advantages are computed inside the minibatch.
 */

/** The cuts of one run. */
export interface UpdatePlan {
  /** "iteration": advantages are known before the epochs; "minibatch": computed inside each minibatch */
  readonly advantages: "iteration" | "minibatch";
  /** Control steps of a unit: 1, or the unroll */
  readonly unroll: number;
  /** Units of one iteration and of one minibatch */
  readonly units: number;
  readonly minibatchUnits: number;
  readonly minibatches: number;
  /** Gradient parts per minibatch, each summed by one worker */
  readonly parts: number;
  /** Units per critic block, and rows per policy block */
  readonly criticUnits: number;
  readonly actorRows: number;
}

/** Rows of a critic block, and values of a policy layer's output per block, that were fastest with 512 KiB of cache per core. */
const CRITIC_ROWS = 512;
/** Most rows whose values are computed at once. */
export const VALUE_ROWS = CRITIC_ROWS;
const ACTOR_VALUES = 131072;
/** Beyond these pairs narrow networks gain nothing. */
const MOST_PAIRS = 4096;
/** Of each network; both learn side by side, so that twice as many threads have work. */
const MOST_PARTS = 8;

/** "cached": parts for several threads, blocks for a core's cache; "whole": none of it, to see what that gains (bench/training.ts) */
export type Cuts = "cached" | "whole";

/** @param rows rows of one iteration: shards * steps * envs */
export function planUpdate(
  rows: number,
  cuts: Cuts,
  settings: {
    readonly advantages: "iteration" | "minibatch";
    readonly unroll: number;
    readonly minibatches: number;
    readonly pairs: number;
    readonly policyHidden: readonly number[];
  },
): UpdatePlan {
  const unroll = settings.advantages === "minibatch" ? settings.unroll : 1;
  const units = rows / unroll;
  const minibatchUnits = units / settings.minibatches;
  const parts = cuts === "whole" ? 1 : largestDivisor(minibatchUnits, MOST_PARTS);
  const partUnits = minibatchUnits / parts;
  const blockPairs = Math.min(MOST_PAIRS, ACTOR_VALUES / Math.max(...settings.policyHidden));
  const block = (n: number, most: number) => (cuts === "whole" ? n : blockSize(n, Math.max(1, Math.floor(most))));
  return {
    advantages: settings.advantages,
    unroll,
    units,
    minibatchUnits,
    minibatches: settings.minibatches,
    parts,
    criticUnits: block(partUnits, CRITIC_ROWS / unroll),
    actorRows: block(partUnits * unroll, blockPairs / settings.pairs),
  };
}

/** Largest divisor of `n` that is at most `limit`. */
export function largestDivisor(n: number, limit: number): number {
  for (let divisor = Math.min(n, limit); divisor > 1; divisor--) if (n % divisor === 0) return divisor;
  return 1;
}

/** Smallest divisor of `n` that is at least `limit`; `n` if there is none. */
export function smallestDivisor(n: number, limit: number): number {
  for (let divisor = limit; divisor < n; divisor++) if (n % divisor === 0) return divisor;
  return n;
}

/** A divisor of `n` near `wanted`; numbers without a useful one are taken whole. */
function blockSize(n: number, wanted: number): number {
  const divisor = largestDivisor(n, wanted);
  return divisor * 8 >= Math.min(n, wanted) ? divisor : n;
}
