/** All that was measured of a task before its checks judge it. */
import type { Watch } from "./foreknowledge.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { Subject } from "./subject.ts";

/** Of robots that follow a velocity command: what standing still earns. */
export interface Standing {
  /** Held commands that it ignored */
  readonly commands: readonly (readonly number[])[];
  /** At a zero command, which standing follows to perfection */
  readonly atZero: Rehearsal;
  /** One for each of the commands */
  readonly ignoring: readonly Rehearsal[];
  /** The trained policy at the same commands; empty without one */
  readonly policy: readonly Rehearsal[];
}

/** Reward terms that pay only in episodes that do not terminate. */
export interface LateTerm {
  readonly name: string;
  /** s, from the start until it first paid */
  readonly seconds: number;
}

/** What was tried. */
export interface Evidence {
  readonly subject: Subject;
  /** Action 0 under the task's own action mapping */
  readonly still: Rehearsal;
  readonly script: Rehearsal | null;
  readonly fall: Rehearsal | null;
  readonly random: Rehearsal;
  readonly untrained: Rehearsal;
  readonly search: Rehearsal;
  readonly policy: Rehearsal | null;
  /** From starts anywhere, for terms and observations that hardly change otherwise; its return means nothing */
  readonly scattered: Rehearsal;
  readonly standing: Standing | null;
  readonly late: readonly LateTerm[];
  readonly hiddenCommands: readonly string[];
  readonly idleActions: readonly string[];
  readonly watch: Watch;
  /** Indices of observation values that say which environment it is, by what its randomisation drew */
  readonly revealing: readonly number[];
}

/** What a learner may come across: all but the policy and the scattered starts. */
export function learnable({ still, script, fall, random, untrained, search }: Evidence): Rehearsal[] {
  return [still, script, fall, random, untrained, search].filter((one) => one !== null);
}

/** Everything that was run from the task's own starts. */
export function rehearsals(evidence: Evidence): Rehearsal[] {
  const { policy, standing } = evidence;
  const held = standing === null ? [] : [standing.atZero, ...standing.ignoring, ...standing.policy];
  return [...learnable(evidence), ...(policy === null ? [] : [policy]), ...held];
}

/** How people call a value of the observation: "gyro[2]". */
export function valueName({ env }: Subject, index: number): string {
  const slice = env.observationLayout.find(({ offset, size }) => index >= offset && index < offset + size);
  if (slice === undefined) return `value ${index}`;
  return slice.size === 1 ? slice.name : `${slice.name}[${index - slice.offset}]`;
}

/** Names of values, whole terms by the term's: "gyro, jointPos[3]". */
export function valueNames(subject: Subject, indices: readonly number[]): string {
  const held = new Set(indices);
  const words = subject.env.observationLayout.flatMap(({ name, offset, size }) => {
    const own = Array.from({ length: size }, (_, i) => offset + i).filter((index) => held.has(index));
    if (own.length === size) return [name];
    return own.map((index) => valueName(subject, index));
  });
  return listed(words);
}

/** "a, b and 3 more" */
export function listed(words: readonly string[], most = 4): string {
  if (words.length <= most) return words.join(", ");
  return `${words.slice(0, most).join(", ")} and ${words.length - most} more`;
}
