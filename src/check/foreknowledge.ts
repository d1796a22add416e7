/**
 * Whether an observation knows what is to come: a kick, a new command, or the number of the step. A simulation beside the first one, in which
 * events do not act, shows when one acted: the velocities differ.
 */
import { Environment } from "../tasks/index.ts";
import type { Subject } from "./subject.ts";

/** What a value of the observation announces. */
export interface Announcement {
  /** Index of the value */
  readonly value: number;
  readonly what: "event" | "command";
}

/** What was watched. */
export interface Watch {
  readonly announcements: readonly Announcement[];
  /** Events and new commands that were seen to come */
  readonly events: number;
  readonly commands: number;
}

/** Control steps before a happening in which an observation that knows of it differs. */
const BEFORE = 3;
/** Fewer are too few to tell from chance. */
const FEWEST = 6;
/** How well a value tells the steps before from all others: 1 always, 0.5 by chance. */
const CERTAIN = 0.98;
/** m/s or rad/s */
const MOVED = 1e-7;

/** Watches a robot that does nothing. */
export async function watch(subject: Subject): Promise<Watch> {
  const { still: env, sizes } = subject;
  const hasEvents = Object.keys(env.task.events).length > 0;
  if (sizes.watchedSteps === 0 || (!hasEvents && env.command === undefined))
    return { announcements: [], events: 0, commands: 0 };
  const calm = hasEvents ? await Environment.create(env.task, { noise: false, looks: false, events: false }) : null;
  try {
    return judged(recorded(subject, calm), env.obsSize);
  } finally {
    calm?.delete();
  }
}

/** [steps] of one run. */
interface Recording {
  /** What the policy sees before the step */
  readonly obs: Float32Array[];
  /** Whether an event begins to act in the step, whether the command is a new one after it, and whether it begins an episode */
  readonly event: boolean[];
  readonly command: boolean[];
  readonly first: boolean[];
}

function recorded({ still: env, sizes }: Subject, calm: Environment | null): Recording {
  const { seed, watchedSteps } = sizes;
  const recording: Recording = { obs: [], event: [], command: [], first: [] };
  const state = new Float64Array(env.stateSize);
  const action = new Float32Array(env.actionSize);
  let [first, acted] = [true, false];
  env.start(seed, 0);
  for (let step = 0; step < watchedSteps; step++) {
    const obs = new Float32Array(env.obsSize);
    env.writeObservation(obs, 0);
    const before = env.command?.slice();
    if (calm) env.save(state, 0);
    env.step(seed, 0, action, 0);
    const acts = calm !== null && hasActed(env, calm, state, action, seed);
    recording.obs.push(obs);
    recording.event.push(acts && !acted);
    recording.command.push(before?.some((value, i) => value !== env.command![i]) ?? false);
    recording.first.push(first);
    acted = acts;
    first = env.terminated || env.truncated;
    if (first) env.reset(seed, 0);
  }
  return recording;
}

function hasActed(env: Environment, calm: Environment, state: Float64Array, action: Float32Array, seed: number) {
  if (env.nan) return false;
  calm.load(state, 0);
  calm.step(seed, 0, action, 0);
  const [moved, still] = [env.sim.qvel, calm.sim.qvel];
  for (let i = 0; i < moved.length; i++) if (Math.abs(moved[i]! - still[i]!) > MOVED) return true;
  return false;
}

function judged({ obs, event, command, first }: Recording, size: number): Watch {
  const announcements: Announcement[] = [];
  const count = (all: readonly boolean[]) => all.filter(Boolean).length;
  for (const [what, happens] of [
    ["event", event],
    ["command", command],
  ] as const) {
    const soon = comingSoon(happens, first);
    if (count(happens) < FEWEST) continue;
    for (let value = 0; value < size; value++) {
      const seen = obs.map((row) => row[value]!);
      if (tells(seen, soon) || tells(seen.map(Math.abs), soon)) announcements.push({ value, what });
    }
  }
  return { announcements, events: count(event), commands: count(command) };
}

/** [steps] whether something happens in this or one of the next steps of the same episode. */
function comingSoon(happens: readonly boolean[], first: readonly boolean[]): boolean[] {
  const soon = happens.slice();
  for (let step = happens.length - 2; step >= 0; step--) {
    for (let ahead = 1; ahead < BEFORE && step + ahead < happens.length && !first[step + ahead]; ahead++)
      soon[step] ||= happens[step + ahead]!;
  }
  return soon;
}

/** Whether a value is almost always larger, or almost always smaller, in the marked steps: area under the ROC curve, ties half. */
function tells(values: readonly number[], marked: readonly boolean[]): boolean {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  let [ranks, positives] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++)
      if (marked[order[k]!]) {
        ranks += (from + to + 1) / 2;
        positives++;
      }
    from = to;
  }
  const others = values.length - positives;
  const area = (ranks - (positives * (positives + 1)) / 2) / (positives * others);
  return area > CERTAIN || area < 1 - CERTAIN;
}
