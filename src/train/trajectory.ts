/** One shard's experience within the memory of an iteration, and by itself. */
import type { IterationSizes, IterationViews } from "../learner/iteration-layout.ts";
import type { Trajectory } from "../rollout/collect.ts";
import type { SharedLayout } from "../threads/shared-layout.ts";

/** Counts and widths that decide the size of one shard's experience. */
export type ShardSizes = Pick<
  IterationSizes,
  "envs" | "steps" | "obsSize" | "privilegedSize" | "actionSize" | "shardStateSize" | "finals" | "actorSize"
>;

/** The arrays of one shard's experience; their shapes stand at `Trajectory`. */
export function trajectoryLayout({ steps, envs, obsSize, privilegedSize, actionSize, finals }: ShardSizes) {
  const rows = steps * envs;
  const seen = rows + envs;
  return {
    obs: ["float32", seen * obsSize],
    privileged: ["float32", seen * privilegedSize],
    action: ["float32", rows * actionSize],
    reward: ["float32", rows],
    terminated: ["uint8", rows],
    truncated: ["uint8", rows],
    finalCount: ["int32", 1],
    finalRow: ["int32", finals],
    finalObs: ["float32", finals * obsSize],
    finalPrivileged: ["float32", finals * privilegedSize],
  } as const satisfies SharedLayout & Record<keyof Trajectory, unknown>;
}

/** The part of an iteration's arrays that is one shard's. */
export function trajectoryOf(views: IterationViews, sizes: ShardSizes, shard: number): Trajectory {
  const layout = trajectoryLayout(sizes);
  const part = <T extends { subarray(from: number, to: number): T }>(name: keyof Trajectory, array: T) => {
    const [, size] = layout[name];
    return array.subarray(shard * size, (shard + 1) * size);
  };
  return {
    obs: part("obs", views.obs),
    privileged: part("privileged", views.privileged),
    action: part("action", views.action),
    reward: part("reward", views.reward),
    terminated: part("terminated", views.terminated),
    truncated: part("truncated", views.truncated),
    finalCount: part("finalCount", views.finalCount),
    finalRow: part("finalRow", views.finalRow),
    finalObs: part("finalObs", views.finalObs),
    finalPrivileged: part("finalPrivileged", views.finalPrivileged),
  };
}

/** State of a shard in one of the two generations. */
export function stateOf(
  { shardState }: Pick<IterationViews, "shardState">,
  { shards, shardStateSize }: Pick<IterationSizes, "shards" | "shardStateSize">,
  generation: 0 | 1,
  shard: number,
): Float64Array {
  const start = (generation * shards + shard) * shardStateSize;
  return shardState.subarray(start, start + shardStateSize);
}
