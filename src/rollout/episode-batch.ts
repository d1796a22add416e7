/** Whole episodes side by side in one simulation, without auto-reset, under any actor. */
import type { Environment } from "../tasks/index.ts";
import { type NonFinite, nonFiniteOf } from "./non-finite.ts";

/** The episodes' position in the random streams, and their number. */
export interface EpisodePlan {
  readonly seed: number;
  readonly firstEpisode: number;
  readonly episodes: number;
  /** Whether commands and disturbances are those with which a curriculum begins; default false */
  readonly learns?: boolean;
}

/** One entry per episode. */
export interface EpisodeOutcomes {
  readonly returns: readonly number[];
  /** Control steps */
  readonly lengths: readonly number[];
  /** Whether a termination, not the time limit, ended it */
  readonly terminated: readonly boolean[];
  /** Values that were not finite, in the order in which episodes ended by them */
  readonly nonFinite: readonly NonFinite[];
}

/** Called after a step of episode `n` of the batch, before it is decided whether the episode ends. */
export type StepMeasure = (n: number) => void;

/** Steps all episodes of a plan until each has ended. */
export class EpisodeBatch implements EpisodeOutcomes {
  /** Raw [episodes, obsSize]; rows of ended episodes keep their last observation */
  readonly obs: Float32Array;
  /** [episodes] 1 where an episode has ended */
  readonly done: Uint8Array;
  readonly returns: number[];
  readonly lengths: number[];
  readonly terminated: boolean[];
  readonly nonFinite: NonFinite[] = [];
  /** Steps that MuJoCo refused, with its message */
  readonly refusals: string[] = [];
  /** Control steps done */
  tick = 0;
  /** Episodes that have not ended */
  open: number;
  readonly #env: Environment;
  readonly #plan: EpisodePlan;
  readonly #measure: StepMeasure;
  readonly #states: Float64Array;

  /** @param command held throughout; null draws commands as in training */
  constructor(env: Environment, plan: EpisodePlan, command: readonly number[] | null, measure: StepMeasure = () => {}) {
    const { episodes } = plan;
    this.#env = env;
    this.#plan = plan;
    this.#measure = measure;
    this.open = episodes;
    this.obs = new Float32Array(episodes * env.obsSize);
    this.done = new Uint8Array(episodes);
    this.returns = new Array<number>(episodes).fill(0);
    this.lengths = new Array<number>(episodes).fill(0);
    this.terminated = new Array<boolean>(episodes).fill(false);
    this.#states = new Float64Array(episodes * env.stateSize);
    for (let n = 0; n < episodes; n++) this.#begin(n, command);
  }

  #begin(n: number, command: readonly number[] | null): void {
    const env = this.#env;
    env.start(this.#plan.seed, this.#plan.firstEpisode + n, this.#plan.learns);
    if (command !== null) env.holdCommand(command);
    if (env.nan) this.#end(n);
    this.#keep(n);
  }

  /** One control step of every open episode. @param actions [episodes, actionSize]; those of ended episodes are ignored */
  step(actions: Float32Array): void {
    for (let n = 0; n < this.done.length; n++) if (this.done[n] === 0) this.#stepOne(n, actions);
    this.tick++;
  }

  #stepOne(n: number, actions: Float32Array): void {
    const env = this.#env;
    const episode = this.#plan.firstEpisode + n;
    env.load(this.#states, n * env.stateSize);
    env.step(this.#plan.seed, episode, actions, n * env.actionSize);
    this.returns[n] += env.reward;
    this.lengths[n]++;
    this.#measure(n);
    if (env.refusal !== "") this.refusals.push(`episode ${episode}, control step ${this.tick}: ${env.refusal}`);
    if (env.terminated || env.truncated) this.#end(n);
    else this.#keep(n);
  }

  #keep(n: number): void {
    const env = this.#env;
    env.writeObservation(this.obs, n * env.obsSize);
    env.save(this.#states, n * env.stateSize);
  }

  #end(n: number): void {
    const broken = nonFiniteOf(this.#env, this.#plan.firstEpisode + n);
    if (broken && this.#env.refusal === "") this.nonFinite.push(broken);
    this.terminated[n] = this.#env.terminated;
    this.done[n] = 1;
    this.open--;
  }
}
