/** Pictures of robots, made on a thread of their own when a page asks for them, and kept. */

import { type PortraitSubject, subjectKey } from "../stream/protocol.ts";
import { inBackground } from "../threads/background-timer.ts";
import { JobThreads } from "../threads/job-threads.ts";

/** An order to the thread. */
export interface PortraitJob extends PortraitSubject {
  readonly kind: "portrait";
}

/** The thread ends when nothing was asked of it for so long. */
const IDLE_MS = 15_000;

/** Makes each picture once. */
export class Portraits {
  readonly #made = new Map<string, Promise<string>>();
  #threads: Promise<JobThreads<PortraitJob>> | null = null;
  #idle: NodeJS.Timeout | undefined;
  #underWay = 0;

  /**
   * The picture of a subject, as `PortraitMessage.data`.
   * @throws UserError where task or controller are at fault
   */
  of(subject: PortraitSubject): Promise<string> {
    const key = subjectKey(subject);
    const known = this.#made.get(key);
    if (known) return known;
    const made = this.#make({ kind: "portrait", ...subject });
    this.#made.set(key, made);
    made.catch(() => this.#made.delete(key));
    return made;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const threads = this.#threads;
    this.#threads = null;
    await threads?.then((running) => running.close()).catch(() => undefined);
  }

  async #make(job: PortraitJob): Promise<string> {
    clearTimeout(this.#idle);
    this.#underWay++;
    this.#threads ??= startThread();
    try {
      return (await (await this.#threads).answer(job)) as string;
    } finally {
      if (--this.#underWay === 0) this.#idle = inBackground(setTimeout(() => void this.close(), IDLE_MS));
    }
  }
}

async function startThread(): Promise<JobThreads<PortraitJob>> {
  const threads = new JobThreads<PortraitJob>(new URL("./portrait-worker.js", import.meta.url), null, () => {});
  await threads.start(1);
  return threads;
}
