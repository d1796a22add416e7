/**
 * The memory of one training iteration, shared by all threads: weights, environment states, trajectories, what the learner derives
 * from them, gradients, and what the optimisers keep. Every job but a descent's reads some of these arrays and writes others that no job of
 * the same phase touches, so a job that was lost can be run again; a descent, which all threads make together, is begun again.
 */
import { CRITIC_MEASURES } from "../algorithms/update-functions.ts";
import type { SharedLayout, SharedViews } from "../threads/shared-layout.ts";
import { boardSize } from "./descent-board.ts";
import type { OptimiserState } from "./optimiser.ts";

/** Counts and widths that decide the layout. */
export interface IterationSizes {
  readonly shards: number;
  /** Environments per shard */
  readonly envs: number;
  /** Control steps per iteration */
  readonly steps: number;
  readonly obsSize: number;
  readonly privilegedSize: number;
  readonly actionSize: number;
  /** Float64 values of one shard's state */
  readonly shardStateSize: number;
  /** Most steps that a time limit can cut in one shard and iteration */
  readonly finals: number;
  /** Values that all rows together keep through the epochs, see `keptLayout` */
  readonly keptSize: number;
  /** Views of every row: 2 where left and right are changed over in some epochs, else 1 */
  readonly orientations: 1 | 2;
  /** Weights of the two networks */
  readonly actorSize: number;
  readonly criticSize: number;
  /** Measures of the policy's loss */
  readonly policyMeasures: number;
  /** Gradient parts a minibatch is split into */
  readonly parts: number;
  /** Shuffled units per epoch: rows, or segments */
  readonly units: number;
  readonly epochs: number;
  /** Of all epochs together */
  readonly minibatches: number;
}

/** [shards, …] throughout; rows = shards * steps * envs. */
export function iterationLayout(sizes: IterationSizes) {
  const { shards, envs, steps, obsSize, privilegedSize, actionSize, finals, parts } = sizes;
  const rows = shards * steps * envs;
  const seen = shards * (steps + 1) * envs;
  return {
    actor: ["float32", sizes.actorSize],
    critic: ["float32", sizes.criticSize],
    /** Normaliser of observation and privileged observation [obsSize + privilegedSize] */
    mean: ["float32", obsSize + privilegedSize],
    std: ["float32", obsSize + privilegedSize],
    /** Two generations [2, shards, shardStateSize]: a job reads one and writes the other. */
    shardState: ["float64", 2 * shards * sizes.shardStateSize],

    /** [shards, steps + 1, envs, obsSize] */
    obs: ["float32", seen * obsSize],
    privileged: ["float32", seen * privilegedSize],
    /** Before the squash [shards, steps, envs, actionSize] */
    action: ["float32", rows * actionSize],
    reward: ["float32", rows],
    terminated: ["uint8", rows],
    truncated: ["uint8", rows],
    /** Steps cut by a time limit: how many, where (row within the shard), and the states after them [shards, finals, …] */
    finalCount: ["int32", shards],
    finalRow: ["int32", shards * finals],
    finalObs: ["float32", shards * finals * obsSize],
    finalPrivileged: ["float32", shards * finals * privilegedSize],

    /** Scaled and bootstrapped reward, values [shards, steps + 1, envs], advantages and value targets */
    learnReward: ["float32", rows],
    value: ["float32", seen],
    advantage: ["float32", rows],
    target: ["float32", rows],
    /** What the algorithm keeps of every row, see `keptLayout` */
    kept: ["float32", sizes.keptSize],

    /** Shuffled units of all epochs; ~unit stands for a unit with left and right changed over */
    order: ["int32", sizes.epochs * sizes.units],
    actorGradient: ["float32", parts * sizes.actorSize],
    criticGradient: ["float32", parts * sizes.criticSize],
    actorMeasures: ["float32", parts * sizes.policyMeasures],
    criticMeasures: ["float32", parts * CRITIC_MEASURES.length],

    /** Adam's first and second moments [2, size], and the steps that the policy and the critic have taken */
    actorMoments: ["float32", 2 * sizes.actorSize],
    criticMoments: ["float32", 2 * sizes.criticSize],
    optimiserSteps: ["int32", 2],
    /** Of every step: the gradient's norm, and its parts' measures added up [minibatches, 1 + measures] */
    actorStepMeasures: ["float64", sizes.minibatches * (1 + sizes.policyMeasures)],
    criticStepMeasures: ["float64", sizes.minibatches * (1 + CRITIC_MEASURES.length)],
    /** See `DescentBoard` */
    board: ["int32", boardSize(sizes.minibatches)],
  } as const satisfies SharedLayout;
}

/** The arrays of an iteration. */
export type IterationViews = SharedViews<ReturnType<typeof iterationLayout>>;

/** The two halves of a network's moments. */
export function adamState(moments: Float32Array): OptimiserState {
  const size = moments.length / 2;
  return { mean: moments.subarray(0, size), square: moments.subarray(size) };
}
