/** The keys of a queue in Redis. Everything begins with the prefix; BullMQ's own keys of a session begin with `<prefix>:<session>:`. */

/** A session is one learner's stay at a queue: the name of its run and a random ending. */
export type SessionName = string;

/** Hash of all sessions: name → announcement. */
export function sessionsKey(prefix: string): string {
  return `${prefix}:sessions`;
}

/** Keys of one session. */
export interface SessionKeys {
  /** Expires when the learner is silent */
  readonly alive: string;
  /** What workers must know of the run */
  readonly setup: string;
  /** Hash of workers: id → what it does */
  readonly workers: string;
  /** Hash of workers: id → refused results */
  readonly strikes: string;
  /** There while a worker of another run is on its way */
  readonly called: string;
  /** List of "round index worker" for results that are there */
  readonly done: string;
  /** What all units of a round share, by its hash: weights, or a policy */
  common(hash: string): string;
  /** What one unit is computed from; it is there as long as its result is wanted */
  input(round: string, index: number): string;
  /** The unit's result under the weights' hash */
  result(round: string, index: number, common: string): string;
}

/** @param session name without ":" */
export function sessionKeys(prefix: string, session: SessionName): SessionKeys {
  const base = `${prefix}:${session}:x`;
  return {
    alive: `${base}:alive`,
    setup: `${base}:setup`,
    workers: `${base}:workers`,
    strikes: `${base}:strikes`,
    called: `${base}:called`,
    done: `${base}:done`,
    common: (hash) => `${base}:common:${hash}`,
    input: (round, index) => `${base}:input:${round}:${index}`,
    result: (round, index, common) => `${base}:result:${round}:${index}:${common}`,
  };
}

/** Pattern of all keys of a session, BullMQ's among them. */
export function everyKeyOf(prefix: string, session: SessionName): string {
  return `${prefix.replace(/[[\]*?\\^-]/g, "\\$&")}:${session}:*`;
}
