/** How much is run to check a task. Numbers of steps, not of seconds of this machine, so that the same task gets the same report anywhere. */

/** Amounts of a check. */
export interface CheckSizes {
  readonly seed: number;
  /** Episodes of each behaviour */
  readonly episodes: number;
  /** Simulated time of each, s, and control steps, whichever is less */
  readonly seconds: number;
  readonly steps: number;
  /** Candidates of each round of the search for a behaviour that pays, and rounds */
  readonly candidates: number;
  readonly rounds: number;
  /** Control steps in which events and new commands are waited for; 0 omits that */
  readonly watchedSteps: number;
}

/** What `flowgait check` runs. */
export const FULL: Omit<CheckSizes, "seed"> = {
  episodes: 6,
  seconds: 6,
  steps: 400,
  candidates: 16,
  rounds: 2,
  watchedSteps: 1500,
};

/** What `flowgait train` runs before it begins. */
export const QUICK: Omit<CheckSizes, "seed"> = {
  episodes: 3,
  seconds: 2,
  steps: 150,
  candidates: 8,
  rounds: 1,
  watchedSteps: 0,
};

/** Control steps of an episode of a check. */
export function stepsOf({ seconds, steps }: CheckSizes, { controlHz, limit }: { controlHz: number; limit: number }) {
  return Math.max(1, Math.min(limit, steps, Math.round(seconds * controlHz)));
}
