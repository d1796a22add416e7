/** A connection to the Redis server of a queue, checked before anything is put there. */
import type { Redis, RedisOptions } from "ioredis";
import { UserError } from "../math/user-error.ts";
import { loadQueuePackages, type QueuePackages } from "./packages.ts";
import type { QueueAddress } from "./queue-url.ts";

/** Longest time for the first answer, and longest pause between two attempts to connect again. */
const FIRST_ANSWER_MS = 5000;
const LONGEST_PAUSE_MS = 1000;
/** Versions of Redis before this one lack commands of the queue. */
const OLDEST = [6, 2] as const;

/** An open queue. */
export interface QueueConnection {
  readonly address: QueueAddress;
  readonly packages: QueuePackages;
  readonly redis: Redis;
  /** One more connection to the same server, for calls that wait. */
  another(): Redis;
  close(): void;
}

/**
 * Connects, and checks version and memory policy.
 * @param report takes one sentence when the connection is lost, and one when it is back
 * @throws UserError where the server does not answer, refuses the password, is too old or evicts keys
 */
export async function openQueue(address: QueueAddress, report: (message: string) => void): Promise<QueueConnection> {
  const packages = await loadQueuePackages();
  const options: RedisOptions = {
    ...address.options,
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, LONGEST_PAUSE_MS),
  };
  await probe(new packages.Redis({ ...options, retryStrategy: () => null }), address);
  const connections: Redis[] = [];
  const another = () => {
    const connection = new packages.Redis({ ...options, lazyConnect: false });
    connection.on("error", () => undefined); // "close" follows
    connections.push(connection);
    return connection;
  };
  const redis = another();
  const watched = watchLoss(redis, address, report);
  const close = () => {
    watched.end();
    for (const connection of connections) connection.disconnect();
  };
  return { address, packages, redis, another, close };
}

function watchLoss(redis: Redis, { shown }: QueueAddress, report: (message: string) => void) {
  let lost = false;
  let ended = false;
  redis.on("close", () => {
    if (!lost && !ended) report(`queue: the connection to ${shown} is lost; trying again`);
    lost = true;
  });
  redis.on("ready", () => {
    if (lost && !ended) report(`queue: connected to ${shown} again`);
    lost = false;
  });
  return {
    end: () => {
      ended = true;
    },
  };
}

async function probe(redis: Redis, address: QueueAddress): Promise<void> {
  let reason = "it did not answer";
  redis.on("error", (error) => {
    reason = reasonOf(error);
  });
  const late = setTimeout(() => redis.disconnect(), FIRST_ANSWER_MS);
  try {
    await redis.connect();
    checkServer(await redis.info(), address);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const said = reasonOf(error as Error);
    throw new UserError(`--queue: ${address.shown}: ${said === "Connection is closed." ? reason : said}`, {
      cause: error,
    });
  } finally {
    clearTimeout(late);
    redis.disconnect();
  }
}

/** In words, without what was sent. */
function reasonOf(error: Error & { code?: string; command?: unknown }): string {
  if (/^(WRONGPASS|NOAUTH)/.test(error.message))
    return "the server refuses the password, expected redis://user:password@host";
  if (error.code !== undefined) return `no connection (${error.code}), expected a Redis server there`;
  return error.message;
}

function checkServer(info: string, { shown }: QueueAddress): void {
  const said = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  const version = said("redis_version");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new UserError(`--queue: ${shown} is Redis ${version}, expected ${OLDEST.join(".")} or newer`);
  const policy = said("maxmemory_policy");
  if (policy !== "noeviction")
    throw new UserError(
      `--queue: ${shown} drops keys when its memory is full (maxmemory-policy ${policy}), expected noeviction; ` +
        "try: redis-cli config set maxmemory-policy noeviction",
    );
}
