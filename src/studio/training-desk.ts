/**
 * The trainings of a studio: one at a time, started, stopped, resumed and forked by the page that has the wheel, in the way of `flowgait train`.
 * Answers what pages ask about runs.
 */
import { resolve } from "node:path";
import type { Output } from "../files/output.ts";
import { UserError } from "../math/user-error.ts";
import type { QueueConnection } from "../queue/connection.ts";
import type { MetricSink } from "../runs/metrics.ts";
import type { StudioHandler } from "../stream/intents.ts";
import type {
  GalleryMessage,
  PortraitSubject,
  ServerMessage,
  TrainForm,
  TrainingQuestion,
  TrainingWish,
} from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import { registry } from "../tasks/index.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import { inBackground } from "../threads/background-timer.ts";
import { checkSubject, gallery } from "./gallery.ts";
import type { LiveView } from "./live-view.ts";
import { Portraits } from "./portraits.ts";
import { type PreparedRun, prepareFork, prepareNewRun, prepareResume } from "./prepared-run.ts";
import { downloadOf } from "./run-download.ts";
import { checkpointFileOf, listRuns, runFolderOf, runKey, storedHistory } from "./run-list.ts";
import { endText, startText } from "./run-words.ts";
import { catalogue, type Plan, planOf } from "./training-form.ts";
import { runTraining } from "./training-session.ts";

/** What a desk works with. */
export interface DeskOptions {
  readonly server: StreamServer;
  readonly view: LiveView;
  readonly output: Output;
  /** Who hears of a training beside its files and pages, such as a progress bar; default: nobody */
  readonly sinksFor?: (run: PreparedRun) => readonly MetricSink[];
  /** Where shards are handed out; null: computed here */
  readonly queue?: QueueConnection | null;
  /** Ends the training, and the desk with it. */
  readonly signal: AbortSignal;
  /** What the form shows first; may be a file */
  readonly task: string;
}

/** Questions that may wait for their answer. */
const MOST_WAITING = 64;
/** How often the list of runs is looked through while something trains. */
const LIST_MS = 3000;

/** Runs the trainings of one studio. */
export class TrainingDesk implements StudioHandler {
  readonly #options: DeskOptions;
  /** The training that runs or is about to, and what stops it. */
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;
  #folder: string | null = null;
  readonly #timer: NodeJS.Timeout;
  #told = "";
  readonly #portraits = new Portraits();
  #gallery: GalleryMessage | null = null;
  #answers: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    options.server.onStudio(this);
    options.signal.addEventListener("abort", () => this.#running?.stop.abort());
    this.#timer = inBackground(setInterval(() => void this.#tellRuns(null), LIST_MS));
  }

  /**
   * Trains what `prepare` gives until its end. Resolves with the run once it has begun.
   * @throws UserError where another one runs, or the run cannot be prepared
   */
  async begin(prepare: () => Promise<PreparedRun>): Promise<PreparedRun> {
    if (this.#running !== null) throw new UserError(`${this.#name()} is training; stop it first`);
    const stop = new AbortController();
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#running = { stop, done };
    if (this.#options.signal.aborted) stop.abort();
    let run: PreparedRun;
    try {
      run = await prepare();
    } catch (error) {
      this.#running = null;
      finish();
      throw error;
    }
    this.#folder = run.folder;
    void this.#train(run, stop.signal).finally(() => {
      this.#running = null;
      finish();
      void this.#tellRuns(null);
    });
    void this.#tellRuns(null);
    return run;
  }

  /** Shows a run that was put here, unless one is training. */
  async show(folder: string): Promise<void> {
    if (this.#running === null) this.#folder = folder;
    await this.#tellRuns(null);
  }

  /** Waits until what runs has stopped and saved. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#portraits.close();
    this.#running?.stop.abort();
    await this.#running?.done;
  }

  // ---------------------------------------------------------------------------------------------------------------------------- from pages

  welcome(viewer: number): void {
    this.#tell(viewer, this.#robots);
    this.#tell(viewer, catalogue(this.#options.task));
    void this.#tellRuns(viewer);
  }

  /** Questions of all pages are answered one after another, so that a page that asks much costs the training little. */
  ask(viewer: number, question: TrainingQuestion): void {
    if (this.#waiting >= MOST_WAITING) {
      this.#tell(viewer, { type: "refused", what: question.type, reason: "too many requests are waiting" });
      return;
    }
    if (question.type === "portrait")
      return void this.#answer(viewer, "portrait", () => this.#picture(viewer, question));
    this.#waiting++;
    this.#answers = this.#answers
      .then(() => this.#answer(viewer, question.type, () => this.#reply(viewer, question)))
      .finally(() => this.#waiting--);
  }

  /** Pictures are made on a thread of their own. */
  async #picture(viewer: number, { task, controller }: PortraitSubject): Promise<void> {
    checkSubject(this.#robots, { task, controller });
    const data = await this.#portraits.of({ task, controller });
    this.#tell(viewer, { type: "portrait", task, controller, data });
  }

  wish(viewer: number, wish: TrainingWish): void {
    void this.#answer(viewer, wish.type, () => this.#obey(viewer, wish));
  }

  /** Errors are reported to the requesting page. */
  async #answer(viewer: number, what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      const error = asUserFault(thrown);
      if (!(error instanceof UserError)) this.#options.output.note(String((error as Error).stack));
      this.#tell(viewer, { type: "refused", what, reason: (error as Error).message });
    }
  }

  get #robots(): GalleryMessage {
    this.#gallery ??= gallery(this.#options.task);
    return this.#gallery;
  }

