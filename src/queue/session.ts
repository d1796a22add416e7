/** A learner's stay at a queue: its announcement, its sign of life, the workers that came, and BullMQ's queue of the session. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Announcement } from "./announcement.ts";
import type { QueueConnection } from "./connection.ts";
import { everyKeyOf, type SessionKeys, type SessionName, sessionKeys, sessionsKey } from "./keys.ts";
import { hashOf } from "./parcel.ts";
import { Roster } from "./roster.ts";

/** A learner that is silent for so long is gone; its keys are cleared away by whoever comes next. */
const SILENT_MS = 60_000;
/** One that is silent for so long gets no workers. */
const QUIET_MS = 4000;
const BEAT_MS = 1000;
/** Events of BullMQ that are kept. Nobody reads them. */
const EVENTS = 16;
/** Keys of BullMQ that its scripts write even where there is no job. */
const REWRITTEN = /:(meta|events)$/;
/** All workers have noticed the end of a run after so long. */
const NOTICED_MS = 10_000;
/** Keys per step of a search through all keys. */
const SCANNED = 1000;

/** What a session begins with. */
export interface SessionOptions {
  readonly announcement: Omit<Announcement, "setup">;
  /** The parcel with the setup */
  readonly setup: Buffer;
  /** Takes one sentence for the people who watch */
  readonly report: (message: string) => void;
}

/** Open until `close`. */
export class Session {
  readonly name: SessionName;
  readonly keys: SessionKeys;
  readonly queue: Queue;
  readonly roster: Roster;
  readonly report: SessionOptions["report"];
  /** Called with "round index worker" for every result that is there */
  onDone: (note: string) => void = () => undefined;
  readonly #connection: QueueConnection;
  readonly #options: SessionOptions;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(connection: QueueConnection, options: SessionOptions) {
    const { packages, redis, address } = connection;
    const plain = options.announcement.run.replace(/[^\w.-]+/g, "-").slice(0, 64);
    this.name = `${plain}.${randomBytes(4).toString("hex")}`;
    this.keys = sessionKeys(address.prefix, this.name);
    this.#connection = connection;
    this.#options = options;
    this.report = options.report;
    this.roster = new Roster(options.report, address.shown);
    const streams = { events: { maxLen: EVENTS } };
    this.queue = new packages.Queue(this.name, { connection: redis, prefix: address.prefix, streams });
    this.queue.on("error", () => undefined); // of the connection, which reports them itself
    this.#timer = setInterval(() => this.#beatNext(), BEAT_MS);
  }

  /** Clears away what dead learners left, and announces the run. */
  static async open(connection: QueueConnection, options: SessionOptions): Promise<Session> {
    await sweep(connection);
    const session = new Session(connection, options);
    await session.announce();
    void session.#listen(connection.another());
    return session;
  }

  get redis(): Redis {
    return this.#connection.redis;
  }

  /** Says that the run is here. What a restarted server lost is there again afterwards. */
  async announce(): Promise<void> {
    const { announcement, setup } = this.#options;
    const { alive, setup: setupKey } = this.keys;
    const { prefix } = this.#connection.address;
    const said: Announcement = { ...announcement, setup: hashOf(setup) };
    await this.redis
      .multi()
      .set(alive, "1", "PX", SILENT_MS)
      .set(setupKey, setup)
      .hset(sessionsKey(prefix), this.name, JSON.stringify(said))
      .hset(`${prefix}:${this.name}:meta`, "opts.maxLenEvents", EVENTS)
      .exec();
  }

  /** Takes everything of the session off the server, unless the server cannot be reached. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    if (this.redis.status === "ready") {
      await this.#beating;
      await removeSession(this.#connection, this.name);
    }
    await this.queue.close();
  }

  /** One call waits at a time, on a connection of its own. */
  async #listen(waiting: Redis): Promise<void> {
    while (!this.#closed) {
      const popped = await waiting.blpop(this.keys.done, BEAT_MS / 1000).catch(() => null);
      if (popped !== null) this.onDone(popped[1]);
      else await sleep(1); // the connection may be lost
    }
    waiting.disconnect();
  }

  #beatNext(): void {
    if (this.redis.status !== "ready") return;
    this.#beating = this.#beating.then(() => this.#beat()).catch(() => undefined); // the connection reports its loss
  }

  async #beat(): Promise<void> {
    await this.announce();
    const silent = this.roster.read(await this.redis.hgetall(this.keys.workers), performance.now());
    if (silent.length > 0) await this.redis.hdel(this.keys.workers, ...silent);
  }
}

/** Whether a learner gave a sign of life in the last seconds. */
export async function isLively({ redis, address }: QueueConnection, name: SessionName): Promise<boolean> {
  return (await redis.pttl(sessionKeys(address.prefix, name).alive)) > SILENT_MS - QUIET_MS;
}

/** Removes what learners left that died. */
export async function sweep(connection: QueueConnection): Promise<void> {
  const { redis, address } = connection;
  for (const name of await redis.hkeys(sessionsKey(address.prefix)))
    if ((await redis.exists(sessionKeys(address.prefix, name).alive)) === 0) await removeSession(connection, name);
}

/**
 * Takes all keys of a session off the server. Those that BullMQ's scripts would write anew, for as long as a worker has not noticed, expire when
 * all have.
 */
export async function removeSession({ redis, address }: QueueConnection, name: SessionName): Promise<void> {
  // First the sign of life: without it workers write nothing more.
  await redis.unlink(sessionKeys(address.prefix, name).alive);
  await redis.hdel(sessionsKey(address.prefix), name);
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", everyKeyOf(address.prefix, name), "COUNT", SCANNED);
    const lasting = keys.filter((key) => !REWRITTEN.test(key));
    if (lasting.length > 0) await redis.unlink(...lasting);
    for (const key of keys) if (REWRITTEN.test(key)) await redis.pexpire(key, NOTICED_MS);
    cursor = next;
  } while (cursor !== "0");
}
