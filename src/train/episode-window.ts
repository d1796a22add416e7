/** Means over the newest finished episodes, for progress reports. */
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { IterationMetrics } from "../runs/metrics.ts";
import type { LoopState } from "./training-state.ts";

const WINDOW = 100;

/** Keeps the newest returns and lengths inside the loop state, so that checkpoints carry them. */
export class EpisodeWindow {
  readonly #loop: LoopState;

  constructor(loop: LoopState) {
    this.#loop = loop;
  }

  /** Takes in the episodes that ended. */
  add({ returns, lengths }: EpisodeReport): void {
    this.#loop.recentReturns = [...this.#loop.recentReturns, ...returns].slice(-WINDOW);
    this.#loop.recentLengths = [...this.#loop.recentLengths, ...lengths].slice(-WINDOW);
  }

  /** What an iteration reports about episodes. */
  describe(
    report: EpisodeReport,
    task: {
      readonly rewardNames: readonly string[];
      readonly terminationNames: readonly string[];
      readonly controlHz: number;
    },
  ): Pick<IterationMetrics, "returnMean" | "episodeLengthMean" | "episodes" | "terms" | "terminations"> {
    const episodes = report.returns.length;
    const seconds = report.lengths.reduce((sum, length) => sum + length, 0) / task.controlHz;
    const ends = [...task.terminationNames, "timeLimit"];
    return {
      returnMean: mean(this.#loop.recentReturns),
      episodeLengthMean: mean(this.#loop.recentLengths),
      episodes,
      terms:
        episodes === 0 ? {} : Object.fromEntries(task.rewardNames.map((name, k) => [name, report.terms[k] / seconds])),
      terminations: episodes === 0 ? {} : Object.fromEntries(ends.map((name, k) => [name, report.ends[k] / episodes])),
    };
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
