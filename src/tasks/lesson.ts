/**
 * A lesson: a variant of a task for training, where the task itself gives too little signal to learn from. What it changes in the action
 * mapping belongs to the controller and stays at evaluation; everything else applies only to training.
 */
import { nearest } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { ActionMapping } from "./actions/action-mapping.ts";
import type { Curriculum } from "./command.ts";
import { decimationOf, type ObservationTerm, type RewardTerm, type Task } from "./define-task.ts";
import { timestep } from "./model-change.ts";
import type { AnyMoment, ResetContext } from "./moment.ts";
import type { Randomiser } from "./randomisation.ts";
import type { Tracker } from "./trackers/tracker.ts";

/** What differs from the task; absent where it does not. */
export interface Lesson<M, Robot> {
  /** One line for lists. */
  readonly about: string;
  /** Also where the policy is evaluated, driven and exported. */
  readonly action?: ActionMapping;
  /** Memory in addition to the task's, in evaluations too: read by the action mapping and the terms below. */
  readonly track?: Readonly<Record<string, Tracker<object>>>;
  /** What only the critic sees. */
  readonly critic?: Readonly<Record<string, ObservationTerm<M>>>;
  /**
   * A scripted controller: what it would do now, [actionSize] before the squash. The critic of training sees it, and algorithms learn from it
   * as `advicePull` says; the trained policy needs it no more.
   */
  readonly advise?: (s: M) => ArrayLike<number>;
  /** The whole reward, in place of the task's; not clipped. */
  readonly reward?: Readonly<Record<string, RewardTerm<M>>>;
  readonly terminate?: Readonly<Record<string, (s: M) => boolean>>;
  /** Ends in addition to the others. */
  readonly alsoTerminate?: Readonly<Record<string, (s: M) => boolean>>;
  readonly reset?: (s: ResetContext<Robot>) => void;
  /** Disturbances in place of the task's of the same names. */
  readonly events?: Readonly<Record<string, Tracker<object>>>;
  /** Differences between environments in place of the task's of the same names. */
  readonly randomise?: Readonly<Record<string, Randomiser>>;
  /** Physics steps per second, fewer than the task's if the gait stays the same. */
  readonly physicsHz?: number;
  /** How the ranges of the task's command grow. */
  readonly curriculum?: Curriculum;
}

/** A lesson whose types are not known. */
export type AnyLesson = Lesson<AnyMoment, unknown>;
/** Any lesson at all: what a task's declaration takes. */
export type DeclaredLesson = Lesson<never, never>;

/** The critic's observation that holds a scripted controller's actions. */
export const ADVICE = "advice";

/** A task that is learned by a lesson. */
export interface ChosenLesson {
  readonly name: string;
  /** The task as changed for training: the same observations and actions, other rewards, ends, starts and disturbances. */
  readonly training: Task;
}

/**
 * The task for a policy of this lesson: the task itself with the lesson's action mapping.
 * @param name "" for none
 * @throws UserError (exit code 2) when the task declares no such lesson
 */
export function withLesson(task: Task, name: string): Task {
  if (name === "") return task;
  const lesson = task.lessons[name];
  if (lesson === undefined) throw noSuchLesson(task, name);
  const { action = task.action, track, critic } = lesson;
  const faithful = { ...task, action, track: { ...task.track, ...track }, critic: { ...task.critic, ...critic } };
  return Object.freeze({ ...faithful, lesson: { name, training: trainingForm(faithful, lesson) } });
}

function trainingForm(task: Task, lesson: AnyLesson): Task {
  const { advise, reward, terminate, alsoTerminate, reset, events, randomise, physicsHz, curriculum } = lesson;
  const { command } = task;
  return Object.freeze({
    ...task,
    ...(physicsHz && paced(task, physicsHz)),
    ...(reward && { reward, rewardClip: undefined }),
    ...(advise && { critic: { ...task.critic, [ADVICE]: { of: advise, mirror: "joints" as const } } }),
    terminate: { ...(terminate ?? task.terminate), ...alsoTerminate },
    reset: reset ?? task.reset,
    events: { ...task.events, ...events },
    randomise: { ...task.randomise, ...randomise },
    command: command && curriculum ? { ...command, curriculum } : command,
  });
}

function paced({ name, timing, model }: Task, physicsHz: number): Pick<Task, "timing" | "decimation" | "model"> {
  const changed = { ...timing, physicsHz };
  return {
    timing: changed,
    decimation: decimationOf(name, changed),
    model: { ...model, pace: timestep(1 / physicsHz) },
  };
}

function noSuchLesson({ name: task, lessons }: Task, name: string): UserError {
  const names = Object.keys(lessons);
  const expected = names.length === 0 ? "no lesson; omit this flag" : `one of ${names.join(", ")}`;
  return new UserError(`--lesson: ${task} has no lesson "${name}", expected ${expected}${nearest(name, names)}`, {
    exitCode: 2,
  });
}
