/** Errors that MuJoCo raises while it computes: they belong to the model and are reported in its own words. */
import { UserError } from "../math/user-error.ts";

/** What to try, by what MuJoCo says; see `adviceOn` for its memory. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /Could not allocate memory|enlarge memory/i,
    'at most about <size memory="1900M"/>, for all simulations of a thread',
  ],
  [/no tree found/i, '<option><flag island="disable"/></option> in the scene'],
];

/** MuJoCo refused to continue. */
export class PhysicsError extends UserError {
  /** What MuJoCo said, and what to try: one line without the scene's name. */
  readonly reason: string;
  /** Whether this and other states of the model can be computed all the same. */
  readonly recoverable: boolean;

  /** @param arena bytes that the model gives MuJoCo for what a step needs */
  constructor(
    scene: string,
    words: string,
    { arena, recoverable, cause }: { arena: number; recoverable: boolean; cause: unknown },
  ) {
    const reason = `MuJoCo: ${withAdvice(words, arena)}`;
    super(`scene ${scene}: ${reason}`, { cause });
    this.name = "PhysicsError";
    this.reason = reason;
    this.recoverable = recoverable;
  }
}

/**
 * "<MuJoCo's words>; try: <what helps>".
 * @param arena bytes that the model gives MuJoCo for what a step needs; 0 where there is no model yet
 */
export function withAdvice(words: string, arena: number): string {
  const advice = adviceOn(words, arena);
  return advice === undefined ? words : `${words}; try: ${advice}`;
}

function adviceOn(words: string, arena: number): string | undefined {
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(words)) ?? [];
  if (advice !== undefined || !/out of memory|arena|stack overflow|insufficient/i.test(words)) return advice;
  const size = arena === 0 ? "a larger <size memory/>" : `<size memory="${memoryText(2 * arena)}"/>`;
  return `${size} in the scene, or fewer contacts`;
}

/** Bytes as MJCF's `memory` takes them: 307200 → "300K". */
function memoryText(bytes: number): string {
  const kilobytes = Math.ceil(bytes / 2 ** 10);
  return kilobytes < 2 ** 10 ? `${kilobytes}K` : `${Math.ceil(kilobytes / 2 ** 10)}M`;
}
