/**
 * One simulated environment slot: a task bound to a simulation. Any environment's state can be swapped in, stepped and swapped out,
 * so one slot serves a whole batch. Resets and steps are pure functions of (state, seed, environment, action). Auto-reset, storage and
 * episode statistics belong to the rollout.
 *
 * A non-finite value ends the episode, wherever it comes from. MuJoCo would hide a non-finite control by replacing it with 0; here neither
 * an action nor a control that is not finite reaches the physics.
 *
 * Order of a step: disturbances, action, physics, trackers, terminations, reward, bookkeeping (last action, gait clock, command),
 * observation. Unlike Playground, the observation comes last: it holds the action that was just taken and the command that the next
 * action will be judged by, which is what a controller on a robot sees.
 */
import { isAbsolute, join } from "node:path";
import { packageRoot } from "../files/package-root.ts";
import { Rng, STREAM, STREAMS_PER_PURPOSE } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import { loadSimulation } from "../physics/looks/robot-description.ts";
import { PhysicsError } from "../physics/physics-error.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { ActionDescription, BoundAction } from "./actions/action-mapping.ts";
import { type BoundTask, bindTask, type OpenMoment } from "./bound-task.ts";
import type { CommandState } from "./command.ts";
import type { Footing, Task } from "./define-task.ts";
import { GoalReadings } from "./goal.ts";
import { BoundHandles } from "./handles/handles.ts";
import { ObservationGroup, type ObservationSlice, type Sensing } from "./observation.ts";
import { Outcome } from "./outcome.ts";
import type { Randomisation } from "./randomisation.ts";
import { StartStates } from "./start-states.ts";
import { StepReadings } from "./step-readings.ts";
import { TaskMemory } from "./trackers/task-memory.ts";
import type { BoundTracker } from "./trackers/tracker.ts";

/** What of a task's disturbances an environment omits, such as for playing. */
export interface EnvironmentOptions {
  /** Observation noise; default true. */
  readonly noise?: boolean;
  /** Pushes and other events; default true. */
  readonly events?: boolean;
  /** Differences between environments; default true. */
  readonly randomise?: boolean;
  /** Delays that the task randomises; default as `randomise`. */
  readonly delays?: boolean;
  /**
   * What is only drawn; default true. Without it tasks that do not read it (`readsLooks`) step faster, to the same bits.
   */
  readonly looks?: boolean;
}

/** Bookkeeping slots. */
const TICK = 0;
const EPISODE_STEP = 1;
/** Starts that are drawn before an environment whose start MuJoCo refuses is given up. */
const MOST_STARTS = 10;

/** A task bound to one simulation. Made by `Environment.create`; `delete()` frees it. */
export class Environment extends StepReadings {
  readonly task: Task;
  readonly sim: Simulation;
  readonly obsSize: number;
  readonly privilegedSize: number;
  readonly actionSize: number;
  readonly commandSize: number;
  /** Float64 values of one environment's whole state: physics and memory. */
  readonly stateSize: number;
  readonly decimation: number;
  readonly controlHz: number;
  readonly episodeSteps: number;
  readonly observationLayout: readonly ObservationSlice[];
  readonly privilegedLayout: readonly ObservationSlice[];
  readonly actionDescription: ActionDescription;
  /** [vx, vy, yaw rate] or whatever the task's command names; absent where the task has none. A view that changes with the environment. */
  readonly command: Float64Array | undefined;
  /** What the last step did for the task's goal; absent where it declares none. */
  readonly goal: GoalReadings | undefined;
  /** What a person may move by hand; none where the task declares none. */
  readonly handles: BoundHandles;

  /** Whether observations have their noise and come with their delays; may be changed between steps. */
  readonly sensing: Sensing = { noise: true, delay: true };
  /** What terms see of trackers and events, by name; views that change with the environment. */
  readonly readings: Readonly<Record<string, object>>;

