/** One iteration's experience, gathered by the threads or by other machines. */

import type { TrainConfig } from "../config/config.ts";
import { actionNoise } from "../learner/networks.ts";
import { type EpisodeReport, joinReports } from "../rollout/episodes.ts";
import type { Crew, WatchRequest } from "./jobs.ts";
import type { TrainingParts } from "./training-state.ts";

/**
 * Collects every shard with the present weights and normaliser; the shards' states advance.
 * @param watch environments to record in a shard, if any
 */
export async function collectIteration(
  crew: Crew,
  config: TrainConfig,
  { loop, sizes }: Pick<TrainingParts, "loop" | "sizes">,
  watch: (shard: number) => WatchRequest | undefined = () => undefined,
): Promise<EpisodeReport> {
  const { generation, clock } = loop;
  const noise = actionNoise(config, clock.envSteps);
  const jobs = Array.from({ length: sizes.shards }, (_, shard) => {
    return { kind: "collect" as const, shard, clock, generation, actionNoise: noise, watch: watch(shard) };
  });
  const reports = await crew.run<"collect">(jobs);
  loop.generation = generation === 0 ? 1 : 0;
  return joinReports(reports);
}
