/** Whole episodes under a fixed policy, for measuring it: no noise beyond the policy's own, no auto-reset. */
import type { Engine } from "../graph/index.ts";
import type { Environment, PhysicsName } from "../tasks/index.ts";
import { ActorFactory } from "./actor.ts";
import { EpisodeBatch } from "./episode-batch.ts";
import { countWarnings, noWarnings } from "./episodes.ts";
import { GaitMeasures, type GaitSums } from "./gait-measures.ts";
import { GoalMeasures, type GoalSums } from "./goal-measures.ts";
import type { NonFinite } from "./non-finite.ts";
import type { PolicyData, StartNoise } from "./policy-data.ts";
import { DrivenJoints, SmoothnessMeasures, type SmoothnessSums } from "./smoothness.ts";
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
  /** Empty where the task does not say where its feet are */
  readonly smoothness: SmoothnessSums[];
  /** Empty where the task declares no goal */
  readonly goals: GoalSums[];
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
  /** Other physics than the task's own */
  readonly physics?: PhysicsName;
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
    const { policy, noise, seed, firstEpisode, episodes, command } = job;
    const actor = await this.#actors.create(policy, noise, { seed, firstRow: firstEpisode, rows: episodes });
    const measures = new EpisodeMeasures(this.#env, episodes);
    const batch = new EpisodeBatch(this.#env, job, command, (n) => measures.add(n));
    const actions = new Float32Array(episodes * this.#env.actionSize);
    while (batch.open > 0) {
      await actor.act(batch.obs, batch.tick, actions);
      batch.step(actions);
    }
    const { returns, lengths, terminated, nonFinite, refusals } = batch;
    return { returns, lengths, terminated, nonFinite, refusals, ...measures.results() };
  }
}

/** Measurements of episodes other than their returns. */
class EpisodeMeasures {
  readonly #env: Environment;
  readonly #terms: number[][];
  readonly #errors: TrackingError[];
  readonly #gaits: GaitMeasures[];
  readonly #smoothness: SmoothnessMeasures[];
  readonly #goals: GoalMeasures[];
  readonly #warnings = noWarnings();
  readonly #twist = new Float64Array(3);

  constructor(env: Environment, episodes: number) {
    this.#env = env;
    this.#terms = Array.from({ length: episodes }, () => new Array<number>(env.rewardNames.length).fill(0));
    this.#errors = Array.from({ length: episodes }, () => new TrackingError(env.controlHz));
    this.#gaits = Array.from({ length: episodes }, () => new GaitMeasures(env.controlHz));
    const { goal, footing } = env.task;
    const driven = footing && new DrivenJoints(env);
    this.#smoothness = driven
      ? Array.from({ length: episodes }, () => new SmoothnessMeasures(driven, env.actionSize))
      : [];
    this.#goals = goal ? Array.from({ length: episodes }, () => new GoalMeasures(goal, env.controlHz)) : [];
  }

  /** Takes in the step that episode `n` has just made. */
  add(n: number): void {
    const { rewardTerms, sim, command, goal } = this.#env;
    for (let k = 0; k < rewardTerms.length; k++) this.#terms[n][k] += rewardTerms[k];
    if (sim.warned !== 0) countWarnings(this.#warnings, sim.warned);
    if (goal) this.#goals[n].add(goal);
    this.#smoothness[n]?.add(this.#env);
    if (command === undefined) return;
    if (this.#env.measuredTwist(this.#twist)) this.#errors[n].add(command, this.#twist);
    const footing = this.#env.footing();
    if (footing) this.#gaits[n].add(command, footing);
  }

  results(): Pick<EpisodeResults, "terms" | "tracking" | "gait" | "smoothness" | "goals" | "warnings"> {
    return {
      terms: this.#terms,
      tracking: this.#errors.map((error) => error.sums),
      gait: this.#gaits.map((gait) => gait.sums),
      smoothness: this.#smoothness.map((smoothness) => smoothness.sums),
      goals: this.#goals.map((goal) => goal.sums),
      warnings: this.#warnings,
    };
  }
}
