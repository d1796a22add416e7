/** A task as plain data: what `flowgait tasks` prints and what exported controllers carry with them. */
import { basename, isAbsolute } from "node:path";
import type { TaskSettings } from "../config/task-setting-text.ts";
import { describeMechanism, type MechanismDescription } from "../physics/mechanism.ts";
import type { ActionDescription } from "./actions/action-mapping.ts";
import type { Curriculum, Interval, Wander } from "./command.ts";
import type { Family, Task } from "./define-task.ts";
import type { Environment } from "./environment.ts";
import { describeGoal, type GoalDescription } from "./goal.ts";
import type { ChosenLesson } from "./lesson.ts";
import type { ObservationSlice } from "./observation.ts";

/** A task's contract, JSON-able. */
export interface TaskDescription {
  readonly name: string;
  readonly family: Family;
  /** Below this package's folder; of a user's own, the file's name. */
  readonly scene: string;
  /** What the task changes in the compiled scene, by name; under `physics` what was identified of joints. */
  readonly model: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly obsSize: number;
  readonly actionSize: number;
  readonly privilegedSize: number;
  /** Joints and actuators of the scene in the model's order, which may differ from the order of actions. */
  readonly mechanism: MechanismDescription;
  readonly controlHz: number;
  readonly physicsHz: number;
  readonly decimation: number;
  readonly episodeSteps: number;
  readonly observation: readonly ObservationSlice[];
  readonly privileged: readonly ObservationSlice[];
  readonly action: ActionDescription;
  readonly command: CommandDescription | null;
  readonly reward: readonly { readonly name: string; readonly weight: number }[];
  readonly rewardPerSecond: boolean;
  readonly rewardClip: readonly [number, number] | null;
  readonly terminations: readonly string[];
  /** Settings by name. */
  readonly trackers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly randomise: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What evaluations count; absent where the task declares no goal. */
  readonly goal?: GoalDescription;
  /** The form that it is trained in; absent without one. */
  readonly lesson?: LessonDescription;
  /** What a run's settings changed; it stands in the description too. Absent for the task as declared. */
  readonly settings?: TaskSettings;
}

/** What a lesson changes for training alone; its action mapping and memory stand in the task's own description. */
export interface LessonDescription {
  readonly name: string;
  readonly about: string;
  readonly reward: readonly { readonly name: string; readonly weight: number }[];
  readonly terminations: readonly string[];
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Those that differ from the task's. */
  readonly randomise: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly physicsHz: number;
  readonly curriculum: Curriculum | null;
}

/** Names, units and ranges of a command. */
export interface CommandDescription {
  readonly names: readonly string[];
  readonly units: readonly string[];
  readonly ranges: readonly (readonly [number, number])[];
  readonly resampleSeconds: Interval;
  readonly zeroProbability: number;
  readonly wander: Wander | null;
  /** Of training only. */
  readonly curriculum: Curriculum | null;
}

/** Describes the task of an environment. */
export function describeTask(env: Environment): TaskDescription {
  const { task } = env;
  return {
    name: task.name,
    family: task.family,
    scene: isAbsolute(task.scene) ? basename(task.scene) : task.scene,
    model: { ...descriptions(task.model), ...(task.physics && { physics: task.physics.description }) },
    obsSize: env.obsSize,
    actionSize: env.actionSize,
    privilegedSize: env.privilegedSize,
    mechanism: describeMechanism(env.sim),
    controlHz: env.controlHz,
    physicsHz: task.timing.physicsHz,
    decimation: env.decimation,
    episodeSteps: env.episodeSteps,
    observation: env.observationLayout,
    privileged: env.privilegedLayout,
    action: env.actionDescription,
    command: describeCommand(env),
    reward: weightsOf(task.reward),
    rewardPerSecond: task.rewardPerSecond,
    rewardClip: task.rewardClip ?? null,
    terminations: env.terminationNames,
    trackers: descriptions(task.track),
    events: descriptions(task.events),
    randomise: descriptions(task.randomise),
    ...(task.goal && { goal: describeGoal(task.goal) }),
    ...(task.lesson && { lesson: describeLesson(task, task.lesson) }),
    ...(task.settings && { settings: task.settings }),
  };
}

function describeLesson({ lessons }: Task, { name, training }: ChosenLesson): LessonDescription {
  const { reward, terminate, events, timing, command } = training;
  return {
    name,
    about: lessons[name].about,
    reward: weightsOf(reward),
    terminations: Object.keys(terminate),
    events: descriptions(events),
    randomise: descriptions(lessons[name].randomise ?? {}),
    physicsHz: timing.physicsHz,
    curriculum: command?.curriculum ?? null,
  };
}

function weightsOf(reward: Task["reward"]): { name: string; weight: number }[] {
  return Object.entries(reward).map(([name, { weight }]) => ({ name, weight }));
}

function describeCommand({ task: { command } }: Environment): CommandDescription | null {
  if (!command) return null;
  const { names, units, ranges, resampleSeconds, zeroProbability, wander = null, curriculum = null } = command;
  return { names, units, ranges, resampleSeconds, zeroProbability, wander, curriculum };
}

function descriptions<T>(declared: Readonly<Record<string, { readonly description: T }>>): Record<string, T> {
  return Object.fromEntries(Object.entries(declared).map(([name, { description }]) => [name, description]));
}
