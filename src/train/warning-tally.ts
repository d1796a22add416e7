/** Control steps of a training in which MuJoCo warned: reported at the first one of a kind, and whenever ten times as many were counted. */
import type { Simulation } from "../physics/simulation.ts";

/** Counts of MuJoCo's warnings, by kind. */
export class WarningTally {
  readonly #sim: Pick<Simulation, "warningWords">;
  readonly #counts: number[] = [];
  /** Of each kind, the count at which it is reported next */
  readonly #next: number[] = [];

  /** @param sim gives the words */
  constructor(sim: Pick<Simulation, "warningWords">) {
    this.#sim = sim;
  }

  /** Takes in the counts of an iteration, per kind. @returns the reports, one sentence each */
  add(counts: readonly number[]): string[] {
    return counts.flatMap((count, kind) => {
      const all = (this.#counts[kind] ?? 0) + count;
      this.#counts[kind] = all;
      if (count === 0 || all < (this.#next[kind] ?? 1)) return [];
      this.#next[kind] = 10 * all;
      return [`in ${all} control steps so far: ${this.#sim.warningWords(kind)}`];
    });
  }
}
