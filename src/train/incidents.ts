/**
 * What training keeps of its last fall and its last value that was not finite: a state, and the actions that lead from it there. A step is a pure
 * function of state and action, so the same steps can be gone through again, elsewhere, bit for bit. Costs one copy of some environments per iteration.
 */

import type { DriveClip } from "../drive/drive-clip.ts";
import type { IterationSizes } from "../learner/iteration-layout.ts";
import { staggeredSteps } from "../rollout/collect.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { TrainingParts } from "./training-state.ts";

/** Seconds that are kept from before the incident, if the episode is that old. */
const KEPT_SECONDS = 4;
/** Environments whose falls are kept; of more, an even selection. */
const MOST_WATCHED = 64;

/** Something that went wrong in one environment. */
export interface Incident {
  readonly kind: "fall" | "nan";
  readonly environment: number;
  /** Environment steps trained by then */
  readonly envSteps: number;
  /** What was not finite; "" for a fall */
  readonly source: string;
  /** Leads to it; its last action is the one that failed. */
  readonly clip: DriveClip;
}

/** The watched environments over one iteration. */
interface Stretch {
  /** [watched, stateSize] at its start; null if all environments were reset */
  readonly states: Float64Array | null;
  /** [watched, steps, actionSize] */
  readonly actions: Float32Array;
  /** [watched, steps] 1 where an episode ended */
  readonly ends: Uint8Array;
}

/** What a desk needs to know of the run. */
export interface IncidentSettings {
  readonly seed: number;
  /** Time limit of training episodes, control steps */
  readonly episodeSteps: number;
  /** Whether first episodes are shorter than that */
  readonly staggered: boolean;
  readonly controlHz: number;
  /** Values of one environment's state */
  readonly stateSize: number;
}

/** Looks at every iteration once it is collected. */
export class IncidentDesk {
  /** The last of each kind. */
  readonly last: { fall: Incident | null; nan: Incident | null } = { fall: null, nan: null };
  readonly #parts: Pick<TrainingParts, "views" | "sizes" | "loop">;
  readonly #settings: IncidentSettings;
  /** Global indices */
  readonly #watched: readonly number[];
  readonly #stretches: Stretch[] = [];
  readonly #most: number;

  constructor(parts: Pick<TrainingParts, "views" | "sizes" | "loop">, settings: IncidentSettings) {
    const { shards, envs, steps } = parts.sizes;
    this.#parts = parts;
    this.#settings = settings;
    const stride = Math.ceil((shards * envs) / MOST_WATCHED);
    this.#watched = Array.from({ length: Math.ceil((shards * envs) / stride) }, (_, k) => k * stride);
    this.#most = Math.ceil((KEPT_SECONDS * settings.controlHz) / steps) + 1;
  }

  /** Takes in the iteration that was just collected; `loop.generation` is that of the states after it. */
  look(report: EpisodeReport): void {
    this.#stretches.push(this.#copy(this.#watched));
    if (this.#stretches.length > this.#most) this.#stretches.shift();
    const nan = report.nans.at(-1);
    if (nan) this.#keepNan(nan);
    this.#keepFall(report);
  }

  #keepNan({ env, step, source }: EpisodeReport["nans"][number]): void {
    const { steps } = this.#parts.sizes;
    const slot = this.#watched.indexOf(env);
    const stretches = slot < 0 ? [this.#copy([env])] : this.#stretches;
    const before = step - this.#parts.loop.clock.ticks;
    const clip = this.#clip(stretches, Math.max(0, slot), env, (stretches.length - 1) * steps + before);
    this.last.nan = this.#incident("nan", env, source, clip);
  }

  /** The latest one of the iteration. */
  #keepFall({ nans }: EpisodeReport): void {
    const { steps, envs, shards } = this.#parts.sizes;
    const { terminated } = this.#parts.views;
    const broken = new Set(nans.map(({ env }) => env));
    for (let t = steps - 1; t >= 0; t--) {
      const slot = this.#watched.findIndex((env) => {
        const shard = Math.floor(env / envs);
        return terminated[(shard * steps + t) * envs + (env % envs)] === 1 && !broken.has(env) && shard < shards;
      });
      if (slot < 0) continue;
      const env = this.#watched[slot];
      const clip = this.#clip(this.#stretches, slot, env, (this.#stretches.length - 1) * steps + t);
      this.last.fall = this.#incident("fall", env, "", clip);
      return;
    }
  }

  #incident(kind: Incident["kind"], environment: number, source: string, clip: DriveClip): Incident {
    return { kind, environment, envSteps: this.#parts.loop.clock.envSteps, source, clip };
  }

  /** @param last index of the failing action, counted from the start of the first stretch */
  #clip(stretches: readonly Stretch[], slot: number, environment: number, last: number): DriveClip {
    const { steps, actionSize } = this.#parts.sizes;
    const { stateSize, seed, episodeSteps, staggered, controlHz } = this.#settings;
    const actions = new Float32Array((last + 1) * actionSize);
    let begin = 0;
    for (let k = 0; k <= last; k++) {
      const { actions: from, ends } = stretches[Math.floor(k / steps)];
      const row = slot * steps + (k % steps);
      actions.set(from.subarray(row * actionSize, (row + 1) * actionSize), k * actionSize);
      if (k < last && ends[row] === 1) begin = k + 1;
    }
    const { states } = stretches[0];
    const state = states?.slice(slot * stateSize, (slot + 1) * stateSize) ?? null;
    const lead = Math.max(begin, last - Math.round(KEPT_SECONDS * controlHz));
    const usedSteps = staggered ? staggeredSteps(environment, episodeSteps) : 0;
    return { seed, environment, episodeSteps, state, usedSteps, actions, lead };
  }

  #copy(environments: readonly number[]): Stretch {
    const { sizes, views } = this.#parts;
    const { steps, envs, actionSize } = sizes;
    const { stateSize } = this.#settings;
    const states = new Float64Array(environments.length * stateSize);
    const actions = new Float32Array(environments.length * steps * actionSize);
    const ends = new Uint8Array(environments.length * steps);
    environments.forEach((env, slot) => {
      const shard = Math.floor(env / envs);
      const record = HEADER + (env % envs) * strideOf(sizes);
      states.set(this.#shardBefore(env).subarray(record, record + stateSize), slot * stateSize);
      for (let t = 0; t < steps; t++) {
        const row = (shard * steps + t) * envs + (env % envs);
        const to = slot * steps + t;
        actions.set(views.action.subarray(row * actionSize, (row + 1) * actionSize), to * actionSize);
        ends[to] = views.terminated[row] | views.truncated[row];
      }
    });
    const isFresh = this.#shardBefore(0)[0] === 0;
    return { states: isFresh ? null : states, actions, ends };
  }

  /** State, at the start of the iteration, of the shard that an environment belongs to. */
  #shardBefore(env: number): Float64Array {
    const { sizes, views, loop } = this.#parts;
    const { shards, shardStateSize, envs } = sizes;
    const first = ((1 - loop.generation) * shards + Math.floor(env / envs)) * shardStateSize;
    return views.shardState.subarray(first, first + shardStateSize);
  }
}

/** Values of a shard's state before its environments' (src/rollout/shard-state.ts). */
const HEADER = 1;

function strideOf({ shardStateSize, envs }: IterationSizes): number {
  return (shardStateSize - HEADER) / envs;
}
