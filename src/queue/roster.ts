/** The workers of a session as the learner sees them: who came, who left, who is silent. */
import { z } from "zod";

const workerSchema = z.object({
  name: z.string(),
  host: z.string(),
  pid: z.number(),
  threads: z.number(),
  /** Units that it computes now, such as "collect 3" */
  doing: z.array(z.string()),
  /** Units that it has computed in this session */
  done: z.number(),
  /** Grows while it lives */
  beat: z.number(),
});

/** What a worker says of itself. */
export type WorkerState = z.infer<typeof workerSchema>;

/** A worker without a sign of life for so long has left. */
const SILENT_MS = 6000;
/** Losses that are remembered. */
const MOST_LOST = 20;
/** How long a run may be without workers before it reports that. */
const ALONE_MS = 3000;

/** Clocks of machines differ: what counts is when a worker's beat was seen to grow. */
export class Roster {
  readonly #workers = new Map<string, { state: WorkerState; seenMs: number }>();
  readonly #lost: string[] = [];
  readonly #report: (message: string) => void;
  readonly #shown: string;
  #aloneSinceMs: number | null = null;
  #hasToldAlone = false;

  /** @param shown the queue's address for messages */
  constructor(report: (message: string) => void, shown: string) {
    this.#report = report;
    this.#shown = shown;
  }

  /** Those that are there. */
  get workers(): readonly WorkerState[] {
    return [...this.#workers.values()].map(({ state }) => state);
  }

  /** Names of those that were lost or refused, the newest last. */
  get lost(): readonly string[] {
    return this.#lost;
  }

  /** Notes that something went wrong with a worker. */
  noteLoss(name: string, what: string): void {
    this.#lost.push(`${name} (${what})`);
    if (this.#lost.length > MOST_LOST) this.#lost.shift();
  }

  /** What people call the worker of that id. */
  nameOf(id: string): string {
    return this.#workers.get(id)?.state.name ?? id;
  }

  /**
   * Takes in what the workers say.
   * @param said JSON by worker
   * @returns the ids of those that are silent
   */
  read(said: Readonly<Record<string, string>>, nowMs: number): string[] {
    for (const [id, text] of Object.entries(said)) this.#see(id, text, nowMs);
    const silent: string[] = [];
    for (const [id, { state, seenMs }] of this.#workers) {
      const left = said[id] === undefined;
      if (!left && nowMs - seenMs < SILENT_MS) continue;
      this.#workers.delete(id);
      this.noteLoss(state.name, left ? "left" : "silent");
      if (!left) silent.push(id);
      this.#report(`worker ${state.name} ${left ? "left" : "is silent"}; its shards are computed by others`);
    }
    this.#noteAlone(nowMs);
    return silent;
  }

  #see(id: string, text: string, nowMs: number): void {
    const { data: state } = workerSchema.safeParse(JSON.parse(text));
    if (state === undefined) return;
    const known = this.#workers.get(id);
    if (known?.state.beat === state.beat) return;
    this.#workers.set(id, { state, seenMs: nowMs });
    if (known === undefined) this.#report(`worker ${state.name} joined with ${threadsText(state.threads)}`);
  }

  #noteAlone(nowMs: number): void {
    if (this.#workers.size > 0) {
      this.#aloneSinceMs = null;
      this.#hasToldAlone = false;
      return;
    }
    this.#aloneSinceMs ??= nowMs;
    if (this.#hasToldAlone || nowMs - this.#aloneSinceMs < ALONE_MS) return;
    this.#hasToldAlone = true;
    this.#report(`no worker takes work from ${this.#shown}; try on any machine: flowgait worker --queue <url>`);
  }
}

/** "1 thread", "8 threads" */
export function threadsText(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
