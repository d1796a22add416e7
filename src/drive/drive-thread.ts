/** The thread that drives, seen from outside: orders go in, moments come out. Nobody waits for anybody. */
import { UserError } from "../math/user-error.ts";
import { Thread } from "../threads/thread.ts";
import type { DriveBeginning, DriveOrder, DriveReport } from "./drive-orders.ts";

/** Who listens. */
export interface DriveEvents {
  report(
    report: Extract<
      DriveReport,
      { kind: "moment" | "taken" | "course" | "fan" | "readings" | "tallies" | "broken" | "refused" }
    >,
  ): void;
  /** The thread is gone, and why, in one sentence. */
  lost(reason: string): void;
}

/** One driven simulation on a worker thread. */
export class DriveThread {
  readonly #thread: Thread;
  #closed = false;

  private constructor(thread: Thread) {
    this.#thread = thread;
  }

  /**
   * Starts the thread; resolves when its simulation stands ready, playing in real time.
   * @throws UserError where task or policy are at fault
   */
  static create(beginning: DriveBeginning, events: DriveEvents): Promise<DriveThread> {
    const thread = new Thread(new URL("./drive-worker.js", import.meta.url), beginning);
    const drive = new DriveThread(thread);
    return new Promise((resolve, reject) => {
      const lose = (error: Error) => {
        reject(error);
        drive.#lose(error.message, events);
      };
      thread.on("message", (report: DriveReport) => {
        if (report.kind === "ready") resolve(drive);
        else if (report.kind === "failed") lose(errorOf(report));
        else if (!drive.#closed) events.report(report);
      });
      thread.on("error", lose);
      thread.on("exit", (code) => lose(new Error(`the driving thread ended with code ${code}`)));
    });
  }

  send(order: DriveOrder): void {
    this.#thread.postMessage(order);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.end();
  }

  #lose(reason: string, events: DriveEvents): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#thread.end();
    events.lost(reason);
  }
}

function errorOf({ message, exitCode }: Extract<DriveReport, { kind: "failed" }>): Error {
  return exitCode === undefined ? new Error(message) : new UserError(message, { exitCode });
}
