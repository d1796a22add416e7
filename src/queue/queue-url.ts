/** Where a queue is, as users write it: `redis://`, `rediss://` (TLS) or `unix://` with password, database and a prefix of names. */
import type { RedisOptions } from "ioredis";
import { UserError } from "../math/user-error.ts";

/** A queue's address. */
export interface QueueAddress {
  /** For messages: without user and password */
  readonly shown: string;
  /** Begins every key */
  readonly prefix: string;
  readonly options: RedisOptions;
}

/** The variable that gives the address where no flag does. */
export const QUEUE_VARIABLE = "FLOWGAIT_QUEUE";

const PREFIX = "flowgait";
const PORT = 6379;
const FORMS = "redis://host:6379, rediss://host:6379 or unix:///path/to/redis.sock";

/** @returns null where neither flag nor variable names a queue @throws UserError (exit code 2) that shows no secret */
export function askedQueue(flag: string | undefined, environment: NodeJS.ProcessEnv): QueueAddress | null {
  if (flag !== undefined) return flag === "" ? null : parseQueueUrl(flag, "--queue");
  const variable = environment[QUEUE_VARIABLE] ?? "";
  return variable === "" ? null : parseQueueUrl(variable, QUEUE_VARIABLE);
}

/** @param by flag or variable, for messages @throws UserError (exit code 2) that shows no secret */
export function parseQueueUrl(text: string, by: string): QueueAddress {
  if (!URL.canParse(text)) throw badUrl(by, "a text that is no URL", FORMS);
  const url = new URL(text);
  const { protocol } = url;
  if (!["redis:", "rediss:", "unix:"].includes(protocol)) throw badUrl(by, `${protocol}//…`, FORMS);
  const known = protocol === "unix:" ? ["prefix", "db", "user", "password"] : ["prefix", "db"];
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw badUrl(by, `the parameter "${unknown}"`, known.join(" or "));
  const prefix = url.searchParams.get("prefix") ?? PREFIX;
  if (!/^[\w.-]{1,64}$/.test(prefix))
    throw badUrl(by, `the prefix "${prefix}"`, "up to 64 letters, digits, dots, dashes and underscores");
  const db = databaseOf(url, by);
  const place = placeOf(url, by);
  const shown = `${protocol}//${place.path ?? `${url.hostname}:${place.port}`}${db === 0 ? "" : ` database ${db}`}`;
  const options = {
    ...place,
    db,
    ...secretsOf(url),
    ...(protocol === "rediss:" && { tls: { servername: url.hostname } }),
  };
  return { shown: prefix === PREFIX ? shown : `${shown} (prefix ${prefix})`, prefix, options };
}

/** A socket's address has no place for them before the path. */
function secretsOf({ username, password, searchParams }: URL): Pick<RedisOptions, "username" | "password"> {
  const user = searchParams.get("user") ?? decodeURIComponent(username);
  const secret = searchParams.get("password") ?? decodeURIComponent(password);
  return { ...(user !== "" && { username: user }), ...(secret !== "" && { password: secret }) };
}

function placeOf(url: URL, by: string): { path: string } | { path?: undefined; host: string; port: number } {
  if (url.protocol === "unix:") {
    const path = decodeURIComponent(url.pathname);
    if (url.hostname !== "" || path.length < 2) throw badUrl(by, "unix:// without an absolute path", FORMS);
    return { path };
  }
  if (url.hostname === "") throw badUrl(by, "no host", FORMS);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? PORT : Number(url.port) };
}

function databaseOf(url: URL, by: string): number {
  const inPath = url.protocol === "unix:" ? "" : url.pathname.replace(/^\//, "");
  const text = url.searchParams.get("db") ?? inPath;
  if (!/^\d{0,5}$/.test(text)) throw badUrl(by, `the database "${text}"`, "a number, such as redis://host:6379/0");
  return Number(text);
}

function badUrl(by: string, found: string, expected: string): UserError {
  return new UserError(`${by}: got ${found}, expected ${expected}`, { exitCode: 2 });
}
