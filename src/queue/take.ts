/** The worker's side of a queue: finds runs that match this machine and works for one of them at a time, until it is stopped. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { packageHash } from "../files/package-hash.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { robotHashes } from "../runs/own-files.ts";
import { taskHashes } from "../tasks/own/portable-task.ts";
import { JobThreads } from "../threads/job-threads.ts";
import { collectLessOften } from "../threads/roomy-heap.ts";
import { type Announcement, announcementSchema, type FoundPlaces, matchRun, type OwnPlace } from "./announcement.ts";
import type { QueueConnection } from "./connection.ts";
import { type SessionName, sessionKeys, sessionsKey } from "./keys.ts";
import { isLively, sweep } from "./session.ts";
import { type Computer, Stint } from "./stint.ts";
import type { TakenUnit } from "./take-host.ts";
import type { TakeSetup } from "./units.ts";

/** How often an idle worker looks for runs, and clears away what dead learners left. */
const LOOK_MS = 250;
const SWEEP_LOOKS = 40;

/** How long a single worker stays with one of several runs. */
const TURN_MS = 60_000;
/** For so long a run calls no second worker. */
const CALL_MS = 10_000;

/** A run that a worker could work for. */
interface Candidate {
  readonly session: SessionName;
  readonly run: Announcement;
  readonly places: FoundPlaces;
  /** Those that work for it */
  readonly workers: number;
}

/** A worker. */
export interface TakeOptions {
  /** For people */
  readonly name: string;
  readonly threads: number;
  /** The only run that it works for; undefined for any */
  readonly run?: string;
  /** Paths of the user's own tasks and robots that it has */
  readonly tasks: readonly string[];
  readonly modelDirs: readonly string[];
  /** Starts what computes, default: threads */
  readonly start?: (setup: TakeSetup) => Promise<Computer>;
  /** Takes one sentence for the people who watch */
  readonly report: (message: string) => void;
}

/** Takes work until `signal` aborts; what is under way then goes back to the queue at once. @throws UserError where a task does not load */
export async function takeWork(connection: QueueConnection, options: TakeOptions, signal: AbortSignal): Promise<void> {
  await (await Taker.create(connection, options)).work(signal);
}

/** A name that tells people the machine and the process. */
export function workerName(): string {
  return `${hostname()}-${process.pid}`;
}

class Taker {
  readonly #connection: QueueConnection;
  readonly #options: TakeOptions;
  readonly #tasks: readonly OwnPlace[];
  readonly #package: string;
  readonly #id: string;
  /** The one that it worked for last */
  #last: SessionName = "";
  /** Sessions that were refused or left, which are not looked at again */
  readonly #refused = new Set<SessionName>();

  private constructor(connection: QueueConnection, options: TakeOptions, tasks: readonly OwnPlace[], hash: string) {
    this.#connection = connection;
    this.#options = options;
    this.#tasks = tasks;
    this.#package = hash;
    this.#id = `${options.name.replace(/\s/g, "-")}.${randomBytes(4).toString("hex")}`;
  }

  static async create(connection: QueueConnection, options: TakeOptions): Promise<Taker> {
    const tasks = options.tasks.map(async (path) => ({ path, hashes: (await taskHashes(path)).hashes }));
    return new Taker(connection, options, await Promise.all(tasks), packageHash());
  }

