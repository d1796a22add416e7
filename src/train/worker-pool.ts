/** The threads of a training or an evaluation. */
import { JobThreads } from "../threads/job-threads.ts";
import { collectLessOften } from "../threads/roomy-heap.ts";
import { canShare } from "../threads/shared-memory.ts";
import { nextTurn } from "../threads/thread.ts";
import type { Crew, Job, JobResult, ThreadSetup } from "./jobs.ts";
import { ThreadHost } from "./thread-host.ts";

/** Whoever answers jobs one after another. */
interface Answering {
  answer(job: Job): Promise<unknown>;
  close(): Promise<void>;
}

/** A fixed number of threads with the same setup, for training and evaluation. */
export class WorkerPool implements Crew {
  /** Threads */
  readonly size: number;
  readonly #threads: Answering;

  private constructor(size: number, threads: Answering) {
    this.size = size;
    this.#threads = threads;
  }

  /**
   * Starts `workers` threads and waits until all are ready. A training whose memory cannot be shared has one, which is this one; its
   * results are the same.
   * @param onReplace receives one sentence when a thread died and was replaced
   * @throws UserError when a thread cannot be set up (task, scene or engine at fault)
   */
  static async create(workers: number, setup: ThreadSetup, onReplace: (reason: string) => void): Promise<WorkerPool> {
    if (setup.training !== undefined && !(canShare() && setup.training.memory instanceof SharedArrayBuffer))
      return new WorkerPool(1, inTurns(await ThreadHost.create(setup)));
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

/** Does jobs on this thread, and lets others have their turn before each. */
function inTurns(host: ThreadHost): Answering {
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  const act = async (job: Job) => {
    await nextTurn();
    if (isClosed) throw new Error("worker: closed");
    return host.run(job);
  };
  return {
    answer: (job) => {
      const result = last.then(() => act(job));
      last = result.catch(() => undefined);
      return result;
    },
    close: async () => {
      isClosed = true;
      await last;
      await host.close();
    },
  };
}
