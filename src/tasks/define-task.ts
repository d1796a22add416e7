/**
 * A task as a declaration: scene, timing, action mapping, readings, rewards, terminations, resets, commands, events. No loop, thread,
 * sensor index or random state of its own. The compiler infers the names of the terms, so that a misspelt override does not compile.
 */
import { fileURLToPath } from "node:url";
import type { TaskPresets } from "../config/presets.ts";
import type { TaskSettings } from "../config/task-setting-text.ts";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { EngineName } from "../physics/wasm/engine-name.ts";
import type { ActionMapping } from "./actions/action-mapping.ts";
import type { Command } from "./command.ts";
import type { Goal } from "./goal.ts";
import type { Handles } from "./handles/handles.ts";
import type { AnyLesson, ChosenLesson, DeclaredLesson } from "./lesson.ts";
import type { MirrorRule } from "./mirror.ts";
import type { ModelChange } from "./model-change.ts";
import type { AnyMoment, Moment, ResetContext, Value } from "./moment.ts";
import { checkTaskName } from "./own/task-name.ts";
import type { Randomiser } from "./randomisation.ts";
import type { Readings } from "./readings.ts";
import type { SensorNoise } from "./sensor-noise.ts";
import type { Tuning } from "./settings/knob.ts";
import type { IdentifiedPhysics } from "./settings/physics-settings.ts";
import type { Tracker, Trackers } from "./trackers/tracker.ts";

/** Kinds of tasks, for lists. */
export type Family = "suite" | "humanoid" | "locomotion" | "manipulation" | "gridworld" | "user";

/** One named part of an observation. */
export interface ObservationTerm<M> {
  readonly of: (s: M) => Value;
  /** Measurement noise: a number is uniform in ± this, in the unit of the reading; a list is repeated over the reading. */
  readonly noise?: SensorNoise;
  /** The policy sees the noisy reading multiplied by this; default 1. */
  readonly scale?: number;
  /** Unit of the reading, for people and exports. */
  readonly unit?: string;
  /** Number of latest values in the observation, oldest first; default 1. An episode starts with copies of the first. */
  readonly history?: number;
  /** Age of the newest value in control steps; default 0. */
  readonly delay?: number;
  /**
   * Whether the controller makes it itself, without a sensor, so that no randomised delay holds it up. Default: true for what passes on the
   * command, the last action or the reading of a tracker that is `isOwn`, false for all else.
   */
  readonly own?: boolean;
  /** How the reading changes when left and right are swapped. If every term has it, a task can be learned from both sides (--mirror). */
  readonly mirror?: MirrorRule;
}

/** One named part of the reward: `weight · of(s)`. Costs give magnitudes; the sign lives in the weight. */
export interface RewardTerm<M> {
  readonly weight: number;
  readonly of: (s: M) => number;
}

/** When things happen. */
export interface Timing {
  /** Actions per second. */
  readonly controlHz: number;
  /** Physics steps per second: a whole multiple of `controlHz`, and what the scene's timestep says. */
  readonly physicsHz: number;
  /** Time limit; reaching it truncates the episode. */
  readonly episodeSeconds: number;
}

/** Physics that runs before an episode begins, so that it starts at rest on the ground. */
export interface Settling {
  /** Physics steps with the controls of a new episode; the clock then starts at 0. */
  readonly physicsSteps: number;
  /** Number of settled start states, each computed once per seed; if absent, every episode settles its own. */
  readonly startStates?: number;
}

/** Where base and feet are, for evaluation: how high feet swing, how still the robot stands. */
export interface Footing {
  /** [2] m, horizontal position of the base in the world */
  readonly position: ArrayLike<number>;
  /** [feet] m, height of the soles' middle in the world */
  readonly footHeight: ArrayLike<number>;
  /** [feet] above 0 where the foot touches */
  readonly contact: ArrayLike<number>;
  /** [feet, 3] m/s of the soles' middle in the world; absent where nothing measures it */
  readonly footVel?: ArrayLike<number>;
}

/** What `defineTask` takes. */
export interface TaskSpec<
  Robot,
  Tracked extends object,
  Events extends object,
  Observation extends string,
  Critic extends string,
  Reward extends string,
  Termination extends string,