  readonly #memory = new TaskMemory();
  /** [tick, episode step] */
  readonly #book: Float64Array;
  readonly #moment: OpenMoment;
  readonly #robot: { update?(): void };
  readonly #action: BoundAction;
  readonly #command: CommandState | undefined;
  readonly #trackers: readonly BoundTracker<object>[];
  /** Trackers that act before the physics, by position; undefined where one does not. */
  readonly #disturbances: readonly (BoundTracker<object> | undefined)[];
  readonly #randomisation: Randomisation | undefined;
  readonly #randomises: boolean;
  readonly #delays: BoundTask["delays"];
  readonly #line: BoundTask["line"];
  readonly #actor: ObservationGroup;
  readonly #critic: ObservationGroup;
  /** @internal */
  protected readonly outcome: Outcome;
  readonly #starts: StartStates;
  readonly #rng = new Rng();

  private constructor(task: Task, sim: Simulation, options: EnvironmentOptions) {
    super();
    const { noise = true, events = true, randomise = true, delays = randomise } = options;
    this.task = task;
    this.sim = sim;
    this.decimation = task.decimation;
    this.controlHz = task.timing.controlHz;
    this.episodeSteps = task.episodeSteps;
    const claim = (size: number) => this.#memory.claim(size);
    this.#book = claim(2);
    const bound = bindTask(task, sim, claim);
    this.#command = bound.command;
    this.command = bound.command?.values;
    this.commandSize = this.command?.length ?? 0;
    this.#robot = bound.robot;
    this.readings = bound.readings;
    this.#trackers = [...bound.memories, ...bound.events];
    const acting = events ? this.#trackers : bound.memories;
    this.#disturbances = acting.map((tracker) => (tracker.beforePhysics ? tracker : undefined));
    this.#action = bound.action;
    this.actionDescription = bound.action.description;
    this.actionSize = this.actionDescription.names.length;
    this.#moment = bound.moment;
    this.#randomisation = bound.randomisation;
    this.#randomises = randomise;
    this.#delays = Object.assign(bound.delays, { isOn: delays });
    this.#line = bound.line;

    this.outcome = new Outcome(task);
    this.goal = task.goal && new GoalReadings(task.goal);
    this.handles = new BoundHandles(task.handles ?? {}, sim);
    this.#starts = new StartStates(sim, task, this.#robot, this.#action);

    // Terms have a size only once they are read, which needs a first episode.
    this.#beginEpisode(0, 0);
    this.#actor = new ObservationGroup(task.observe, this.#moment, noise, claim, this.#delays.ofReadings(task.track));
    this.#critic = new ObservationGroup(task.critic, this.#moment, noise, claim);
    for (const { term, values } of bound.acted) this.#actor.keep(term, values);
    this.observationLayout = this.#actor.layout;
    this.privilegedLayout = this.#critic.layout;
    this.obsSize = this.#actor.size;
    this.privilegedSize = this.#critic.size;
    this.stateSize = sim.stateSize + this.#memory.size;
    this.start(0, 0);
    this.#checkTerms();
  }

  /**
   * Loads the task's scene and binds the task to it.
   * @throws UserError when the scene does not load or lacks a joint, sensor or keyframe that the task names
   */
  static async create(task: Task, options: EnvironmentOptions = {}): Promise<Environment> {
    let sim: Simulation | undefined;
    try {
      await task.prepare?.();
      sim = await loadSimulation(scenePath(task), task.modelDir, {
        looks: (options.looks ?? true) || (task.readsLooks ?? isAbsolute(task.scene)),
        engine: task.engine,
      });
      return new Environment(task, sim, options);
    } catch (error) {
      sim?.delete();
      if (!(error instanceof UserError) || error.message.startsWith("task ")) throw error;
      throw error.reworded(`task ${task.name}: ${error.message}`);
    }
  }

