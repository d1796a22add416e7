/** A worker's time with one run: its threads, the jobs that it holds, its sign of life. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { UserError } from "../math/user-error.ts";
import { variantOf } from "../tasks/index.ts";
import type { Announcement, FoundPlaces } from "./announcement.ts";
import type { QueueConnection } from "./connection.ts";
import { type SessionKeys, type SessionName, sessionKeys, sessionsKey } from "./keys.ts";
import { hashOf, openParcel, pack } from "./parcel.ts";
import { threadsText, type WorkerState } from "./roster.ts";
import { isLively, removeSession } from "./session.ts";
import type { TakenUnit } from "./take-host.ts";
import type { SharedSetup, TakeSetup, UnitName } from "./units.ts";
import { type PutResult, putResult, putState } from "./worker-writes.ts";

/**
 * A job whose worker is silent for `lockMs` is another's after the next check. A job may be lost as often as machines die: BullMQ would give it
 * up at the second time.
 */
const LOCK = { lockDuration: 3000, stalledInterval: 2000, maxStalledCount: 2 ** 31 - 1 } as const;
const BEAT_MS = 1000;
/** Beats between two looks at other runs */
const CALL_BEATS = 5;
/** A run without a sign of life for so much longer has ended; after a restart of the server its learner gives one. */
const MISSING_MS = 2000;
/** Refused results after which a worker leaves a run. */
const MOST_STRIKES = 3;

/** What computes units, several at a time. */
export interface Computer {
  /** @returns the answer as a parcel @throws what the computation threw */
  answer(unit: TakenUnit): Promise<unknown>;
  close(): Promise<void>;
}

/** Who works for which run. */
export interface StintOptions {
  readonly id: string;
  readonly name: string;
  readonly threads: number;
  readonly session: SessionName;
  readonly run: Announcement;
  readonly places: FoundPlaces;
  /** Starts what computes. Throws UserError where the run's task cannot be set up here */
  readonly start: (setup: TakeSetup) => Promise<Computer>;
  /** Asked now and then: whether another run needs this worker more */
  readonly isCalledAway: () => Promise<boolean>;
  readonly report: (message: string) => void;
}

/** Why it ended, in words, and whether the run is not to be looked at again. */
export interface StintEnd {
  readonly reason: string;
  readonly isFinal: boolean;
}

/** The worker is stopping: what it holds goes back. */
class HandedBack extends Error {}

/** From its start to the end of the run, or of the worker. */
export class Stint {
  readonly #connection: QueueConnection;
  readonly #options: StintOptions;
  readonly #keys: SessionKeys;
  readonly #computer: Computer;
  readonly #worker: Worker<UnitName>;
  readonly #blocking: Redis;
  /** For answers alone, so that the next unit's input does not wait behind megabytes. */
  readonly #outgoing: Redis;
  /** What sends each held job back */
  readonly #handBack = new Set<() => void>();
  readonly #sending = new Set<Promise<void>>();
  readonly #doing = new Map<string, string>();
  #common: { readonly hash: string; readonly bytes: Buffer } | null = null;
  #done = 0;
  #beat = 0;

