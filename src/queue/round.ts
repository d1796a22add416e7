/**
 * One round of a session: units that share their weights are handed out, and each answer is checked before it counts. Whatever happens to the
 * queue, a unit is handed out again until it is answered; which answer comes first does not matter, as all right ones are the same bytes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../math/user-error.ts";
import { DamagedParcel, hashOf, type Parcel } from "./parcel.ts";
import type { Session } from "./session.ts";
import { type Answer, type Failure, openAnswer, type UnitName } from "./units.ts";

/** Something to compute. */
export interface Unit<R> {
  /** For messages, such as "shard 3" */
  readonly name: string;
  readonly input: Buffer;
  /** Puts a right answer in place. Throws `DamagedParcel` where it does not fit */
  take(answer: Answer, parcel: Parcel): R;
  /** Computes it on this machine */
  here(): Promise<R>;
}

/** What a round hands out. */
export interface RoundOptions<R> {
  readonly kind: UnitName["kind"];
  /** Of its session, unique */
  readonly name: string;
  readonly common: Buffer;
  readonly units: readonly Unit<R>[];
}

interface OpenUnit<R> {
  readonly index: number;
  readonly unit: Unit<R>;
  readonly input: string;
  attempt: number;
  failures: number;
  isRead: boolean;
  readonly resolve: (result: R) => void;
}

/** Parcels outlive a dead learner by so much; a living one prolongs them. */
const KEPT_MS = 600_000;
const WATCH_MS = 1000;
/** How often a unit may fail on workers before the run gives up. */
const MOST_FAILURES = 3;
/** Looks at an empty queue after which open units are handed out again: answers may be on their way, over a slow line too. */
const MOST_EMPTY = 5;
/** Against faults of the connection; what is lost beyond that, the watch hands out again. */
const RETRIES = { attempts: 8, backoff: { type: "exponential", delay: 100 } } as const;

/** Runs once. */
export class Round<R> {
  readonly #session: Session;
  readonly #options: RoundOptions<R>;
  readonly #common: string;
  readonly #open = new Map<number, OpenUnit<R>>();
  readonly #all: Promise<R[]>;
  #reject: (error: unknown) => void = () => undefined;
  #ended = false;
  #emptySeen = 0;

  constructor(session: Session, options: RoundOptions<R>) {
    this.#session = session;
    this.#options = options;
    this.#common = hashOf(options.common);
    const failed = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    const results = options.units.map((unit, index) => {
      return new Promise<R>((resolve) => {
        const input = hashOf(unit.input);
        this.#open.set(index, { index, unit, input, attempt: 0, failures: 0, isRead: false, resolve });
      });
    });
    this.#all = Promise.race([Promise.all(results), failed]);
  }

  /** @returns the results in the order of the units @throws what a unit threw on a worker */
  async run(): Promise<R[]> {
    this.#session.onDone = (note) => this.#hear(note);
    this.#start(this.#handOut([...this.#open.values()]));
    this.#start(this.#watch());
    try {
      return await this.#all;
    } finally {
      this.#ended = true;
      this.#start(this.#clear());
    }
  }