  async work(signal: AbortSignal): Promise<void> {
    const { report } = this.#options;
    report(`waiting for a run at ${this.#connection.address.shown}`);
    for (let looks = 0; !signal.aborted; looks++) {
      if (this.#connection.redis.status === "ready") {
        if (looks % SWEEP_LOOKS === 0) await sweep(this.#connection).catch(() => undefined);
        await this.#lookForWork(signal);
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #lookForWork(signal: AbortSignal): Promise<void> {
    const found = await this.#choose().catch((error: unknown) => {
      if (this.#connection.redis.status !== "ready") return null; // its loss is reported
      throw error;
    });
    if (found === null) return;
    const { session, run, places } = found;
    const { report, name, threads } = this.#options;
    try {
      const { start = (setup: TakeSetup) => startThreads(setup, threads, report) } = this.#options;
      const sinceMs = performance.now();
      const isCalledAway = () => this.#isCalledAway(session, sinceMs);
      this.#last = session;
      const end = await Stint.work(
        this.#connection,
        { id: this.#id, name, threads, session, run, places, start, isCalledAway, report },
        signal,
      );
      if (end.isFinal) this.#refused.add(session);
      report(`run ${run.run}: ${end.reason}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#refuse(session, run, error.message);
    }
  }

  /** Of the runs that match, the one with the fewest workers; of several, another one than the last. */
  async #choose(): Promise<Candidate | null> {
    const turn = ({ session }: Candidate) => (session === this.#last ? 1 : 0);
    const candidates = await this.#candidates();
    return candidates.sort((a, b) => a.workers - b.workers || turn(a) - turn(b))[0] ?? null;
  }

  /** Whether another run has nobody: one of several workers here goes there, a single one when it has had its turn. */
  async #isCalledAway(session: SessionName, sinceMs: number): Promise<boolean> {
    const { redis, address } = this.#connection;
    const candidates = await this.#candidates();
    const other = candidates.find((candidate) => candidate.session !== session && candidate.workers === 0);
    if (other === undefined) return false;
    const { workers = 1 } = candidates.find((candidate) => candidate.session === session) ?? {};
    if (workers === 1 && performance.now() - sinceMs < TURN_MS) return false;
    const { called } = sessionKeys(address.prefix, other.session);
    return (await redis.set(called, this.#id, "PX", CALL_MS, "NX")) === "OK";
  }

  /** The runs that match. */
  async #candidates(): Promise<Candidate[]> {
    const { redis, address } = this.#connection;
    const candidates: Candidate[] = [];
    for (const [session, text] of Object.entries(await redis.hgetall(sessionsKey(address.prefix)))) {
      if (this.#refused.has(session)) continue;
      const keys = sessionKeys(address.prefix, session);
      const [isThere, workers] = await Promise.all([isLively(this.#connection, session), redis.hlen(keys.workers)]);
      const match = isThere ? await this.#match(session, text) : null;
      if (match !== null) candidates.push({ session, workers, ...match });
    }
    return candidates;
  }

  async #match(session: SessionName, text: string): Promise<{ run: Announcement; places: FoundPlaces } | null> {
    const { data: run } = announcementSchema.safeParse(JSON.parse(text));
    if (run === undefined) {
      this.#refused.add(session);
      this.#options.report(`run ${session}: is of another version of flowgait, expected ${packageVersion()}`);
      return null;
    }
    const { run: only } = this.#options;
    if (only !== undefined && run.run !== only) return null;
    const robots = await this.#robotsFor(run);
    const means = { version: packageVersion(), package: this.#package, tasks: this.#tasks, robots };
    const places = matchRun(run, means);
    if (typeof places !== "string") return { run, places };
    this.#refuse(session, run, places);
    return null;
  }

  async #robotsFor({ task }: Announcement): Promise<OwnPlace[]> {
    if (task.ownRobot.length === 0) return [];
    const found = this.#options.modelDirs.map(async (path) => {
      const own = matchingTask(task.ownTask, this.#tasks) ?? task.task;
      return { path, hashes: await robotHashes({ task: own, modelDir: path }).catch(() => ({})) };
    });
    return Promise.all(found);
  }

  #refuse(session: SessionName, { run }: Announcement, reason: string): void {
    this.#refused.add(session);
    this.#options.report(`run ${run}: ${reason}; this worker does not take part`);
  }
}

function matchingTask(wanted: readonly OwnPlace["hashes"][], tasks: readonly OwnPlace[]): string | null {
  const keyOf = (hashes: OwnPlace["hashes"]) => JSON.stringify(Object.entries(hashes).sort());
  return tasks.find(({ hashes }) => wanted.some((hash) => keyOf(hash) === keyOf(hashes)))?.path ?? null;
}

/** @throws UserError where task, scene or engine are at fault */
async function startThreads(setup: TakeSetup, count: number, report: (message: string) => void): Promise<Computer> {
  collectLessOften();
  const threads = new JobThreads<TakenUnit>(new URL("./take-thread.js", import.meta.url), setup, report);
  await threads.start(count);
  return threads;
}
