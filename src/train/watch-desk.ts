/** Which training environments are recorded for viewers, and the recordings. Watching changes no result. */
import type { IterationSizes } from "../learner/iteration-layout.ts";
import { PoseTape, type TapeSizes, tapeSizes } from "../rollout/pose-tape.ts";
import type { Environment } from "../tasks/index.ts";
import type { SharedMemory } from "../threads/shared-memory.ts";
import type { WatchRequest } from "./jobs.ts";

/** Most environments recorded at once. */
export const MOST_WATCHED = 64;

/** One iteration's recording of some environments; the views are overwritten by the next iteration. */
export interface WatchedBurst {
  /** Global indices, in the order of the tape's slots */
  readonly environments: readonly number[];
  readonly tape: PoseTape;
  readonly collectSeconds: number;
}

/** Takes requests at any time; they count from the next collection on. */
export class WatchDesk {
  readonly #env: Environment;
  readonly #sizes: IterationSizes;
  #wanted: readonly number[] = [];
  #recorded: readonly number[] = [];
  #memory: SharedMemory | null = null;

  constructor(env: Environment, sizes: IterationSizes) {
    this.#env = env;
    this.#sizes = sizes;
  }

  /** @param environments global indices; those that do not exist are omitted, and so are those beyond `MOST_WATCHED` */
  select(environments: readonly number[]): void {
    const total = this.#sizes.shards * this.#sizes.envs;
    const valid = environments.filter((env) => Number.isInteger(env) && env >= 0 && env < total);
    this.#wanted = [...new Set(valid)].sort((a, b) => a - b).slice(0, MOST_WATCHED);
  }

  /** What the job of `shard` shall record; undefined where it holds none of the watched. Shards are asked in order. */
  requestFor(shard: number): WatchRequest | undefined {
    if (shard === 0) this.#beginTape();
    const { envs } = this.#sizes;
    const mine = this.#recorded.filter((env) => Math.floor(env / envs) === shard);
    if (mine.length === 0 || this.#memory === null) return undefined;
    return {
      environments: mine.map((env) => env % envs),
      memory: this.#memory,
      firstSlot: this.#recorded.indexOf(mine[0]),
      slots: this.#recorded.length,
    };
  }

  /** The recording of the collection that just ended, or null without viewers. */
  burst(collectSeconds: number): WatchedBurst | null {
    if (this.#memory === null) return null;
    return { environments: this.#recorded, tape: new PoseTape(this.#memory, this.#tapeSizes()), collectSeconds };
  }

  #beginTape(): void {
    const resized = this.#recorded.length !== this.#wanted.length;
    this.#recorded = this.#wanted;
    if (this.#recorded.length === 0) this.#memory = null;
    else if (resized || this.#memory === null) this.#memory = PoseTape.allocate(this.#tapeSizes());
  }

  #tapeSizes(): TapeSizes {
    return tapeSizes(this.#env, this.#sizes.steps, this.#recorded.length);
  }
}
