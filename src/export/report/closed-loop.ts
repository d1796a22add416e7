/** Whether an exported controller drives the robot as the policy does: the same episodes, compared step by step. */

import type { TrackingSums } from "../../rollout/tracking-error.ts";
import type { Environment } from "../../tasks/index.ts";
import { type Act, type DrivenOutcomes, runEpisodes } from "../episode-loop.ts";
import type { NoiseSource } from "../reference-policy.ts";
import type { RunningController } from "../running-controller.ts";
import type { ReferenceRun } from "./recording.ts";

/** Results of the same episodes. Walking is chaotic: rounding grows, so trajectories diverge at some time while returns stay the same. */
export interface ClosedLoopParity {
  readonly episodes: number;
  readonly returnMean: number;
  readonly referenceReturnMean: number;
  /** |difference of the means| / |mean of the reference| */
  readonly returnGap: number;
  /** How the robot does with the controller in the loop. */
  readonly driving: Driving;
  /** Episodes in which an observation differed by a tenth of its standard deviation. */
  readonly diverged: number;
  /** Of those: the first and the middle time at which it did, s */
  readonly earliestSeconds: number | null;
  readonly medianSeconds: number | null;
}

/** What episodes come to other than their returns. */
export interface Driving {
  /** Share of episodes that no termination ended. */
  readonly survived: number;
  /** m/s and rad/s, as in evaluations; null where the task commands no velocity. */
  readonly linVelError: number | null;
  readonly yawRateError: number | null;
}

/** An observation has diverged when it differs by so much of its standard deviation. */
const DIVERGED = 0.1;

/** Results of one run's episodes with a controller in the loop. Plain data. */
export interface LoopEpisodes {
  readonly outcomes: DrivenOutcomes;
  /** Control step at which each episode parted from the policy's; Infinity where it never did */
  readonly parted: readonly number[];
}

/**
 * The episodes of a run again, with a controller in the loop.
 * @param env the task as the controller plays it
 * @param std of the policy's normaliser [obsSize]
 */
export async function compareEpisodes(
  env: Environment,
  controller: RunningController,
  { plan, outcomes: expected, observations }: ReferenceRun,
  noise: NoiseSource | null,
  std: Float32Array,
): Promise<LoopEpisodes> {
  const act: Act = (obs, tick, out) => controller.act(obs, noise?.at(tick) ?? null, out);
  const parted = new Array<number>(plan.episodes).fill(Number.POSITIVE_INFINITY);
  const outcomes = await runEpisodes(env, plan, act, (tick, obs, done) => {
    for (let n = 0; n < plan.episodes; n++) {
      if (parted[n]! <= tick || done[n] === 1 || tick >= expected.lengths[n]!) continue;
      if (differs(obs, observations[tick]!, n, std)) parted[n] = tick;
    }
  });
  expected.lengths.forEach((length, n) => {
    const own = outcomes.lengths[n]!;
    if (length !== own) parted[n] = Math.min(parted[n]!, length, own);
  });
  return { outcomes, parted };
}

/** Sums up. @param runs of the policy @param loops the same episodes with the controller, in the same order */
export function closedLoopParity(
  runs: readonly ReferenceRun[],
  loops: readonly LoopEpisodes[],
  controlHz: number,
): ClosedLoopParity {
  const times = loops
    .flatMap(({ parted }) => parted.filter(Number.isFinite))
    .map((tick) => tick / controlHz)
    .sort((a, b) => a - b);
  const returns = returnsOf(loops);
  const [returnMean, referenceReturnMean] = [mean(returns), mean(returnsOf(runs))];
  return {
    episodes: returns.length,
    returnMean,
    referenceReturnMean,
    returnGap: relativeLoss(referenceReturnMean, returnMean, Math.abs),
    driving: drivingOf(loops),
    diverged: times.length,
    earliestSeconds: times[0] ?? null,
    medianSeconds: times[times.length >> 1] ?? null,
  };
}

/** Returns of all episodes. */
export function returnsOf(runs: readonly Pick<ReferenceRun, "outcomes">[]): number[] {
  return runs.flatMap(({ outcomes }) => outcomes.returns);
}

/** How the robot did in all episodes. */
export function drivingOf(runs: readonly Pick<ReferenceRun, "outcomes">[]): Driving {
  const falls = runs.flatMap(({ outcomes }) => outcomes.terminated.map(Number));
  const sums = runs.flatMap(({ outcomes }) => outcomes.tracking);
  const total = (of: (sums: TrackingSums) => number) => sums.reduce((all, one) => all + of(one), 0);
  const counted = total((one) => one.counted);
  const average = (of: (sums: TrackingSums) => number) => (counted === 0 ? null : total(of) / counted);
  return {
    survived: 1 - mean(falls),
    linVelError: average(({ linVel }) => linVel),
    yawRateError: average(({ yawRate }) => yawRate),
  };
}

/** (reference − value) / |reference|, through `measure`; 0 where both are the same. */
export function relativeLoss(
  reference: number,
  value: number,
  measure: (loss: number) => number = (loss) => loss,
): number {
  return reference === value ? 0 : measure(reference - value) / Math.max(Math.abs(reference), Number.MIN_VALUE);
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function differs(a: Float32Array, b: Float32Array, row: number, std: Float32Array): boolean {
  const start = row * std.length;
  for (let i = 0; i < std.length; i++) {
    if (!(Math.abs(a[start + i]! - b[start + i]!) <= DIVERGED * std[i]!)) return true;
  }
  return false;
}