> {
  /** For lists, files and exports; may hold slashes, as in "dm_control/walker", which file names show as dashes. */
  readonly name: string;
  /** Default "user". */
  readonly family?: Family;
  /** MJCF file: absolute, relative to the package, or for a user's own task relative to the task's file. */
  readonly scene: string | URL;
  /** Changes to the compiled scene, for tasks that share one. */
  readonly model?: Readonly<Record<string, ModelChange>>;
  readonly timing: Timing;
  /** What terms see as `s.robot`: made by `readings` or `legged`; without it they read `s.sim`. */
  readonly robot?: Readings<Robot>;
  /** Keyframe that episodes start from, with its controls and activations; default the model's initial state. */
  readonly keyframe?: string;
  readonly action: ActionMapping;
  readonly command?: Command;
  /** Memory that terms may read, under its name. */
  readonly track?: Trackers<Tracked>;
  /** Disturbances; also readable under their names. */
  readonly events?: Trackers<Events>;
  /** Changes the start state, controls too, which hold until the first action; called after the keyframe is set. */
  readonly reset?: (s: ResetContext<Robot>) => void;
  readonly settle?: Settling;
  /** What the policy sees. */
  readonly observe: Readonly<Record<Observation, ObservationTerm<Moment<Robot, Tracked & Events>>>>;
  /** What only the critic sees. */
  readonly critic?: Readonly<Record<Critic, ObservationTerm<Moment<Robot, Tracked & Events>>>>;
  readonly reward: Readonly<Record<Reward, RewardTerm<Moment<Robot, Tracked & Events>>>>;
  /** Multiply every term by the control period; default false. */
  readonly rewardPerSecond?: boolean;
  /** Limits of the summed reward of a step; default none. */
  readonly rewardClip?: readonly [number, number];
  /** Terminations: failures or successes, not time limits. */
  readonly terminate?: Readonly<Record<Termination, (s: Moment<Robot, Tracked & Events>) => boolean>>;
  /** Ends an episode as its time limit does: what follows would have been as good, such as where a recorded motion is over. */
  readonly truncate?: (s: Moment<Robot, Tracked & Events>) => boolean;
  /** What has to be there before the task is bound, such as files that are made once. */
  readonly prepare?: () => Promise<void>;
  /** Domain randomisation: differences between environments, and delays, which differ between episodes. */
  readonly randomise?: Readonly<Record<string, Randomiser>>;
  /** What the robot does in the command's terms (vx, vy, yaw rate), for evaluation. */
  readonly measured?: (s: Moment<Robot, Tracked & Events>) => ArrayLike<number>;
  /** For evaluation, of robots that walk. */
  readonly footing?: (s: Moment<Robot, Tracked & Events>) => Footing;
  /** What evaluations count for tasks with a goal. */
  readonly goal?: Goal<Moment<Robot, Tracked & Events>>;
  /** Settings that remake parts of the task, with what they change. */
  readonly variants?: Tuning<Partial<Task>>;
  /** What a person may move by hand where the task is driven. */
  readonly handles?: Handles;
  /** Lessons: variants of the task for training, by name. */
  readonly lessons?: Readonly<Record<string, DeclaredLesson>>;
  /** Presets for training, by budget and algorithm (default: the general presets). */
  readonly presets?: TaskPresets;
  /**
   * Whether the task looks up, by name, geoms that touch nothing. False lets training discard them, which steps up to a tenth faster, to
   * the same bits. Default: true for a user's own scene, false for a scene of the package.
   */
  readonly readsLooks?: boolean;
}

