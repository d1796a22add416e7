/**
 * A task from which causes can be taken away while it runs: events, differences between environments, random starts, delays. Everything else
 * stays what it was, to the same random draws: what is taken away still draws, and does nothing with it.
 */
import type { Task } from "../define-task.ts";
import type { BoundRandomiser, Randomiser } from "../randomisation.ts";
import type { Tracker } from "../trackers/tracker.ts";

/** Something in a task that may make a robot fall. */
export interface TaskCause {
  /** "noise", "delay", "start", "event:<name>" or "randomise:<name>" */
  readonly id: string;
  /** What it is, for people */
  readonly words: string;
  /** Whether it acts only where a task is driven with its disturbances */
  readonly disturbs: boolean;
}

/** Kinds of randomisers in words. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  friction: "friction",
  "pair-friction": "friction",
  masses: "mass",
  inertia: "inertia",
  payload: "payload",
  "centre-of-mass": "centre of mass",
  "action-delay": "delay of actions",
  "observation-delay": "delay of observations",
};

/** All causes that a task declares. */
export function causesOf(task: Task): TaskCause[] {
  const { track, events, randomise, reset, observe } = task;
  const isDelayed =
    Object.values(observe).some(({ delay = 0 }) => delay > 0) ||
    [...Object.values(track), ...Object.values(events)].some(({ prompt }) => prompt !== undefined);
  const isNoisy = Object.values(observe).some(({ noise = 0 }) => !isNone(noise));
  const kind = ({ description }: Pick<Randomiser, "description">) => String(description.kind ?? "");
  return [
    ...Object.entries(events)
      .filter(([, { prompt }]) => prompt === undefined)
      .map(([name, event]) => cause(`event:${name}`, `${kind(event) || "event"} (${name})`, true)),
    ...(isNoisy ? [cause("noise", "observation noise", true)] : []),
    ...(isDelayed ? [cause("delay", "delay", false)] : []),
    ...Object.entries(randomise).map(([name, one]) => {
      const what = DIFFERENCES[kind(one)] ?? kind(one);
      const isNamed = what !== name && one.delay === undefined;
      return cause(`randomise:${name}`, isNamed ? `${what} (${name})` : what, true);
    }),
    ...(reset === undefined ? [] : [cause("start", "start state", false)]),
  ];
}

function isNone(noise: NonNullable<Task["observe"][string]["noise"]>): boolean {
  if (typeof noise === "number") return noise === 0;
  if ("as" in noise) return true;
  return "kind" in noise ? noise.size === 0 : noise.every((level) => level === 0);
}

function cause(id: string, words: string, disturbs: boolean): TaskCause {
  return { id, words, disturbs };
}

/**
 * The task without the causes that are in `off` at the time; states of both have the same layout.
 * @param off ids of causes, looked at in every step. Observation noise and delays of observation terms are the environment's affair
 */
export function withoutCauses(task: Task, off: ReadonlySet<string>): Task {
  const { reset, track, events, randomise } = task;
  const prompted = (trackers: Task["track"]) =>
    mapped(trackers, (tracker) => tracker.prompt?.(() => off.has("delay")) ?? tracker);
  return Object.freeze({
    ...task,
    ...(reset && { reset: (start) => void (off.has("start") || reset(start)) }),
    track: prompted(track),
    events: mapped(prompted(events), (event, name) => quietly(event, () => off.has(`event:${name}`))),
    randomise: mapped(randomise, (one, name) => plainly(one, () => off.has(`randomise:${name}`))),
  } satisfies Task);
}

/** An event that draws and waits as before, and does not act while it is off. */
function quietly(event: Tracker<object>, isOff: () => boolean): Tracker<object> {
  return {
    ...event,
    bind: (context) => {
      const bound = event.bind(context);
      const { beforePhysics } = bound;
      if (beforePhysics === undefined) return bound;
      return {
        reading: bound.reading,
        reset: bound.reset && ((moment, rng) => bound.reset?.(moment, rng)),
        beforePhysics: (moment, rng) => void (isOff() || beforePhysics.call(bound, moment, rng)),
        afterPhysics: bound.afterPhysics && ((moment) => bound.afterPhysics?.(moment)),
        afterReward: bound.afterReward && ((moment) => bound.afterReward?.(moment)),
      };
    },
  };
}

const keepNominal = () => {};

/** A difference that is drawn, and changes nothing while it is off. It is drawn again in every episode, to the same values. */
function plainly(randomiser: Randomiser, isOff: () => boolean): Randomiser {
  return {
    ...randomiser,
    ...(randomiser.delay && { delay: { ...randomiser.delay, isOff } }),
    bind: (sim): BoundRandomiser => {
      const bound = randomiser.bind(sim);
      return {
        elements: bound.elements,
        grows: true,
        draw: (rng, edit, progress) => bound.draw(rng, isOff() ? keepNominal : edit, progress),
      };
    },
  };
}

function mapped<T>(all: Readonly<Record<string, T>>, of: (one: T, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, of(one, name)]));
}
