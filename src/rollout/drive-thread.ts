/** The thread that drives, seen from outside: orders go in, moments come out. Nobody waits for anybody. */
import { Worker } from "node:worker_threads";
import { UserError } from "../math/user-error.ts";
import type { DriveBeginning, DriveOrder, DriveReport } from "./drive-orders.ts";

/** Who listens. */
export interface DriveEvents {
  report(report: Extract<DriveReport, { kind: "moment" | "taken" | "course" | "fan" | "tallies" }>): void;
  /** The thread is gone, and why, in one sentence. */
  lost(reason: string): void;
}

export class DriveThread {
  readonly #worker: Worker;
  #closed = false;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /**
   * Starts the thread; resolves when its simulation stands ready, playing in real time.
   * @throws UserError where task or policy are at fault
   */
  static create(beginning: DriveBeginning, events: DriveEvents): Promise<DriveThread> {
    const worker = new Worker(new URL("./drive-worker.js", import.meta.url), { workerData: beginning });
    const thread = new DriveThread(worker);
    return new Promise((resolve, reject) => {
      const lose = (error: Error) => {
        reject(error);
        thread.#lose(error.message, events);
      };
      worker.on("message", (report: DriveReport) => {
        if (report.kind === "ready") resolve(thread);
        else if (report.kind === "failed") lose(errorOf(report));
        else if (!thread.#closed) events.report(report);
      });
      worker.on("error", lose);
      worker.on("exit", (code) => lose(new Error(`the driving thread ended with code ${code}`)));
    });
  }

  send(order: DriveOrder): void {
    this.#worker.postMessage(order);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.terminate();
  }

  #lose(reason: string, events: DriveEvents): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#worker.terminate();
    events.lost(reason);
  }
}

function errorOf({ message, exitCode }: Extract<DriveReport, { kind: "failed" }>): Error {
  return exitCode === undefined ? new Error(message) : new UserError(message, { exitCode });
}
