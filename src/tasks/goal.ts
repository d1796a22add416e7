/** What evaluations count of tasks that are about a goal. The task declares it; the environment reads it after every step. */
import type { AnyMoment } from "./moment.ts";

/** A condition, and one sentence that says what it means. */
export interface GoalCondition<M> {
  readonly about: string;
  readonly of: (s: M) => boolean;
}

/** When an episode is a success. */
export interface SuccessRule<M> extends GoalCondition<M> {
  /** For how long the condition must hold without a break, s; default 0: one step is enough. */
  readonly seconds?: number;
  /** Whether that time must be the last of the episode; default false. */
  readonly atEnd?: boolean;
}

/** A sum over an episode's steps, such as radians turned or targets reached. */
export interface GoalCounter<M> {
  readonly about: string;
  /** Unit of the sum, such as "rad" or "targets". */
  readonly unit: string;
  /** What a step adds. */
  readonly of: (s: M) => number;
  /** Of "step": the mean over all steps. */
  readonly per: "second" | "minute" | "episode" | "step";
}

/** What a task declares. Terms are read when rewards are: after the physics and the trackers, before the next action is prepared. */
export interface Goal<M> {
  readonly success?: SuccessRule<M>;
  /** An episode counts as dropped when this holds in any of its steps. */
  readonly drop?: GoalCondition<M>;
  /** By name. */
  readonly counters?: Readonly<Record<string, GoalCounter<M>>>;
}

/** A goal as plain data. */
export interface GoalDescription {
  readonly success?: { readonly about: string; readonly seconds: number; readonly atEnd: boolean };
  readonly drop?: { readonly about: string };
  readonly counters?: Readonly<Record<string, Pick<GoalCounter<never>, "about" | "unit" | "per">>>;
}

/** What the last step did for a task's goal. */
export class GoalReadings {
  /** Whether the condition of success held. */
  reached = false;
  dropped = false;
  /** [counters] what the step added */
  readonly counts: Float64Array;
  readonly #goal: Goal<AnyMoment>;
  readonly #names: readonly string[];
  readonly #counters: readonly ((s: AnyMoment) => number)[];

  constructor(goal: Goal<AnyMoment>) {
    this.#goal = goal;
    this.#names = Object.keys(goal.counters ?? {});
    this.#counters = Object.values(goal.counters ?? {}).map(({ of }) => of);
    this.counts = new Float64Array(this.#counters.length);
  }

  /** Forgets the last step. */
  clear(): void {
    this.reached = false;
    this.dropped = false;
    this.counts.fill(0);
  }

  /** Reads the goal of a step. */
  read(moment: AnyMoment): void {
    const { success, drop } = this.#goal;
    this.reached = success?.of(moment) ?? false;
    this.dropped = drop?.of(moment) ?? false;
    for (let i = 0; i < this.counts.length; i++) this.counts[i] = this.#counters[i](moment);
  }

  /** The first counter that gave a non-finite value in the last step, or null. */
  badCounter(): string | null {
    for (let i = 0; i < this.counts.length; i++) if (!Number.isFinite(this.counts[i])) return this.#names[i];
    return null;
  }
}

/** The goal without its functions. */
export function describeGoal({ success, drop, counters }: Goal<AnyMoment>): GoalDescription {
  return {
    ...(success && {
      success: { about: success.about, seconds: success.seconds ?? 0, atEnd: success.atEnd ?? false },
    }),
    ...(drop && { drop: { about: drop.about } }),
    ...(counters && {
      counters: Object.fromEntries(
        Object.entries(counters).map(([name, { about, unit, per }]) => [name, { about, unit, per }]),
      ),
    }),
  };
}
