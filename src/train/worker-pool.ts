/** The threads of a training or an evaluation. */
import { JobThreads } from "../threads/job-threads.ts";
import { collectLessOften } from "../threads/roomy-heap.ts";
import type { Crew, Job, JobResult, ThreadSetup } from "./jobs.ts";

/** A fixed number of threads with the same setup, for training and evaluation. */
export class WorkerPool implements Crew {
  /** Threads */
  readonly size: number;
  readonly #threads: JobThreads<Job>;

  private constructor(size: number, threads: JobThreads<Job>) {
    this.size = size;
    this.#threads = threads;
  }

  /**
   * Starts `workers` threads and waits until all are ready.
   * @param onReplace receives one sentence when a thread died and was replaced
   * @throws UserError when a thread cannot be set up (task, scene or engine at fault)
   */
  static async create(workers: number, setup: ThreadSetup, onReplace: (reason: string) => void): Promise<WorkerPool> {
    collectLessOften();
    const threads = new JobThreads<Job>(new URL("./worker.js", import.meta.url), setup, onReplace);
    await threads.start(workers);
    return new WorkerPool(workers, threads);
  }

  /** Does all jobs and returns their results in the order of the jobs. */
  run<K extends Job["kind"]>(jobs: readonly Extract<Job, { kind: K }>[]): Promise<JobResult<K>[]> {
    return Promise.all(jobs.map((job) => this.#threads.answer(job) as Promise<JobResult<K>>));
  }

  /** Ends all threads. Jobs under way are dropped. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}
