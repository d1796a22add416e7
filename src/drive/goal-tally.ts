/** Success, drops and counters of a driven task, as its goal declares them: of the present attempt, and counted since the beginning. */
import { GoalMeasures, type GoalProgress } from "../rollout/goal-measures.ts";
import type { Environment } from "../tasks/index.ts";

/** What became of the goal. */
export interface GoalState {
  /** Whether the present attempt is a success; null where the task declares none */
  readonly success: boolean | null;
  /** From the attempt's start, or from when its target was moved, until the condition began to hold, s; null without success */
  readonly secondsToSuccess: number | null;
  /** Attempts that became a success */
  readonly successes: number;
  /** Episodes with a drop; null where the task declares none */
  readonly drops: number | null;
  /** By name, per second, minute or episode as the task says; null where it declares none */
  readonly counters: Readonly<Record<string, number>> | null;
  /** How often each termination ended an episode, and an object that was lost, by name */
  readonly ends: Readonly<Record<string, number>>;
}

/** Everything that decides what is counted next. */
export interface GoalTallyState {
  readonly attempt: GoalProgress;
  readonly episode: GoalProgress;
  readonly successes: number;
  readonly drops: number;
  readonly ends: Readonly<Record<string, number>>;
}

/** Counts for one simulation. */
export class GoalTally {
  readonly #env: Environment;
  /** Since the episode's start or the last move of a goal, and since the episode's start */
  #attempt: GoalMeasures;
  #episode: GoalMeasures;
  #successes = 0;
  #drops = 0;
  #ends: Record<string, number> = {};

  constructor(env: Environment) {
    this.#env = env;
    this.#attempt = this.#measures();
    this.#episode = this.#measures();
  }

  /** Takes in one control step. */
  add(): void {
    const { goal } = this.#env;
    if (goal === undefined || this.#env.nan) return;
    const before = this.#attempt.sums.secondsToSuccess;
    const dropped = this.#episode.sums.dropped;
    this.#attempt.add(goal);
    this.#episode.add(goal);
    if (before === null && this.#attempt.sums.secondsToSuccess !== null) this.#successes++;
    if (!dropped && this.#episode.sums.dropped) this.#drops++;
  }

  /** The goal was moved by hand: what counts is whether it is reached there. */
  beginAttempt(): void {
    this.#attempt = this.#measures();
  }

  beginEpisode(): void {
    this.#attempt = this.#measures();
    this.#episode = this.#measures();
  }

  /** Counts the end of an episode. @param reason name of a termination, or of what was lost */
  end(reason: string): void {
    this.#ends = { ...this.#ends, [reason]: (this.#ends[reason] ?? 0) + 1 };
  }

  /** Forgets everything. */
  clear(): void {
    this.beginEpisode();
    this.#successes = 0;
    this.#drops = 0;
    this.#ends = {};
  }

  /** Null where the task declares no goal. */
  get state(): GoalState | null {
    const { goal } = this.#env.task;
    if (goal === undefined) return null;
    const { secondsToSuccess } = this.#attempt.sums;
    return {
      success: goal.success ? secondsToSuccess !== null : null,
      secondsToSuccess,
      successes: this.#successes,
      drops: goal.drop ? this.#drops : null,
      counters: goal.counters ? this.#counters(goal.counters) : null,
      ends: this.#ends,
    };
  }

  save(): GoalTallyState {
    const [attempt, episode] = [this.#attempt.save(), this.#episode.save()];
    return { attempt, episode, successes: this.#successes, drops: this.#drops, ends: this.#ends };
  }

  load({ attempt, episode, successes, drops, ends }: GoalTallyState): void {
    this.#attempt.load(attempt);
    this.#episode.load(episode);
    this.#successes = successes;
    this.#drops = drops;
    this.#ends = { ...ends };
  }

  #counters(declared: Readonly<Record<string, { readonly per: "second" | "minute" | "episode" | "step" }>>) {
    const { counts, steps } = this.#episode.sums;
    const { seconds } = this.#episode;
    const periods = { second: seconds, minute: seconds / 60, episode: 1, step: steps };
    const mean = (sum: number, per: keyof typeof periods) => (periods[per] > 0 ? sum / periods[per] : 0);
    return Object.fromEntries(Object.entries(declared).map(([name, { per }], i) => [name, mean(counts[i], per)]));
  }

  #measures(): GoalMeasures {
    return new GoalMeasures(this.#env.task.goal ?? {}, this.#env.controlHz);
  }
}
