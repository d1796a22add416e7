/**
 * What a shard carries from one iteration to the next, as one flat Float64Array: a header, then per environment its simulation and
 * task state, its pending observation and the sums of its running episode. Storing and restoring it resumes a run bit for bit.
 */
import type { Environment } from "../tasks/index.ts";

/** Offsets within one shard's state. */
export interface ShardStateLayout {
  /** 1 once the environments were reset */
  readonly headerSize: 1;
  /** Values per environment */
  readonly stride: number;
  /** Of one environment's record: pending observation, privileged observation, return, length, reward terms */
  readonly obsOffset: number;
  readonly privilegedOffset: number;
  readonly returnOffset: number;
  readonly lengthOffset: number;
  readonly termsOffset: number;
  /** Values of a shard of `envs` environments */
  readonly size: number;
}

/** Lays out the state of a shard of `envs` environments of one kind. */
export function shardStateLayout(env: Environment, envs: number): ShardStateLayout {
  const obsOffset = env.stateSize;
  const privilegedOffset = obsOffset + env.obsSize;
  const returnOffset = privilegedOffset + env.privilegedSize;
  const termsOffset = returnOffset + 2;
  const stride = termsOffset + env.rewardNames.length;
  return {
    headerSize: 1,
    stride,
    obsOffset,
    privilegedOffset,
    returnOffset,
    lengthOffset: returnOffset + 1,
    termsOffset,
    size: 1 + envs * stride,
  };
}
