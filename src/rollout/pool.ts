/**
 * Worker threads that take jobs from one queue. Jobs are pure, so a thread that dies is replaced and its job done again; which
 * thread does a job never shows in the result.
 */
import { Worker } from "node:worker_threads";
import { UserError } from "../math/user-error.ts";
import type { Job, JobResult, ThreadSetup } from "./jobs.ts";

/** What a thread posts back. */
export type ThreadMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly result: JobResult }
  | { readonly kind: "failed"; readonly message: string; readonly stack?: string; readonly exitCode?: 1 | 2 };

interface Task {
  readonly job: Job;
  attempts: number;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: Error) => void;
}

/** How often a job may take its thread down before the run gives up. */
const MOST_ATTEMPTS = 3;

/** A fixed number of threads with the same setup. */
export class WorkerPool {
  readonly #setup: ThreadSetup;
  readonly #onReplace: (reason: string) => void;
  readonly #threads = new Set<Worker>();
  readonly #idle: Worker[] = [];
  readonly #queue: Task[] = [];
  readonly #running = new Map<Worker, Task>();
  #failure: Error | null = null;
  #closed = false;

  private constructor(setup: ThreadSetup, onReplace: (reason: string) => void) {
    this.#setup = setup;
    this.#onReplace = onReplace;
  }

  /**
   * Starts `workers` threads and waits until the first one is ready.
   * @param onReplace told, in one sentence, when a thread died and was replaced
   * @throws UserError when a thread cannot be set up (task, scene or engine at fault)
   */
  static async create(workers: number, setup: ThreadSetup, onReplace: (reason: string) => void): Promise<WorkerPool> {
    const pool = new WorkerPool(setup, onReplace);
    try {
      await Promise.all(Array.from({ length: workers }, () => pool.#start()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Does all jobs and returns their results in the order of the jobs. */
  run<K extends Job["kind"]>(jobs: readonly Extract<Job, { kind: K }>[]): Promise<JobResult<K>[]> {
    const results = jobs.map(
      (job) =>
        new Promise<JobResult<K>>((resolve, reject) => {
          if (this.#failure !== null) return reject(this.#failure);
          this.#queue.push({ job, attempts: 0, resolve: resolve as (result: JobResult) => void, reject });
        }),
    );
    this.#dispatch();
    return Promise.all(results);
  }

  /** Ends all threads. Jobs under way are dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #start(): Promise<void> {
    const thread = new Worker(new URL("./worker.js", import.meta.url), { workerData: this.#setup });
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      thread.on("message", (message: ThreadMessage) => {
        if (message.kind === "ready") resolve();
        if (message.kind === "failed" && !this.#running.has(thread)) reject(errorOf(message));
        this.#receive(thread, message);
      });
      thread.on("error", (error) => this.#lose(thread, error.message));
      thread.on("exit", (code) => {
        this.#lose(thread, `it ended with code ${code}`);
        reject(new Error(`worker: a thread ended with code ${code} before it was ready`));
      });
    });
  }

  #receive(thread: Worker, message: ThreadMessage): void {
    const task = this.#running.get(thread);
    this.#running.delete(thread);
    if (message.kind === "failed") {
      task?.reject(errorOf(message));
      if (!task) return;
    }
    if (message.kind === "done") task?.resolve(message.result);
    this.#idle.push(thread);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const thread = this.#idle.shift() as Worker;
      const task = this.#queue.shift() as Task;
      this.#running.set(thread, task);
      thread.postMessage(task.job);
    }
  }

  /** A thread is gone: its job goes back to the front of the queue and a new thread starts. */
  #lose(thread: Worker, reason: string): void {
    if (!this.#threads.delete(thread) || this.#closed) return;
    const index = this.#idle.indexOf(thread);
    if (index >= 0) this.#idle.splice(index, 1);
    const task = this.#running.get(thread);
    this.#running.delete(thread);
    if (!task && index < 0) return; // died while starting: its starter reports that
    this.#onReplace(`a worker thread was lost (${reason}) and is replaced`);
    if (task) this.#retry(task, reason);
    this.#start().catch((error: Error) => this.#fail(error));
  }

  #retry(task: Task, reason: string): void {
    task.attempts++;
    if (task.attempts < MOST_ATTEMPTS) this.#queue.unshift(task);
    else
      task.reject(
        new Error(`worker: ${task.job.kind} took ${MOST_ATTEMPTS} threads down, the last one because ${reason}`),
      );
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const task of this.#queue.splice(0)) task.reject(error);
  }
}

function errorOf(message: Extract<ThreadMessage, { kind: "failed" }>): Error {
  if (message.exitCode !== undefined) return new UserError(message.message, { exitCode: message.exitCode });
  const error = new Error(message.message);
  error.stack = message.stack;
  return error;
}
