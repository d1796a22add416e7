/** Threads that share the work of a measurement. Which thread does what never shows in the result. */
import { availableParallelism } from "node:os";
import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import { JobThreads } from "../../threads/job-threads.ts";
import type { MeasuringJob, MeasuringResult, MeasuringSetup } from "./measuring-jobs.ts";

/** Told what is being done, and how much of it is done. */
export type Progress = (stage: string, done?: number, total?: number) => void;

/** Episodes that one job runs side by side: fixed, so that results do not depend on the number of threads. */
const EPISODES_PER_JOB = 10;

/** A fixed number of threads. */
export class MeasuringThreads {
  readonly #threads: JobThreads<MeasuringJob>;
  readonly #tell: Progress;

  private constructor(threads: JobThreads<MeasuringJob>, tell: Progress) {
    this.#threads = threads;
    this.#tell = tell;
  }

  /** @param workers threads; 0: one per core @param tell receives each finished job's share of its stage */
  static async start(workers: number, setup: MeasuringSetup, tell: Progress): Promise<MeasuringThreads> {
    const entry = new URL("./measuring-worker.js", import.meta.url);
    const threads = new JobThreads<MeasuringJob>(entry, setup, (reason) => tell(reason));
    await threads.start(workers || availableParallelism());
    return new MeasuringThreads(threads, tell);
  }

  /** Does all jobs. @param weigh how much of the stage a job is, in the unit of the progress report @returns results in the order of the jobs */
  async run<K extends MeasuringJob["kind"]>(
    stage: string,
    jobs: readonly Extract<MeasuringJob, { kind: K }>[],
    weigh: (job: Extract<MeasuringJob, { kind: K }>) => number,
  ): Promise<MeasuringResult<K>[]> {
    const total = jobs.reduce((sum, job) => sum + weigh(job), 0);
    let done = 0;
    this.#tell(stage, done, total);
    return Promise.all(
      jobs.map(async (job) => {
        const result = (await this.#threads.answer(job)) as MeasuringResult<K>;
        done += weigh(job);
        this.#tell(stage, done, total);
        return result;
      }),
    );
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

/** The plan in parts of the size of a job. */
export function planParts({ seed, firstEpisode, episodes }: EpisodePlan): EpisodePlan[] {
  const parts: EpisodePlan[] = [];
  for (let done = 0; done < episodes; done += EPISODES_PER_JOB)
    parts.push({ seed, firstEpisode: firstEpisode + done, episodes: Math.min(EPISODES_PER_JOB, episodes - done) });
  return parts;
}
