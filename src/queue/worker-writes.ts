/** What workers write: answers, each once and only while it is wanted, and their own state, only while the run is there. */
import type { Redis } from "ioredis";
import type { SessionKeys } from "./keys.ts";
import type { WorkerState } from "./roster.ts";
import type { UnitName } from "./units.ts";

/** Results wait so long for the learner. */
const KEPT_MS = 600_000;

/**
 * Announces a result that was just written, or takes it away where nobody wants it any more.
 * KEYS: input, result, list of done; ARGV: note for the list, ms that it is kept
 */
const ANNOUNCE_RESULT = `
if redis.call("EXISTS", KEYS[1]) == 0 then return redis.call("UNLINK", KEYS[2]) end
redis.call("RPUSH", KEYS[3], ARGV[1])
return redis.call("PEXPIRE", KEYS[3], ARGV[2])`;

/** An answer that is about to be written. */
export interface PutResult {
  readonly unit: UnitName;
  readonly result: Uint8Array;
  /** The worker's */
  readonly id: string;
}

/** Writes an answer, unless there is one already or nobody wants it any more. Not by a script, which would copy it twice. */
export async function putResult(redis: Redis, keys: SessionKeys, { unit, result, id }: PutResult): Promise<void> {
  const { round, index, common } = unit;
  const at = keys.result(round, index, common);
  const bytes = Buffer.from(result.buffer, result.byteOffset, result.byteLength);
  const note = `${round} ${index} ${id}`;
  // One after the other on the same connection; a pipeline would copy the bytes once more.
  const written = redis.set(at, bytes, "PX", KEPT_MS, "NX");
  const announced = redis.eval(ANNOUNCE_RESULT, 3, keys.input(round, index), at, keys.done, note, KEPT_MS);
  await Promise.all([written, announced]);
}

/** Writes a worker's state while the run is there. KEYS: alive, workers; ARGV: id, state */
const PUT_STATE = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
return redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])`;

/** Shows the learner what the worker does. @param id the worker's */
export async function putState(
  redis: Redis,
  { alive, workers }: SessionKeys,
  id: string,
  state: WorkerState,
): Promise<void> {
  await redis.eval(PUT_STATE, 2, alive, workers, id, JSON.stringify(state));
}
