/** Episodes of the policy as evaluations run it, with every observation that it saw. */

import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import type { Environment } from "../../tasks/index.ts";
import { type DrivenOutcomes, runEpisodes } from "../episode-loop.ts";
import type { Reference } from "../reference-policy.ts";

/** Episodes and their observations. */
export interface ReferenceRun {
  readonly plan: EpisodePlan;
  readonly outcomes: DrivenOutcomes;
  /** By control step: [episodes, obsSize]; rows of ended episodes keep their last */
  readonly observations: readonly Float32Array[];
}

/** Observations and the noise that goes with them. */
export interface Recording {
  readonly rows: number;
  /** [rows, obsSize] */
  readonly obs: Float32Array;
  /** [rows, noiseSize]; null where the controller has no noise input */
  readonly noise: Float32Array | null;
}

/** Runs the plan. @param env takes raw actions */
export async function runReference(env: Environment, reference: Reference, plan: EpisodePlan): Promise<ReferenceRun> {
  const observations: Float32Array[] = [];
  const outcomes = await runEpisodes(env, plan, reference.actor(plan), (_tick, obs) => {
    // Shared, so that threads pass it on without copies.
    const kept = new Float32Array(new SharedArrayBuffer(4 * obs.length));
    kept.set(obs);
    observations.push(kept);
  });
  return { plan, outcomes, observations };
}

/** Further batches are run until there are enough rows, at most so many. */
const MOST_BATCHES = 200;

/**
 * So many observations from the runs, and where those are too short, from episodes that follow them; fewer where those end at once. Spread
 * evenly over what was seen.
 * @param further runs a plan as the runs were made
 */
export async function recordObservations(
  runs: readonly ReferenceRun[],
  further: (plan: EpisodePlan) => Promise<ReferenceRun>,
  rows: number,
  obsSize: number,
  reference: Reference,
): Promise<Recording> {
  const all = [...runs];
  let seen = all.reduce((sum, run) => sum + stepsOf(run), 0);
  while (seen < rows && all.length < runs.length + MOST_BATCHES) {
    const { plan } = all.at(-1)!;
    all.push(await further({ ...plan, firstEpisode: plan.firstEpisode + plan.episodes }));
    seen += stepsOf(all.at(-1)!);
  }
  return pick(all, Math.min(rows, seen), seen, obsSize, reference);
}

function stepsOf({ outcomes }: ReferenceRun): number {
  return outcomes.lengths.reduce((sum, length) => sum + length, 0);
}

function pick(
  runs: readonly ReferenceRun[],
  rows: number,
  seen: number,
  obsSize: number,
  reference: Reference,
): Recording {
  const obs = new Float32Array(rows * obsSize);
  let noise: Float32Array | null = null;
  let index = 0;
  let row = 0;
  for (const { plan, outcomes, observations } of runs) {
    const source = reference.inputNoise(plan);
    observations.forEach((all, tick) => {
      for (let n = 0; n < plan.episodes; n++) {
        if (tick >= outcomes.lengths[n]! || Math.floor((index++ * rows) / seen) !== row) continue;
        obs.set(all.subarray(n * obsSize, (n + 1) * obsSize), row * obsSize);
        const drawn = source?.at(tick) ?? null;
        if (drawn !== null) {
          const size = drawn.length / plan.episodes;
          noise ??= new Float32Array(rows * size);
          noise.set(drawn.subarray(n * size, (n + 1) * size), row * size);
        }
        row++;
      }
    });
  }
  return { rows, obs, noise };
}

/** Rows `start` to `start + count`, copied. */
export function recordingPart({ rows, obs, noise }: Recording, start: number, count: number): Recording {
  const part = (values: Float32Array) => {
    const size = values.length / rows;
    return values.slice(start * size, (start + count) * size);
  };
  return { rows: count, obs: part(obs), noise: noise && part(noise) };
}

/** Recorded rows and what the policy makes of them. */
export interface KeptRows extends Recording {
  /** [rows, actionSize] */
  readonly output: Float32Array;
}

/** Some rows, spread evenly. */
export function keptRows({ rows, obs, noise }: Recording, expected: Float32Array, most: number): KeptRows {
  const count = Math.min(rows, most);
  const spread = (values: Float32Array) => {
    const size = values.length / rows;
    const part = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      const row = Math.floor((i * rows) / count);
      part.set(values.subarray(row * size, (row + 1) * size), i * size);
    }
    return part;
  };
  return { rows: count, obs: spread(obs), noise: noise && spread(noise), output: spread(expected) };
}
