/** Success, drops and counters of tasks with a goal: of one episode, one control step at a time, and of many episodes together. */
import type { AnyMoment, Goal, GoalReadings } from "../tasks/index.ts";

/** What came of one episode. */
export interface GoalSums {
  /** Seconds from the episode's start to the first step of the row that made success; null without success */
  readonly secondsToSuccess: number | null;
  readonly dropped: boolean;
  /** [counters] sums over the episode's steps */
  readonly counts: readonly number[];
  readonly steps: number;
}

/** Everything that decides how one episode's measures continue. */
export interface GoalProgress {
  readonly steps: number;
  readonly row: number;
  readonly successStep: number | null;
  readonly dropped: boolean;
  readonly counts: readonly number[];
}

/** What came of many episodes. All null where the task declares no goal of the kind. */
export interface GoalSummary {
  /** Share of episodes that were a success. */
  readonly successRate: number | null;
  /** Mean time until the condition of success began to hold, over the successes, in s; null where there were none. */
  readonly secondsToSuccess: number | null;
  /** Share of episodes with a drop. */
  readonly dropRate: number | null;
  /** Means by name, per second, minute, episode or step as the task says. */
  readonly counters: Readonly<Record<string, number>> | null;
}

/** Measures of one episode. */
export class GoalMeasures {
  readonly #controlHz: number;
  readonly #rowSteps: number;
  readonly #atEnd: boolean;
  #counts: number[];
  #steps = 0;
  /** Steps in a row, up to now, in which the condition held. */
  #row = 0;
  #successStep: number | null = null;
  #dropped = false;

  constructor({ success, counters = {} }: Goal<AnyMoment>, controlHz: number) {
    this.#controlHz = controlHz;
    this.#rowSteps = Math.max(1, Math.round((success?.seconds ?? 0) * controlHz));
    this.#atEnd = success?.atEnd ?? false;
    this.#counts = Object.keys(counters).map(() => 0);
  }

  /** Takes in one control step. */
  add({ reached, dropped, counts }: Pick<GoalReadings, "reached" | "dropped" | "counts">): void {
    this.#steps++;
    this.#row = reached ? this.#row + 1 : 0;
    if (this.#row >= this.#rowSteps) this.#successStep ??= this.#steps - this.#row + 1;
    else if (this.#atEnd) this.#successStep = null;
    if (dropped) this.#dropped = true;
    for (let i = 0; i < counts.length; i++) this.#counts[i]! += counts[i]!;
  }

  /** Of the steps so far, s. */
  get seconds(): number {
    return this.#steps / this.#controlHz;
  }

  save(): GoalProgress {
    const [steps, row, successStep, dropped] = [this.#steps, this.#row, this.#successStep, this.#dropped];
    return { steps, row, successStep, dropped, counts: [...this.#counts] };
  }

  load({ steps, row, successStep, dropped, counts }: GoalProgress): void {
    this.#steps = steps;
    this.#row = row;
    this.#successStep = successStep;
    this.#dropped = dropped;
    this.#counts = [...counts];
  }

  /** Of the steps so far, which end the episode. */
  get sums(): GoalSums {
    const step = this.#successStep;
    return {
      secondsToSuccess: step === null ? null : step / this.#controlHz,
      dropped: this.#dropped,
      counts: this.#counts,
      steps: this.#steps,
    };
  }
}

/** @param episodes empty where the task declares no goal @param seconds all of them together */
export function summariseGoal(
  goal: Goal<AnyMoment> | undefined,
  episodes: readonly GoalSums[],
  seconds: number,
): GoalSummary {
  const { success, drop, counters } = goal ?? {};
  const times = episodes.map(({ secondsToSuccess }) => secondsToSuccess).filter((time) => time !== null);
  const periods = {
    second: seconds,
    minute: seconds / 60,
    episode: episodes.length,
    step: total(episodes.map(({ steps }) => steps)),
  };
  const sum = (counter: number) => total(episodes.map(({ counts }) => counts[counter]!));
  return {
    successRate: success ? times.length / episodes.length : null,
    secondsToSuccess: times.length > 0 ? total(times) / times.length : null,
    dropRate: drop ? episodes.filter(({ dropped }) => dropped).length / episodes.length : null,
    counters: counters
      ? Object.fromEntries(Object.entries(counters).map(([name, { per }], i) => [name, sum(i) / periods[per]]))
      : null,
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
