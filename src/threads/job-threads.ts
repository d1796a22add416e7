/**
 * Worker threads that take jobs from one queue. Jobs are pure, so a thread that dies is replaced and its job done again; which
 * thread does a job never shows in the result. Jobs that threads do together (a descent) have to be restarted by the caller.
 */
import { UserError } from "../math/user-error.ts";
import { Thread } from "./thread.ts";

/** What a thread posts back. */
export type ThreadMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly message: string; readonly stack?: string; readonly exitCode?: 1 | 2 };

interface Task<J, R> {
  readonly job: J;
  attempts: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: Error) => void;
}

/** How often a job may take its thread down before the run gives up. */
const MOST_ATTEMPTS = 3;
/** Jobs that a thread holds: the one it does and the one it continues with, so that it need not wait for this thread. */
const MOST_HELD = 2;

/** Threads that answer jobs of kinds of their own; see `answerJobs`. */
export class JobThreads<J extends { readonly kind: string }> {
  readonly #entry: URL;
  readonly #setup: unknown;
  readonly #onReplace: (reason: string) => void;
  readonly #threads = new Set<Thread>();
  /** Threads that are ready, and what each holds: the running job first */
  readonly #held = new Map<Thread, Task<J, unknown>[]>();
  readonly #queue: Task<J, unknown>[] = [];
  #failure: Error | null = null;
  #closed = false;

  /**
   * @param entry the program of a thread
   * @param setup what each is given once
   * @param onReplace receives one sentence when a thread died and was replaced
   */
  constructor(entry: URL, setup: unknown, onReplace: (reason: string) => void) {
    this.#entry = entry;
    this.#setup = setup;
    this.#onReplace = onReplace;
  }

  /**
   * Starts so many threads and waits until all are ready.
   * @throws UserError when a thread cannot be set up (task, scene or engine at fault)
   */
  async start(workers: number): Promise<void> {
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#start()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Does one job. @returns what `answerJobs` gave for it */
  answer(job: J): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#queue.push({ job, attempts: 0, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends all threads. Jobs under way are dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #start(): Promise<void> {
    const thread = new Thread(this.#entry, this.#setup);
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      thread.on("message", (message: ThreadMessage) => {
        if (message.kind === "ready") resolve();
        if (message.kind === "failed" && !this.#held.has(thread)) reject(errorOf(message));
        this.#receive(thread, message);
      });
      thread.on("error", (error) => this.#lose(thread, error.message));
      thread.on("exit", (code) => {
        this.#lose(thread, `it ended with code ${code}`);
        reject(new Error(`worker: a thread ended with code ${code} before it was ready`));
      });
    });
  }

  #receive(thread: Thread, message: ThreadMessage): void {
    const held = this.#held.get(thread);
    if (message.kind === "ready") this.#held.set(thread, []);
    if (message.kind === "done") held?.shift()?.resolve(message.result);
    if (message.kind === "failed") held?.shift()?.reject(errorOf(message));
    this.#dispatch();
  }

  /** Gives jobs to threads without one, then seconds to all; the last jobs wait for whichever thread is done first. */
  #dispatch(): void {
    for (let count = 0; count < MOST_HELD; count++) {
      for (const [thread, held] of this.#held) {
        const spare = count === 0 ? 0 : this.#held.size;
        if (held.length === count && this.#queue.length > spare) this.#give(thread, held);
      }
    }
  }

  #give(thread: Thread, held: Task<J, unknown>[]): void {
    const task = this.#queue.shift()!;
    held.push(task);
    thread.postMessage(task.job);
  }

  /** A thread is gone: its jobs go back to the front of the queue and a new thread starts. */
  #lose(thread: Thread, reason: string): void {
    if (!this.#threads.delete(thread) || this.#closed) return;
    const held = this.#held.get(thread);
    if (held === undefined) return; // died while starting: its starter reports that
    this.#held.delete(thread);
    this.#onReplace(`a worker thread was lost (${reason}) and is replaced`);
    const [task, ...next] = held;
    this.#queue.unshift(...next);
    if (task !== undefined) this.#retry(task, reason);
    this.#start().catch((error: Error) => this.#fail(error));
  }

  #retry(task: Task<J, unknown>, reason: string): void {
    task.attempts++;
    if (task.attempts < MOST_ATTEMPTS) this.#queue.unshift(task);
    else
      task.reject(
        new Error(`worker: ${task.job.kind} crashed ${MOST_ATTEMPTS} threads, the last one because ${reason}`),
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