  /** Computes on this machine what is not answered yet. */
  finishHere(): void {
    for (const open of this.#open.values())
      open.unit.here().then(
        (result) => this.#settle(open, result),
        (error: unknown) => this.#reject(error),
      );
  }

  /** Faults of the connection are mended by the watch; others end the round. */
  #start(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#ended) this.#reject(error);
    });
  }

  async #handOut(units: readonly OpenUnit<R>[]): Promise<void> {
    const { redis, keys } = this.#session;
    const { name, common } = this.#options;
    const puts = redis.pipeline().set(keys.common(this.#common), common, "PX", KEPT_MS);
    for (const { index, unit } of units) puts.set(keys.input(name, index), unit.input, "PX", KEPT_MS);
    failWhereFull(await puts.exec());
    await this.#addJobs(units);
  }

  async #addJobs(units: readonly OpenUnit<R>[]): Promise<void> {
    const { kind, name } = this.#options;
    const jobs = units.map((open) => {
      const data: UnitName = { kind, round: name, index: open.index, common: this.#common, input: open.input };
      const jobId = `${name}.${open.index}.${open.attempt++}`;
      return { name: kind, data, opts: { jobId, ...RETRIES, removeOnComplete: true, removeOnFail: true } };
    });
    await this.#session.queue.addBulk(jobs);
  }

  /** @param note round, index and worker, as workers write them */
  #hear(note: string): void {
    const [round, index, worker = ""] = note.split(" ");
    if (round === this.#options.name) this.#start(this.#read(Number(index), worker));
  }

  async #read(index: number, worker: string): Promise<void> {
    const open = this.#open.get(index);
    if (open === undefined || open.isRead) return;
    open.isRead = true;
    try {
      const { redis, keys } = this.#session;
      const bytes = await redis.getBuffer(keys.result(this.#options.name, index, this.#common));
      if (bytes !== null && this.#open.has(index)) await this.#judge(open, bytes, worker);
    } finally {
      open.isRead = false;
    }
  }

  async #judge(open: OpenUnit<R>, bytes: Buffer, worker: string): Promise<void> {
    try {
      const { answer, parcel } = openAnswer(bytes);
      this.#checkUnit(answer, open);
      if (answer.failure !== undefined) return await this.#failed(open, answer.failure, worker);
      this.#settle(open, open.unit.take(answer, parcel));
    } catch (error) {
      if (!(error instanceof DamagedParcel)) throw error;
      await this.#refuse(open, error.message, worker);
    }
  }

  #checkUnit({ unit }: Answer, { index, input }: OpenUnit<R>): void {
    const { kind, name } = this.#options;
    if (unit.common !== this.#common) throw new DamagedParcel("the result of other weights");
    if (unit.input !== input || unit.kind !== kind || unit.round !== name || unit.index !== index)
      throw new DamagedParcel("the result of another unit");
  }

  #settle(open: OpenUnit<R>, result: R): void {
    if (!this.#open.delete(open.index)) return;
    open.resolve(result);
    const { redis, keys } = this.#session;
    const { name } = this.#options;
    // Without its input nobody computes the unit or answers it any more.
    if (redis.status === "ready")
      redis.unlink(keys.input(name, open.index), keys.result(name, open.index, this.#common)).catch(() => undefined);
  }

  async #refuse(open: OpenUnit<R>, found: string, worker: string): Promise<void> {
    const { redis, keys, report, roster } = this.#session;
    const { name } = this.#options;
    report(`${open.unit.name} of worker ${roster.nameOf(worker)} was refused: ${found}; it is computed again`);
    roster.noteLoss(roster.nameOf(worker), "refused");
    await redis.hincrby(keys.strikes, worker, 1);
    await redis.unlink(keys.result(name, open.index, this.#common));
    await this.#addJobs([open]);
  }

  async #failed(open: OpenUnit<R>, { message, exitCode }: Failure, worker: string): Promise<void> {
    const { redis, keys, report, roster } = this.#session;
    if (exitCode !== null) return this.#reject(new UserError(message, { exitCode }));
    const name = roster.nameOf(worker);
    if (++open.failures >= MOST_FAILURES)
      return this.#reject(
        new Error(`${open.unit.name} failed on ${MOST_FAILURES} workers, last on ${name}: ${message}`),
      );
    report(`${open.unit.name} failed on worker ${name}: ${message}; it is computed again`);
    await redis.unlink(keys.result(this.#options.name, open.index, this.#common));
    await this.#addJobs([open]);
  }

  /** Looks after what a server may lose: it keeps nothing where it is restarted. */
  async #watch(): Promise<void> {
    while (!this.#ended) {
      await sleep(WATCH_MS, undefined, { ref: false });
      if (!this.#ended && this.#session.redis.status === "ready") await this.#look();
    }
  }

  async #look(): Promise<void> {
    const open = [...this.#open.values()];
    if (open.length === 0) return;
    const { redis, keys, queue, report } = this.#session;
    const { name } = this.#options;
    const looks = redis.pipeline().pexpire(keys.common(this.#common), KEPT_MS);
    for (const { index } of open) looks.pexpire(keys.input(name, index), KEPT_MS);
    for (const { index } of open) looks.exists(keys.result(name, index, this.#common));
    const found = ((await looks.exec()) ?? []).map(([, value]) => value === 1);
    const isThere = found.slice(0, 1 + open.length);
    const answered = open.filter((_, at) => found[1 + open.length + at]);
    for (const { index } of answered) await this.#read(index, "");
    const lost = open.filter(({ index }, at) => !(isThere[0] && isThere[1 + at]) && this.#open.has(index));
    if (lost.length > 0) {
      report(`the queue has lost ${lost.length} of ${open.length} open units; they are handed out again`);
      return this.#handOut(lost);
    }
    const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized");
    const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
    this.#emptySeen = jobs === 0 && answered.length === 0 ? this.#emptySeen + 1 : 0;
    if (this.#emptySeen < MOST_EMPTY) return;
    this.#emptySeen = 0;
    await this.#addJobs([...this.#open.values()]);
  }

  async #clear(): Promise<void> {
    const { redis, keys } = this.#session;
    const { name, units } = this.#options;
    if (redis.status !== "ready") return;
    const results = units.flatMap((_, index) => [keys.input(name, index), keys.result(name, index, this.#common)]);
    await redis.unlink(keys.common(this.#common), ...results).catch(() => undefined);
  }
}

/** @throws UserError where the server's memory is full */
function failWhereFull(results: [Error | null, unknown][] | null): void {
  const error = results?.find(([failure]) => failure !== null)?.[0];
  if (!error) return;
  if (error.message.startsWith("OOM"))
    throw new UserError("--queue: the memory of the Redis server is full, expected room for three iterations");
  throw error;
}
