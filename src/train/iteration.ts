/** One iteration: collect, learn, average. A pure function of the training's state, so that it can be computed again anywhere. */
import type { TrainConfig } from "../config/config.ts";
import { advanced } from "../policy/run-clock.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { IterationHashes } from "../runs/manifest.ts";
import { collectIteration } from "./collection.ts";
import type { UpdateMeasures } from "./descent.ts";
import type { EpisodeWindow } from "./episode-window.ts";
import { advantageHashes, learnedHashes, rolloutHashes } from "./iteration-hashes.ts";
import type { Crew, WatchRequest } from "./jobs.ts";
import type { TrainingParts } from "./training-state.ts";

/** Whose iteration it is. */
export interface IterationPlace {
  readonly crew: Crew;
  readonly config: TrainConfig;
  readonly parts: TrainingParts;
}

/** Who looks on. */
export interface IterationObserver {
  /** Environments to record in a shard, if any */
  watch?(shard: number): WatchRequest | undefined;
  /** Called between collecting and learning */
  collected?(report: EpisodeReport): void;
}

/** What an iteration reports. */
export interface IterationResult {
  readonly report: EpisodeReport;
  readonly measures: UpdateMeasures;
  readonly hashes: IterationHashes;
}

/** Computes the next iteration. The state is that before it until everything is collected. */
export async function computeIteration(
  { crew, config, parts }: IterationPlace,
  { watch, collected }: IterationObserver = {},
): Promise<IterationResult> {
  const { loop, learner } = parts;
  const report = await collectIteration(crew, config, parts, watch);
  collected?.(report);
  const rollout = rolloutHashes(parts);
  let advantages = {};
  const measures = await learner.update(loop, () => {
    advantages = advantageHashes(parts, config.algorithm.advantages);
  });
  averagePolicy(config, parts);
  loop.iteration++;
  loop.clock = advanced(loop.clock, config.horizon, config.envs);
  return { report, measures, hashes: { rollout, advantages, update: learnedHashes(parts) } };
}

/** What a report says of an iteration but for times. The window takes in its episodes. */
export function iterationNumbers(
  window: EpisodeWindow,
  { report, measures }: Pick<IterationResult, "report" | "measures">,
  env: Parameters<EpisodeWindow["describe"]>[1],
) {
  window.add(report);
  return { ...window.describe(report, env), losses: measures, nanResets: report.nans.length };
}

/** average ← decay·average + (1 − decay)·weights, after a warm-up in which it follows the weights. */
function averagePolicy({ algorithm }: TrainConfig, { views, average, loop }: TrainingParts): void {
  const { averaging, averagingStart } = algorithm;
  const keep = loop.iteration < averagingStart ? 0 : averaging;
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i] + (1 - keep) * views.actor[i];
}
