/** The two times of a run: noise is keyed by ticks, schedules run on environment steps. Nothing else counts. */

/** A moment of a run. Both counts include the runs that it was forked from. */
export interface RunMoment {
  /** Environment steps of all environments together */
  readonly envSteps: number;
  /** Control steps of each environment */
  readonly ticks: number;
}

/** Where a run stands, and where its environments began. */
export interface RunClock extends RunMoment {
  /** The run's beginning, or the fork that began with new episodes */
  readonly origin: RunMoment;
}

const BEGINNING: RunMoment = { envSteps: 0, ticks: 0 };

/** The clock before the first step of a run. */
export const startOfRun: RunClock = { ...BEGINNING, origin: BEGINNING };

/** The clock after `ticks` more control steps of `envs` environments. */
export function advanced(clock: RunClock, ticks: number, envs: number): RunClock {
  return { ...clock, envSteps: clock.envSteps + ticks * envs, ticks: clock.ticks + ticks };
}

/** The clock of a fork that begins at `moment` with new episodes. */
export function forkedAt({ envSteps, ticks }: RunMoment): RunClock {
  return { envSteps, ticks, origin: { envSteps, ticks } };
}

/** Which row of experience: one environment at one tick. Reused, so that the step loop allocates nothing. */
export interface RowPlace {
  seed: number;
  /** Global index of the environment */
  env: number;
  /** Control steps that it had taken before */
  tick: number;
  /** Environment steps of all environments before that tick */
  envSteps: number;
  origin: RunMoment;
}

/** A place to be filled in. */
export function emptyPlace(seed: number): RowPlace {
  return { seed, env: 0, tick: 0, envSteps: 0, origin: BEGINNING };
}

/** Moves a place to the `t`-th tick after the clock's, in a run of `envs` environments. */
export function moveTo(place: RowPlace, clock: RunClock, t: number, envs: number): void {
  place.tick = clock.ticks + t;
  place.envSteps = clock.envSteps + t * envs;
  place.origin = clock.origin;
}
