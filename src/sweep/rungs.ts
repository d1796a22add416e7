/**
 * Successive halving: all settings are trained for a while, the better ones for longer, and so on (Jamieson and Talwalkar 2016, "Non-stochastic
 * Best Arm Identification and Hyperparameter Optimization"). The seeds of a setting stay together.
 */

/** A stage of a sweep. */
export interface Rung {
  /** Settings that take part */
  readonly settings: number;
  /** Environment steps of a run at its end, from its beginning */
  readonly steps: number;
}

/** How a sweep is cut. */
export interface RungRequest {
  readonly settings: number;
  readonly seeds: number;
  /** Of the settings, 1 of so many continues; 1: all are trained to the end */
  readonly factor: number;
}

/** Numbers of settings, from all to the last ones. */
export function settingsPerRung({ settings, factor }: Pick<RungRequest, "settings" | "factor">): number[] {
  const counts = [settings];
  while (factor > 1 && counts.at(-1)! >= factor) counts.push(Math.floor(counts.at(-1)! / factor));
  return counts;
}

/** Rungs that spend the same share of a budget each. @param budget environment steps of all runs together */
export function rungsWithin(budget: number, request: RungRequest): Rung[] {
  const counts = settingsPerRung(request);
  let steps = 0;
  return counts.map((settings) => {
    steps += budget / counts.length / (settings * request.seeds);
    return { settings, steps: Math.max(1, Math.floor(steps)) };
  });
}

/** Rungs up to a length. @param steps environment steps of a run that is trained to the end */
export function rungsUpTo(steps: number, request: RungRequest): Rung[] {
  const counts = settingsPerRung(request);
  const share = (k: number) => request.factor ** (k + 1 - counts.length);
  return counts.map((settings, k) => ({ settings, steps: Math.max(1, Math.floor(steps * share(k))) }));
}

/** Environment steps of all runs together. */
export function stepsOfAll(rungs: readonly Rung[], seeds: number): number {
  return rungs.reduce(
    (sum, { settings, steps }, k) => sum + settings * seeds * (steps - (rungs[k - 1]?.steps ?? 0)),
    0,
  );
}

/** Those of the present settings that continue, best first; of equal ones the earlier. @param scores by setting; NaN is worst */
export function best(present: readonly number[], scores: readonly number[], count: number): number[] {
  const value = (setting: number) => (Number.isNaN(scores[setting]!) ? Number.NEGATIVE_INFINITY : scores[setting]!);
  return [...present].sort((a, b) => value(b) - value(a) || a - b).slice(0, count);
}