/** A task whose types are not known: what the engine, the registry and the command line work with. */
export interface Task {
  readonly name: string;
  readonly family: Family;
  /** As declared: absolute, or relative to the package. */
  readonly scene: string;
  /** Folder of a description of the scene's robot to use in place of the package's own; none where absent. */
  readonly modelDir?: string;
  /** Build of MuJoCo that simulates it; the package's own where absent. */
  readonly engine?: EngineName;
  readonly model: Readonly<Record<string, ModelChange>>;
  readonly timing: Timing;
  /** Physics steps per control step. */
  readonly decimation: number;
  /** Control steps until the time limit. */
  readonly episodeSteps: number;
  readonly robot: Readings<unknown>;
  readonly keyframe: string | undefined;
  readonly action: ActionMapping;
  readonly command: Command | undefined;
  readonly track: Readonly<Record<string, Tracker<object>>>;
  readonly events: Readonly<Record<string, Tracker<object>>>;
  readonly reset: ((s: ResetContext<unknown>) => void) | undefined;
  readonly settle: Settling | undefined;
  readonly observe: Readonly<Record<string, ObservationTerm<AnyMoment>>>;
  readonly critic: Readonly<Record<string, ObservationTerm<AnyMoment>>>;
  readonly reward: Readonly<Record<string, RewardTerm<AnyMoment>>>;
  readonly rewardPerSecond: boolean;
  readonly rewardClip: readonly [number, number] | undefined;
  readonly terminate: Readonly<Record<string, (s: AnyMoment) => boolean>>;
  readonly truncate?: (s: AnyMoment) => boolean;
  readonly prepare?: () => Promise<void>;
  readonly randomise: Readonly<Record<string, Randomiser>>;
  readonly measured: ((s: AnyMoment) => ArrayLike<number>) | undefined;
  readonly footing: ((s: AnyMoment) => Footing) | undefined;
  readonly goal: Goal<AnyMoment> | undefined;
  readonly variants: Tuning<Partial<Task>> | undefined;
  readonly handles: Handles | undefined;
  readonly lessons: Readonly<Record<string, AnyLesson>>;
  readonly presets: TaskPresets;
  /** Whether it looks up geoms that touch nothing; where absent, scenes of the package are taken not to need them. */
  readonly readsLooks?: boolean;
  /** The lesson whose action mapping is used; absent for the task as declared. */
  readonly lesson?: ChosenLesson;
  /** What was identified of its robot's joints, in place of the model's values; absent for nothing. */
  readonly physics?: IdentifiedPhysics;
  /** What a run's settings changed of it; absent for the task as declared. */
  readonly settings?: TaskSettings;
}

/** A task whose term names the compiler knows. */
export interface NamedTask<Observation extends string, Reward extends string> extends Task {
  readonly observe: Readonly<Record<Observation, ObservationTerm<AnyMoment>>>;
  readonly reward: Readonly<Record<Reward, RewardTerm<AnyMoment>>>;
}

/** Nothing is tracked. */
type Nothing = Record<never, never>;

/**
 * Declares a task.
 * @throws UserError when the name cannot be used, the timing does not fit or a name is used twice
 */
export function defineTask<
  Observation extends string,
  Reward extends string,
  Robot = Nothing,
  Critic extends string = never,
  Termination extends string = never,
  Tracked extends object = Nothing,
  Events extends object = Nothing,
>(spec: TaskSpec<Robot, Tracked, Events, Observation, Critic, Reward, Termination>): NamedTask<Observation, Reward> {
  checkTaskName(spec.name);
  const robot = spec.robot ?? { bind: () => ({}) };
  const { track = {}, events = {}, timing, settle, randomise = {} } = spec;
  // A term is only called with moments of its own task, so its types may be erased here.
  const task = {
    ...spec,
    robot,
    family: spec.family ?? "user",
    scene: spec.scene instanceof URL ? fileURLToPath(spec.scene) : spec.scene,
    model: spec.model ?? {},
    decimation: decimationOf(spec.name, timing),
    episodeSteps: Math.round(timing.episodeSeconds * timing.controlHz),
    track,
    events,
    critic: spec.critic ?? {},
    terminate: spec.terminate ?? {},
    rewardPerSecond: spec.rewardPerSecond ?? false,
    randomise,
    lessons: spec.lessons ?? {},
    presets: spec.presets ?? {},
  } as unknown as NamedTask<Observation, Reward>;
  checkNames(task);
  checkHistories(task);
  if (settle?.startStates !== undefined && Object.values(randomise).some(({ delay }) => delay === undefined)) {
    throw new UserError(
      `task ${spec.name}: settled start states are shared by all environments, so nothing may be randomised`,
    );
  }
  return Object.freeze(task);
}