  async #reply(viewer: number, question: Exclude<TrainingQuestion, { type: "portrait" }>): Promise<void> {
    if (question.type === "runs") return this.#tellRuns(viewer);
    if (question.type === "curves") {
      const { points } = await storedHistory(await runFolderOf(question.run, this.#folder));
      this.#tell(viewer, { type: "curves", run: question.run, points });
      return;
    }
    if (question.type === "download") {
      const { name, bytes } = await downloadOf(await runFolderOf(question.run, this.#folder), question.what);
      this.#tell(viewer, { type: "file", name, data: Buffer.from(bytes).toString("base64") });
      return;
    }
    this.#tell(viewer, { id: question.id, ...(await this.#plan(question.form)).message });
  }

  async #obey(viewer: number, wish: TrainingWish): Promise<void> {
    switch (wish.type) {
      case "train":
        return this.#start(viewer, () => this.#prepare(wish.form));
      case "resumeTraining":
        return this.#start(viewer, async () => {
          const folder = await runFolderOf(wish.run, this.#folder);
          return prepareResume(folder, wish.steps === null ? {} : { steps: wish.steps });
        });
      case "stopTraining":
        if (this.#running === null) throw new UserError("no training is running");
        this.#running.stop.abort();
        return this.#options.view.stopping();
      case "incident":
        return this.#options.view.openIncident(wish.kind);
      case "robot":
        if (wish.subject !== null) checkSubject(this.#robots, wish.subject);
        return this.#options.view.driveRobot(wish.subject);
      default:
        wish satisfies never;
    }
  }

  async #start(viewer: number, prepare: () => Promise<PreparedRun>): Promise<void> {
    const { folder } = await this.begin(prepare);
    this.#tell(viewer, { type: "started", run: runKey(folder) });
  }

  async #prepare(form: TrainForm): Promise<PreparedRun> {
    const { config, overrides, message } = await this.#plan(form);
    const [problem] = message.problems;
    if (config === null || problem !== undefined)
      throw new UserError(problem?.setting ? `--${problem.setting}: ${problem.message}` : (problem?.message ?? ""));
    return form.from === null ? prepareNewRun(config) : prepareFork(form.from, overrides);
  }

  /** Tasks that are files hold code: only the one that the studio was started with. */
  async #plan(form: TrainForm): Promise<Plan> {
    if (form.from !== null) await checkpointFileOf(form.from, this.#folder);
    else if (form.task !== this.#options.task) registry.get(form.task);
    return planOf(form);
  }

  // ------------------------------------------------------------------------------------------------------------------------------ training

  /** A failure of the machine is shown on the page and reported here, and the studio stays open. */
  async #train(run: PreparedRun, signal: AbortSignal): Promise<void> {
    const { view, output, queue } = this.#options;
    view.announce(`loading ${run.files.task?.name ?? run.config.task}`);
    output.note(startText(run));
    try {
      const sinks = this.#options.sinksFor?.(run) ?? [];
      const result = await runTraining(run, { sinks, signal, view, queue });
      output.note(endText(run, result));
      view.end(result.stopped && result.steps < run.config.steps ? "stopped" : "done");
    } catch (thrown) {
      const error = asUserFault(thrown);
      if (!(error instanceof UserError)) output.note(String((error as Error).stack));
      this.failed((error as Error).message);
    }
  }

  /** Shows why nothing trains. */
  failed(reason: string): void {
    const { view, output } = this.#options;
    view.end("failed", reason);
    output.note(`flowgait: ${reason}\nthe viewer stays open; Ctrl-C closes it`);
  }

  // ------------------------------------------------------------------------------------------------------------------------------- telling

  #name(): string {
    return this.#folder === null ? "a run" : runKey(this.#folder);
  }

  #tell(viewer: number, message: ServerMessage): void {
    this.#options.server.tell(viewer, message);
  }

  /** Tells one page, or all where something has changed. */
  async #tellRuns(viewer: number | null): Promise<void> {
    const { server, view } = this.#options;
    if (viewer === null && server.viewerCount === 0) return;
    const folder = this.#running === null ? null : this.#folder;
    const running = folder === null ? null : { folder: resolve(folder), steps: view.steps };
    const runs = await listRuns(this.#folder, running);
    const shown = this.#folder === null ? null : runKey(this.#folder);
    const message = { type: "runs", runs, shown, incidents: view.incidents } as const;
    if (viewer !== null) return server.tell(viewer, message);
    const text = JSON.stringify(message);
    if (text === this.#told) return;
    this.#told = text;
    server.pushRuns(message);
  }
}