  private constructor(connection: QueueConnection, options: StintOptions, computer: Computer) {
    const { packages, address } = connection;
    this.#connection = connection;
    this.#options = options;
    this.#keys = sessionKeys(address.prefix, options.session);
    this.#computer = computer;
    this.#blocking = connection.another();
    this.#outgoing = connection.another();
    this.#worker = new packages.Worker(options.session, (job, token) => this.#do(job, token), {
      ...LOCK,
      connection: this.#blocking,
      prefix: address.prefix,
      concurrency: options.threads,
      name: options.name,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: BEAT_MS / 1000, // else a stopped worker that was woken in place of others would keep them asleep
      runRetryDelay: BEAT_MS,
    });
    this.#worker.on("error", () => undefined); // lost connections are reported, lost locks are no fault
  }

  /** Works until the run ends or `signal` aborts. @throws UserError where the run's task cannot be set up here */
  static async work(connection: QueueConnection, options: StintOptions, signal: AbortSignal): Promise<StintEnd> {
    const shared = await readSetup(connection, options);
    if (shared === null) return { reason: "has just ended", isFinal: false };
    const computer = await options.start({ ...shared, ...variantOf(options.run.task), ...options.places });
    if (signal.aborted) {
      await computer.close();
      return { reason: "stopped", isFinal: false };
    }
    options.report(`run ${options.run.run} (${options.run.task.task}): working with ${threadsText(options.threads)}`);
    const stint = new Stint(connection, options, computer);
    const end = await stint.#watch(signal);
    await stint.#close();
    return end;
  }

  async #watch(signal: AbortSignal): Promise<StintEnd> {
    let missingSinceMs: number | null = null;
    while (!signal.aborted) {
      if (this.#connection.redis.status === "ready") {
        const strikes = await this.#show().catch(() => 0);
        if (strikes >= MOST_STRIKES)
          return { reason: `${strikes} results of this worker were refused; it leaves the run`, isFinal: true };
        if (this.#beat % CALL_BEATS === 0 && (await this.#options.isCalledAway().catch(() => false)))
          return { reason: `left for a run without workers; ${this.#done} units were computed here`, isFinal: false };
        const isThere = await isLively(this.#connection, this.#options.session).catch(() => true);
        missingSinceMs = isThere ? null : (missingSinceMs ?? performance.now());
        if (missingSinceMs !== null && performance.now() - missingSinceMs >= MISSING_MS)
          return { reason: `ended; ${this.#done} units were computed here`, isFinal: false };
      }
      await sleep(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
    return { reason: `stopped; ${this.#done} units were computed here`, isFinal: false };
  }

  async #isAnnounced(): Promise<boolean> {
    const { redis, address } = this.#connection;
    return (await redis.hexists(sessionsKey(address.prefix), this.#options.session)) === 1;
  }

  /** @returns refused results */
  async #show(): Promise<number> {
    const { id, name, threads } = this.#options;
    const { redis } = this.#connection;
    const state: WorkerState = {
      name,
      host: hostname(),
      pid: process.pid,
      threads,
      doing: [...this.#doing.values()],
      done: this.#done,
      beat: ++this.#beat,
    };
    await putState(redis, this.#keys, id, state);
    return Number((await redis.hget(this.#keys.strikes, id)) ?? 0);
  }

  async #do(job: Job<UnitName>, token = ""): Promise<void> {
    const unit = job.data;
    this.#doing.set(job.id!, `${unit.kind} ${unit.index}`);
    try {
      await this.#answer(unit);
    } catch (error) {
      if (!(error instanceof HandedBack)) throw error;
      await job.moveToWait(token);
      throw new this.#connection.packages.WaitingError();
    } finally {
      this.#doing.delete(job.id!);
    }
  }

  async #answer(unit: UnitName): Promise<void> {
    const parcels = await this.#fetch(unit);
    if (parcels === null) return; // nobody wants it any more
    const result = await this.#computeOrStop({ kind: unit.kind, unit, worker: this.#options.name, ...parcels });
    await this.#put({ unit, result, id: this.#options.id });
    this.#done++;
  }

  /**
   * Sends an answer while the next unit is computed: a thread waits for the sending of an older answer only. What is lost on the way, as the
   * machine dies, the learner hands out again.
   */
  async #put(answer: PutResult): Promise<void> {
    while (this.#sending.size >= this.#options.threads) await Promise.race(this.#sending);
    const sent = putResult(this.#outgoing, this.#keys, answer)
      .catch((error: Error) => this.#sayUnsent(error))
      .finally(() => this.#sending.delete(sent));
    this.#sending.add(sent);
  }

  /** A lost connection is reported by itself; a server that refuses, such as one that is full, is not. */
  #sayUnsent({ message }: Error): void {
    const { report, run } = this.#options;
    if (this.#outgoing.status === "ready") report(`run ${run.run}: a result could not be written: ${message}`);
  }

  /** What cannot be computed is an answer too: the learner decides. */
  async #compute(taken: TakenUnit): Promise<Uint8Array> {
    try {
      return (await this.#computer.answer(taken)) as Uint8Array;
    } catch (error) {
      const { message } = error as Error;
      const failure = { message, exitCode: error instanceof UserError ? error.exitCode : null };
      return pack({ unit: taken.unit, worker: taken.worker, failure }, [], "crc32");
    }
  }

  /** Computes, unless the worker stops before. @throws HandedBack */
  async #computeOrStop(taken: TakenUnit): Promise<Uint8Array> {
    let handBack = (): void => undefined;
    const stopped = new Promise<never>((_, reject) => {
      handBack = () => reject(new HandedBack());
    });
    this.#handBack.add(handBack);
    try {
      return await Promise.race([this.#compute(taken), stopped]);
    } finally {
      this.#handBack.delete(handBack);
    }
  }

  /** @returns null where the unit is not wanted any more; a damaged parcel is taken away, so that the learner brings it again */
  async #fetch({ round, index, common, input }: UnitName): Promise<Pick<TakenUnit, "common" | "input"> | null> {
    const at = this.#keys.input(round, index);
    const own = await this.#checked(at, input);
    if (own === null) return null;
    if (this.#common?.hash !== common) {
      const bytes = await this.#checked(this.#keys.common(common), common);
      this.#common = bytes && { hash: common, bytes };
    }
    return this.#common && { common: this.#common.bytes, input: own };
  }

  async #checked(key: string, hash: string): Promise<Buffer | null> {
    const { redis } = this.#connection;
    const bytes = await redis.getBuffer(key);
    if (bytes === null) return null;
    try {
      if (openParcel(bytes).hash === hash) return bytes;
    } catch {
      // Taken away as well.
    }
    await redis.unlink(key);
    return null;
  }

  /** Whoever leaves a run that has ended tidies up: BullMQ's scripts write some keys anew for as long as somebody takes jobs. */
  async #leave(): Promise<void> {
    await this.#connection.redis.hdel(this.#keys.workers, this.#options.id);
    if (!(await this.#isAnnounced())) await removeSession(this.#connection, this.#options.session);
  }

  async #close(): Promise<void> {
    for (const handBack of this.#handBack) handBack();
    const { redis } = this.#connection;
    const isReady = redis.status === "ready";
    await this.#worker.close(!isReady);
    if (isReady) await Promise.all(this.#sending);
    if (isReady) await this.#leave().catch(() => undefined);
    this.#blocking.disconnect();
    this.#outgoing.disconnect();
    await this.#computer.close();
  }
}

async function readSetup(
  { redis, address }: QueueConnection,
  { session, run }: StintOptions,
): Promise<SharedSetup | null> {
  const bytes = await redis.getBuffer(sessionKeys(address.prefix, session).setup);
  if (bytes === null || hashOf(bytes) !== run.setup) return null;
  return openParcel(bytes).header as SharedSetup;
}
