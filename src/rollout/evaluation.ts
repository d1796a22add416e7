/** Whole episodes under a fixed policy, for measuring it: no noise beyond the policy's own, no auto-reset. */
import type { Engine } from "../graph/index.ts";
import type { Environment } from "../tasks/index.ts";
import { ActorFactory } from "./actor.ts";
import { countWarnings, noWarnings } from "./episodes.ts";
import { GaitMeasures, type GaitSums } from "./gait-measures.ts";
import { type NonFinite, nonFiniteOf } from "./non-finite.ts";
import type { PolicyData, StartNoise } from "./policy-data.ts";
import { TrackingError, type TrackingSums } from "./tracking-error.ts";

/** A twist command (vx, vy, yaw rate) in m/s, m/s, rad/s. */
export type CommandVector = readonly [number, number, number];

/** One entry per episode. */
export interface EpisodeResults {
  readonly returns: number[];
  /** Control steps */
  readonly lengths: number[];
  /** Whether a termination, not the time limit, ended it */
  readonly terminated: boolean[];
  /** Weighted reward terms summed over the episode [episodes][terms] */
  readonly terms: number[][];
  /** Sums of tracking errors; counted is 0 where the task has no command */
  readonly tracking: TrackingSums[];
  /** Counts are 0 where the task does not say where its feet are */
  readonly gait: GaitSums[];
  /** Values that were not finite, in the order in which episodes ended by them */
  readonly nonFinite: NonFinite[];
  /** Where MuJoCo refused to continue, and what it said; only of the episodes where it did */
  readonly refusals: string[];
  /** Control steps in which MuJoCo warned, per kind, of all episodes */
  readonly warnings: number[];
}

/** Episodes to run with one policy. */
export interface EvaluateJob {
  readonly kind: "evaluate";
  readonly policy: PolicyData;
  readonly noise: StartNoise;
  readonly seed: number;
  /** Episodes of this job: `firstEpisode` … + `episodes` */
  readonly firstEpisode: number;
  readonly episodes: number;
  readonly command: CommandVector | null;
}

/** Evaluates policies in one environment's simulation. */
export class Evaluator {
  readonly #env: Environment;
  /** Kept, since evaluations of a run repeat */
  readonly #actors: ActorFactory;

  constructor(env: Environment, engine: Engine) {
    this.#env = env;
    this.#actors = new ActorFactory(engine);
  }

  /** Runs the job's episodes side by side to their ends. */
  async evaluate(job: EvaluateJob): Promise<EpisodeResults> {
    const environment = this.#env;
    const { policy, noise, seed, firstEpisode, episodes } = job;
    const actor = await this.#actors.create(policy, noise, { seed, firstRow: firstEpisode, rows: episodes });
    const batch = new EpisodeBatch(environment, job);
    while (batch.open > 0) {
      await actor.act(batch.obs, batch.tick, batch.action);
      batch.step();
    }
    return batch.results;
  }
}

/** Episodes that run side by side in one simulation. */
class EpisodeBatch {
  readonly obs: Float32Array;
  readonly action: Float32Array;
  readonly results: EpisodeResults;
  tick = 0;
  open: number;
  readonly #env: Environment;
  readonly #job: EvaluateJob;
  readonly #states: Float64Array;
  readonly #done: Uint8Array;
  readonly #errors: TrackingError[];
  readonly #gaits: GaitMeasures[];
  readonly #twist = new Float64Array(3);

  constructor(env: Environment, job: EvaluateJob) {
    const { episodes } = job;
    this.#env = env;
    this.#job = job;
    this.open = episodes;
    this.obs = new Float32Array(episodes * env.obsSize);
    this.action = new Float32Array(episodes * env.actionSize);
    this.#states = new Float64Array(episodes * env.stateSize);
    this.#done = new Uint8Array(episodes);
    this.#errors = Array.from({ length: episodes }, () => new TrackingError(env.controlHz));
    this.#gaits = Array.from({ length: episodes }, () => new GaitMeasures(env.controlHz));
    this.results = {
      returns: new Array<number>(episodes).fill(0),
      lengths: new Array<number>(episodes).fill(0),
      terminated: new Array<boolean>(episodes).fill(false),
      terms: Array.from({ length: episodes }, () => new Array<number>(env.rewardNames.length).fill(0)),
      tracking: [],
      gait: [],
      nonFinite: [],
      refusals: [],
      warnings: noWarnings(),
    };
    for (let n = 0; n < episodes; n++) this.#begin(n);
  }

  #begin(n: number): void {
    this.#env.start(this.#job.seed, this.#job.firstEpisode + n);
    if (this.#job.command) this.#env.holdCommand(this.#job.command);
    if (this.#env.nan) this.#end(n);
    this.#env.writeObservation(this.obs, n * this.#env.obsSize);
    this.#env.save(this.#states, n * this.#env.stateSize);
  }

  /** One control step of every open episode. */
  step(): void {
    for (let n = 0; n < this.#done.length; n++) if (this.#done[n] === 0) this.#stepOne(n);
    this.tick++;
  }

  #end(n: number): void {
    const { results } = this;
    const broken = nonFiniteOf(this.#env, this.#job.firstEpisode + n);
    if (broken && this.#env.refusal === "") results.nonFinite.push(broken);
    results.terminated[n] = this.#env.terminated;
    this.#done[n] = 1;
    this.open--;
    if (this.open > 0) return;
    results.tracking.push(...this.#errors.map((error) => error.sums));
    results.gait.push(...this.#gaits.map((gait) => gait.sums));
  }

  #stepOne(n: number): void {
    const env = this.#env;
    env.load(this.#states, n * env.stateSize);
    env.step(this.#job.seed, this.#job.firstEpisode + n, this.action, n * env.actionSize);
    this.results.returns[n] += env.reward;
    this.results.lengths[n]++;
    for (let k = 0; k < env.rewardTerms.length; k++) this.results.terms[n][k] += env.rewardTerms[k];
    if (env.sim.warned !== 0) countWarnings(this.results.warnings, env.sim.warned);
    this.#measure(n);
    if (env.refusal !== "")
      this.results.refusals.push(`episode ${this.#job.firstEpisode + n}, control step ${this.tick}: ${env.refusal}`);
    if (env.terminated || env.truncated) {
      this.#end(n);
      return;
    }
    env.writeObservation(this.obs, n * env.obsSize);
    env.save(this.#states, n * env.stateSize);
  }

  #measure(n: number): void {
    const { command } = this.#env;
    if (command === undefined) return;
    if (this.#env.measuredTwist(this.#twist)) this.#errors[n].add(command, this.#twist);
    const footing = this.#env.footing();
    if (footing) this.#gaits[n].add(command, footing);
  }
}
