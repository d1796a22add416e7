/** Examines the last fall of a driven simulation on a thread of its own, and keeps the verdicts, each of which can be watched. */
import type { DriveCourse } from "../drive/drive-orders.ts";
import type { FallReport } from "../falls/why.ts";
import { rescueWords, verdictWords } from "../falls/why-words.ts";
import type { WhyNews } from "../falls/why-worker.ts";
import type { FallState } from "../stream/protocol.ts";
import { Thread } from "../threads/thread.ts";

/** How long before the fall a verdict begins to be watched, s. */
const LEAD_SECONDS = 2;

/** What is watched of a verdict. */
export interface ShownDrive {
  readonly course: DriveCourse;
  /** Step from which on it is watched */
  readonly from: number;
}

/** One desk for one driven simulation. */
export class FallDesk {
  readonly #tell: () => void;
  #thread: Thread | null = null;
  #report: FallReport | null = null;
  #state: FallState | undefined;
  /** The drive that was examined */
  #course: DriveCourse | null = null;

  /** @param tell called whenever the state changed */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** For pages; undefined while nobody asked. */
  get state(): FallState | undefined {
    return this.#state;
  }

  /** Whether a verdict is watched in place of the drive itself. */
  get isShowing(): boolean {
    return this.#state?.shown != null;
  }

  /** Examines the last fall of a drive. What was found before is dropped. */
  async ask(course: DriveCourse): Promise<void> {
    await this.close();
    this.#course = course;
    this.#report = null;
    this.#set({ state: "searching", words: "looking for falls", rescue: "", verdicts: [], shown: null });
    const thread = new Thread(new URL("../falls/why-worker.js", import.meta.url), {
      course,
      seed: 1,
      source: "this drive",
    });
    this.#thread = thread;
    thread.on("message", (news: WhyNews) => thread === this.#thread && this.#receive(news));
    thread.on("error", (error) => thread === this.#thread && this.#fail(error.message));
  }

  /** A verdict by its place, or null for the drive itself; null where there is no such thing. */
  show(place: number | null): ShownDrive | null {
    if (this.#report === null || this.#course === null || this.#state === undefined) return null;
    const { shown, fall, controlHz } = this.#report;
    const course = place === null ? this.#course : shown[place]?.course;
    if (course === undefined) return null;
    this.#set({ ...this.#state, shown: place });
    return { course, from: Math.max(1, Math.round(fall.step - LEAD_SECONDS * controlHz)) };
  }

  /** Forgets what was found: the drive it belongs to is gone. */
  async forget(): Promise<void> {
    await this.close();
    this.#state = undefined;
    this.#report = null;
    this.#course = null;
    this.#tell();
  }

  /** Ends the search. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.end();
  }

  #receive(news: WhyNews): void {
    switch (news.kind) {
      case "stage":
        if (this.#state) this.#set({ ...this.#state, words: news.words });
        return;
      case "failed":
        this.#fail(news.message);
        return;
      case "found":
        void this.close();
        this.#report = news.report;
        this.#set({
          state: "found",
          words: verdictWords(news.report),
          rescue: rescueWords(news.report.rescue),
          verdicts: news.report.shown.map(({ words, falls }) => ({ words, falls })),
          shown: null,
        });
        return;
      default:
        news satisfies never;
    }
  }

  #fail(words: string): void {
    void this.close();
    this.#set({ state: "failed", words, rescue: "", verdicts: [], shown: null });
  }

  #set(state: FallState): void {
    this.#state = state;
    this.#tell();
  }
}