  /**
   * [actionSize] what the last action commanded: targets of joints, rad, then controls of actuators that take no targets. Undefined where
   * actions are no joint targets; overwritten by the next step.
   */
  get wanted(): Float64Array | undefined {
    return this.#action.wanted?.values;
  }

  /** Control steps done in the episode that is swapped in. Writing it moves the time limit. */
  get episodeStep(): number {
    return this.#book[EPISODE_STEP];
  }

  set episodeStep(step: number) {
    this.#book[EPISODE_STEP] = step;
  }

  /** Swaps an environment in: `stateSize` values of `state` at `offset`. Observations and rewards are not part of it. */
  load(state: Float64Array, offset: number): void {
    this.sim.refresh();
    this.sim.writeState(state, offset);
    this.#memory.load(state, offset + this.sim.stateSize);
    this.#randomisation?.apply();
  }

  /** Swaps the environment out, into `state` at `offset`. */
  save(state: Float64Array, offset: number): void {
    this.sim.refresh();
    this.sim.readState(state, offset);
    this.#memory.save(state, offset + this.sim.stateSize);
  }

  /** Makes the model the compiled one, without the differences of the environment that is swapped in, until one is loaded or reset. */
  clearRandomisation(): void {
    this.#randomisation?.clear();
  }

  /**
   * Begins environment `env` of a run from nothing: its first episode, whatever the slot held before.
   * @param learns whether its command goes through the task's curriculum
   * @param used control steps of the first episode's time limit that count as used up
   */
  start(seed: number, env: number, learns = false, used = 0): void {
    this.#book[TICK] = 0;
    this.#book[EPISODE_STEP] = 0;
    this.#command?.begin(learns);
    for (const tracker of this.#trackers) tracker.begin?.(learns);
    this.reset(seed, env);
    this.#book[EPISODE_STEP] = used;
  }

  /** Begins the next episode of the environment that is swapped in. What happens depends on (seed, env) and its steps so far alone. */
  reset(seed: number, env: number): void {
    this.outcome.clear();
    this.goal?.clear();
    if (this.#book[EPISODE_STEP] > 0) this.#command?.grade(this.#book[EPISODE_STEP] / this.episodeSteps);
    this.#beginEpisode(seed, env);
    this.#observe(seed, env, true);
  }

  /**
   * Begins an episode in a keyframe of the model instead of the task's own start; no curriculum hears of it.
   * @throws UserError when the model has no keyframe of that name
   */
  resetToKeyframe(seed: number, env: number, keyframe: string): void {
    this.outcome.clear();
    this.goal?.clear();
    this.#beginEpisode(seed, env, keyframe);
    this.#observe(seed, env, true);
  }

  /** Names of the model's keyframes. */
  get keyframes(): readonly string[] {
    return this.sim.names.all("keyframe").filter((name) => name !== "");
  }

  /**
   * One control step of the environment that is swapped in. Fills `reward`, `terminated`, `truncated`, `nan` and the rest; does not reset.
   * @param action [actionSize] before the squash, at `actionOffset`
   * @param midway called between two physics steps, half way through the control step, to look at the simulation; never where a control step is one physics step
   */
  step(seed: number, env: number, action: Float32Array, actionOffset: number, midway?: () => void): void {
    const { sim } = this;
    const moment = this.#moment;
    sim.refresh();
    sim.warned = 0;
    this.outcome.clear();
    this.goal?.clear();
    this.#book[TICK]++;
    moment.episodeStep = ++this.#book[EPISODE_STEP];
    this.outcome.truncated = this.#book[EPISODE_STEP] >= this.episodeSteps;
    if (!areFinite(action, actionOffset, this.actionSize)) {
      this.outcome.hold(`action ${this.#badNames(action, actionOffset)}`);
      return;
    }
    this.#disturb(seed, env);
    this.#line?.recall();
    this.#action.apply(action, actionOffset, moment.action, moment);
    const control = sim.badControl();
    if (control >= 0) {
      this.#fail(`control "${sim.names.all("actuator")[control]}"`);
      return;
    }
    this.#line?.send();
    const refusal = this.#advance(midway);
    if (refusal !== "" || sim.hasNaN()) {
      this.#fail("physics", refusal);
      return;
    }
    this.#robot.update?.();
    for (let i = 0; i < this.#trackers.length; i++) this.#trackers[i].afterPhysics?.(moment);
    if (this.task.truncate?.(moment)) this.outcome.truncated = true;
    this.outcome.judgeEnd(moment);
    moment.terminated = this.outcome.terminated;
    this.outcome.judgeReward(moment);
    this.#readGoal();
    this.#keepBooks(seed, env);
    if (this.outcome.nan) this.#blank();
    else this.#observe(seed, env, false);
  }

  /** The first value of the action that is not finite, by name, and how many more there are. */
  #badNames(action: Float32Array, offset: number): string {
    const bad = this.actionDescription.names.filter((_, i) => !Number.isFinite(action[offset + i]));
    return bad.length === 1 ? `"${bad[0]}"` : `"${bad[0]}" and ${bad.length - 1} more`;
  }

  /** @returns what MuJoCo said where it refused to step, "" else @throws PhysicsError where no other state can be stepped either */
  #advance(midway?: () => void): string {
    const half = midway === undefined ? 0 : this.decimation >> 1;
    try {
      for (let done = 0; done < this.decimation; ) {
        const next = this.#line?.place(done) ?? this.decimation;
        const until = done < half ? Math.min(half, next) : next;
        this.sim.step(until - done);
        done = until;
        if (done === half) midway?.();
      }
    } catch (error) {
      if (error instanceof PhysicsError && error.recoverable) return error.reason;
      throw error;
    }
    return "";
  }

  /** Writes the latest observation, [obsSize]. Valid after `start`, `reset` and `step`, until another environment is loaded. */
  writeObservation(out: Float32Array, offset: number): void {
    const { values } = this.#actor;
    for (let i = 0; i < values.length; i++) out[offset + i] = values[i];
  }

  /** Writes what only the critic sees, [privilegedSize]; valid as long as `writeObservation`'s. */
  writePrivileged(out: Float32Array, offset: number): void {
    const { values } = this.#critic;
    for (let i = 0; i < values.length; i++) out[offset + i] = values[i];
  }

  /**
   * Steers the environment that is swapped in by hand, over episodes too, until called with null.
   * @throws UserError when the task has no command
   */
  holdCommand(values: ArrayLike<number> | null): void {
    if (!this.#command) throw new UserError(`task ${this.task.name} has no command to hold`);
    this.#command.hold(values);
  }

  /**
   * Writes what the robot does in the command's terms: body-frame vx, vy (m/s) and yaw rate (rad/s). Valid as long as the observation.
   * @returns false, and zeros, where the task measures none
   */
  measuredTwist(out: Float64Array | Float32Array): boolean {
    const measured = this.nan ? undefined : this.task.measured?.(this.#moment);
    for (let i = 0; i < 3; i++) out[i] = measured?.[i] ?? 0;
    return this.task.measured !== undefined;
  }

  /** Where base and feet are; valid as long as the observation. Undefined where the task does not say. */
  footing(): Footing | undefined {
    return this.nan ? undefined : this.task.footing?.(this.#moment);
  }

  /** Frees the simulation; the environment must not be used afterwards. */
  delete(): void {
    this.sim.delete();
  }

  /** @throws PhysicsError where MuJoCo refuses every start that is drawn */
  #beginEpisode(seed: number, env: number, keyframe?: string): void {
    for (let tries = 1; ; tries++) {
      try {
        this.#drawStart(seed, env, keyframe);
        return;
      } catch (error) {
        if (!(error instanceof PhysicsError && error.recoverable && tries < MOST_STARTS)) throw error;
      }
    }
  }

  #drawStart(seed: number, env: number, keyframe?: string): void {
    const { sim } = this;
    const moment = this.#moment;
    const rng = this.#rng;
    // Every reset has a tick of its own, so that two in a row differ.
    const tick = ++this.#book[TICK];
    this.#book[EPISODE_STEP] = 0;
    moment.episodeStep = 0;
    moment.terminated = false;
    moment.action.fill(0);
    (moment.lastAction as Float64Array).fill(0);
    sim.refresh();
    if (this.#randomises) this.#randomisation?.draw(seed, env, rng, moment.progress);
    else this.#randomisation?.clear();
    if (keyframe === undefined) this.#starts.set(seed, env, tick, rng, moment.progress);
    else this.#starts.setKeyframe(keyframe);
    this.#command?.reset(rng.seek(seed, STREAM.command, env, tick));
    this.#delays.draw(seed, env, tick, rng, moment.progress);
    this.#line?.begin();
    sim.forward();
    this.#robot.update?.();
    for (let i = 0; i < this.#trackers.length; i++) {
      this.#trackers[i].reset?.(moment, this.#trackerRng(seed, env, tick, i));
    }
  }

  #disturb(seed: number, env: number): void {
    for (let i = 0; i < this.#disturbances.length; i++) {
      this.#disturbances[i]?.beforePhysics?.(this.#moment, this.#trackerRng(seed, env, this.#book[TICK], i));
    }
  }

  #trackerRng(seed: number, env: number, tick: number, tracker: number): Rng {
    return this.#rng.seek(seed, STREAM.event + STREAMS_PER_PURPOSE * tracker, env, tick);
  }

  #readGoal(): void {
    if (this.goal === undefined || this.outcome.nan) return;
    this.goal.read(this.#moment);
    const bad = this.goal.badCounter();
    if (bad !== null) this.outcome.fail(`goal counter "${bad}"`);
  }

  #keepBooks(seed: number, env: number): void {
    const moment = this.#moment;
    const { action } = moment;
    const { lastAction } = moment as { lastAction: Float64Array };
    for (let i = 0; i < action.length; i++) lastAction[i] = action[i];
    for (let i = 0; i < this.#trackers.length; i++) this.#trackers[i].afterReward?.(moment);
    if (this.#command?.tick()) this.#command.draw(this.#rng.seek(seed, STREAM.command, env, this.#book[TICK]));
  }

  #observe(seed: number, env: number, first: boolean): void {
    const rng = this.#rng;
    if (this.#actor.noisy || this.#critic.noisy) rng.seek(seed, STREAM.observation, env, this.#book[TICK]);
    this.#actor.observe(this.#moment, rng, first, this.sensing);
    this.#critic.observe(this.#moment, rng, first, this.sensing);
    if (this.#actor.finite && this.#critic.finite) return;
    this.#fail(`observation term "${this.#actor.firstBadTerm() ?? this.#critic.firstBadTerm()}"`);
  }

  #fail(source: string, refusal?: string): void {
    this.outcome.fail(source, refusal);
    this.#blank();
  }

  /** After a failed step the observation is zero, so that the batch stays finite. */
  #blank(): void {
    this.#actor.values.fill(0);
    this.#critic.values.fill(0);
  }

  /** A term that gives nothing usable in the very first state is a mistake in the task. */
  #checkTerms(): void {
    if (this.nan)
      throw new UserError(`task ${this.task.name}: ${this.nanSource} is not finite at the start of an episode`);
    const unusable = this.outcome.unusableReward(this.#moment);
    if (unusable === null) return;
    throw new UserError(`task ${this.task.name}: reward term "${unusable}" must give a finite number`);
  }
}

function areFinite(values: Float32Array, offset: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (!Number.isFinite(values[offset + i])) return false;
  return true;
}

/** Absolute path of a task's scene. */
export function scenePath(task: Pick<Task, "scene">): string {
  return isAbsolute(task.scene) ? task.scene : join(packageRoot, task.scene);
}
