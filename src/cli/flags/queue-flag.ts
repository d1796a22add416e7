/** The flag of the commands that share a queue. */

/** Its help. */
export const QUEUE_HELP =
  "hand out shards over Redis, such as redis://host:6379 or rediss://user:password@host:6380?prefix=lab (default: $FLOWGAIT_QUEUE)";