/** What may be overridden, by the names of the task's own terms. */
export interface TaskOverrides<Observation extends string, Reward extends string> {
  /** Weights by reward term. */
  readonly reward?: Readonly<Partial<Record<Reward, number>>>;
  /** Noise by observation term, in the unit of the reading. */
  readonly noise?: Readonly<Partial<Record<Observation, number>>>;
  readonly episodeSeconds?: number;
}

/**
 * The task with other weights, noise or time limit; the given task is not changed. Unknown names do not compile.
 * @throws UserError when a name is not the task's (from code whose types are not checked, such as command-line flags), or when the time
 *   limit holds no control step or is shorter than what an observation looks back
 */
export function withOverrides<Observation extends string, Reward extends string>(
  task: NamedTask<Observation, Reward>,
  overrides: TaskOverrides<Observation, Reward>,
): NamedTask<Observation, Reward> {
  const { reward = {}, noise = {}, episodeSeconds = task.timing.episodeSeconds } = overrides;
  const timing = { ...task.timing, episodeSeconds };
  decimationOf(task.name, timing);
  const changed = {
    ...task,
    timing,
    episodeSteps: Math.round(episodeSeconds * task.timing.controlHz),
    reward: overrideField(task.name, "reward term", task.reward, reward, "weight"),
    observe: overrideField(task.name, "observation term", task.observe, noise, "noise"),
  };
  checkHistories(changed);
  return Object.freeze(changed);
}

function overrideField<Terms extends Readonly<Record<string, object>>>(
  task: string,
  kind: string,
  terms: Terms,
  values: Readonly<Record<string, number | undefined>>,
  field: string,
): Terms {
  const changed: Record<string, object> = { ...terms };
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(terms, name)) throw unknownName(task, kind, name, Object.keys(terms));
    if (value !== undefined) changed[name] = { ...terms[name], [field]: value };
  }
  return changed as Terms;
}

function unknownName(task: string, kind: string, name: string, names: readonly string[]): UserError {
  return new UserError(`task ${task}: no ${kind} is called "${name}"${suggestion(name, names)}`, { exitCode: 2 });
}

/** Physics steps per control step. Throws UserError when that is not a whole number. */
export function decimationOf(name: string, { controlHz, physicsHz, episodeSeconds }: Timing): number {
  const ratio = physicsHz / controlHz;
  const decimation = Math.round(ratio);
  if (!(decimation >= 1) || Math.abs(ratio - decimation) > 1e-9) {
    throw new UserError(
      `task ${name}: physicsHz must be a whole multiple of controlHz, got ${physicsHz} / ${controlHz}`,
    );
  }
  if (!(episodeSeconds * controlHz >= 1)) {
    throw new UserError(`task ${name}: episodeSeconds must hold at least one control step, got ${episodeSeconds}`);
  }
  return decimation;
}

/** What is older than an episode is never seen. */
function checkHistories({ name, observe, critic, episodeSteps }: Task): void {
  for (const [term, { history = 1, delay = 0 }] of [...Object.entries(observe), ...Object.entries(critic)]) {
    const oldest = history - 1 + delay;
    if (oldest >= episodeSteps) {
      throw new UserError(
        `task ${name}: observation "${term}" looks back ${oldest} control steps; expected fewer than the ${episodeSteps} of an episode`,
      );
    }
  }
}

const OWN_NAMES = ["sim", "robot", "action", "lastAction", "command", "progress", "dt", "episodeStep", "terminated"];

function checkNames(task: Task): void {
  const tracked = [...Object.keys(task.track), ...Object.keys(task.events)];
  tracked.forEach((name, i) => {
    if (OWN_NAMES.includes(name) || tracked.indexOf(name) !== i) {
      throw new UserError(
        `task ${task.name}: the name "${name}" is taken; trackers and events need names of their own`,
      );
    }
  });
  if (Object.keys(task.observe).length === 0)
    throw new UserError(`task ${task.name}: observe must have at least one term`);
  if (Object.keys(task.reward).length === 0)
    throw new UserError(`task ${task.name}: reward must have at least one term`);
  if ("nan" in task.terminate)
    throw new UserError(`task ${task.name}: the termination name "nan" is taken by the engine`);
}
