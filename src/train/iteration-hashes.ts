/** What an iteration was computed from and what it came to, as hashes of the arrays. They cost less than 1 % of the iteration. */
import { createHash } from "node:crypto";
import type { ArrayHashes, IterationHashes } from "../runs/manifest.ts";
import type { TrainingParts } from "./training-state.ts";

/** The first 16 bytes of a SHA-256 are enough to tell arrays apart. */
const DIGITS = 32;

function hashOf(...arrays: readonly NodeJS.ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex").slice(0, DIGITS);
}

/** The experience, and the environments' states after it: the present generation's. */
export function rolloutHashes({ views, sizes, loop }: TrainingParts): ArrayHashes {
  const { obs, privileged, action, reward, terminated, truncated } = views;
  const { finalCount, finalRow, finalObs, finalPrivileged } = views;
  // Beyond the count of each shard the final arrays hold what earlier iterations left there.
  const finals = Array.from(finalCount).flatMap((count, shard) =>
    [[finalRow, 1] as const, [finalObs, sizes.obsSize] as const, [finalPrivileged, sizes.privilegedSize] as const].map(
      ([array, width]) => array.subarray(shard * sizes.finals * width, (shard * sizes.finals + count) * width),
    ),
  );
  return {
    observations: hashOf(obs),
    ...(privileged.length > 0 && { "privileged observations": hashOf(privileged) }),
    actions: hashOf(action),
    rewards: hashOf(reward),
    ends: hashOf(terminated, truncated, finalCount, ...finals),
    "environment states": environmentsHash({ views, sizes, loop }),
  };
}

/** What the learner derives from the experience before its first step; where advantages are computed inside minibatches, only rewards. */
export function advantageHashes(
  { views }: Pick<TrainingParts, "views">,
  advantages: "iteration" | "minibatch",
): ArrayHashes {
  const { learnReward, value, advantage, target } = views;
  const rewards = { "scaled rewards": hashOf(learnReward) };
  if (advantages === "minibatch") return rewards;
  return { ...rewards, values: hashOf(value), advantages: hashOf(advantage, target) };
}

/** What gradient steps have changed. */
export function learnedHashes({ views, average, learner, loop }: TrainingParts): ArrayHashes {
  const { stats, rateFactor } = learner;
  const { iteration, clock } = loop;
  const counters = JSON.stringify([iteration, clock, stats.count, rateFactor, ...views.optimiserSteps]);
  return {
    "policy weights": hashOf(views.actor),
    "critic weights": hashOf(views.critic),
    "averaged policy": hashOf(average),
    optimiser: hashOf(views.actorMoments, views.criticMoments),
    normaliser: hashOf(stats.mean, stats.squares),
    counters: hashOf(Buffer.from(counters)),
  };
}

/** Everything that the next iteration is computed from. */
export function stateHashes(parts: TrainingParts): ArrayHashes {
  return { ...learnedHashes(parts), "environment states": environmentsHash(parts) };
}

/** The same as an iteration left it. */
export function stateAfter({ rollout, update }: IterationHashes): ArrayHashes {
  return { ...update, "environment states": rollout["environment states"]! };
}

function environmentsHash({ views, sizes, loop }: Pick<TrainingParts, "views" | "sizes" | "loop">): string {
  const states = sizes.shards * sizes.shardStateSize;
  return hashOf(views.shardState.subarray(loop.generation * states, (loop.generation + 1) * states));
}
