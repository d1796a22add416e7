/** A task's declarations bound to one simulation: what an environment steps, in the order in which they claim its memory. */
import { UserError } from "../math/user-error.ts";
import { watchPlaces } from "../physics/compiled-shortcuts.ts";
import { jointServos } from "../physics/servo.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { ActionContext, BoundAction } from "./actions/action-mapping.ts";
import { CommandState } from "./command.ts";
import type { Task } from "./define-task.ts";
import { ControlLine } from "./delays/control-line.ts";
import { DrawnDelays } from "./delays/drawn-delays.ts";
import type { MomentBase } from "./moment.ts";
import { Randomisation } from "./randomisation.ts";
import type { BoundTracker, Tracker } from "./trackers/tracker.ts";

/** A moment as its environment writes it. */
export type OpenMoment = { -readonly [K in keyof MomentBase<unknown>]: MomentBase<unknown>[K] };

/** Reserves values of an environment's memory, which are swapped in and out with it. */
type Claim = (size: number) => Float64Array;

/** A task's declarations, bound to a simulation. */
export interface BoundTask {
  readonly command: CommandState | undefined;
  readonly robot: { update?(): void };
  readonly memories: readonly BoundTracker<object>[];
  readonly events: readonly BoundTracker<object>[];
  readonly action: BoundAction;
  /** Observation terms that the action mapping reads, and where their values are kept for it */
  readonly acted: readonly { readonly term: string; readonly values: Float64Array }[];
  /** Of trackers and events, by name */
  readonly readings: Readonly<Record<string, object>>;
  readonly moment: OpenMoment;
  readonly randomisation: Randomisation | undefined;
  readonly delays: DrawnDelays;
  /** Where controls take time to arrive */
  readonly line: ControlLine | undefined;
}

/**
 * Applies the task's changes to the model and binds its declarations, except rewards, terminations and observations.
 * @throws UserError if the scene's timestep differs from the task's, or if the scene lacks a name that the task uses
 */
export function bindTask(task: Task, sim: Simulation, claim: Claim): BoundTask {
  // Another simulation may have grown the memory since this one was loaded.
  sim.refresh();
  const checkPlaces = watchPlaces(sim);
  for (const change of Object.values(task.model)) change.apply(sim);
  checkPlaces();
  checkTimestep(task, sim);
  const dt = 1 / task.timing.controlHz;
  const command = task.command && commandState(task, claim);
  const robot = Object(task.robot.bind(sim)) as BoundTask["robot"];
  const { trackers: memories, readings: remembered } = bindTrackers(task.track, { sim, dt, claim });
  const { trackers: events, readings: disturbed } = bindTrackers(task.events, { sim, dt, claim });
  const readings = { ...remembered, ...disturbed };
  const acted: { term: string; values: Float64Array }[] = [];
  const observed = (term: string, size: number) => {
    const values = claim(size);
    acted.push({ term, values });
    return values;
  };
  const action = task.action.bind({ sim, ...homeOf(task, sim), readings, observed });
  // Later than the action mapping, whose description says what gains a robot's drives are set to.
  if (task.physics) applyPhysics(task, sim);
  const actionSize = action.description.names.length;
  const moment = {
    sim,
    robot,
    action: new Float64Array(actionSize),
    lastAction: claim(actionSize),
    command: command?.values ?? new Float64Array(0),
    get progress() {
      return command?.progress ?? 1;
    },
    dt,
    episodeStep: 0,
    terminated: false,
    ...readings,
  };
  const randomisers = Object.values(task.randomise).filter(({ delay }) => delay === undefined);
  const randomisation = randomisers.length > 0 ? new Randomisation(sim, randomisers, claim) : undefined;
  const delays = new DrawnDelays(
    Object.values(task.randomise).flatMap(({ delay }) => delay ?? []),
    claim,
  );
  const line = controlLine(task, sim, action, delays, claim);
  return { command, robot, memories, events, action, acted, readings, moment, randomisation, delays, line };
}

/** The way of the controls; undefined where they arrive at once. */
function controlLine(
  { decimation, physics }: Task,
  sim: Simulation,
  { late }: BoundAction,
  delays: DrawnDelays,
  claim: Claim,
): ControlLine | undefined {
  const drawn = Math.round(decimation * delays.most("actions"));
  const own = physics && servoDelays(sim, physics.delays);
  if (late === undefined && drawn === 0 && !own?.some((steps) => steps > 0)) return undefined;
  const most = drawn + (late === undefined ? 0 : decimation - 1);
  const now = () => Math.round(decimation * delays.of("actions")) + (late?.steps ?? 0);
  return new ControlLine(sim, decimation, { own, most, now }, claim);
}

/** [nu] physics steps by which controls of servos are late. */
function servoDelays(sim: Simulation, delays: Readonly<Record<string, number>>): number[] {
  const steps = new Array<number>(sim.nu).fill(0);
  for (const { actuator, joint } of jointServos(sim)) steps[actuator] = Math.round((delays[joint] ?? 0) / sim.timestep);
  return steps;
}

/** What follows from the values is computed again, as the compiler would have done. */
function applyPhysics({ name, physics }: Task, sim: Simulation): void {
  try {
    physics?.apply(sim);
  } catch (error) {
    throw error instanceof UserError ? error.reworded(`task ${name}: --physics: ${error.message}`) : error;
  }
  sim.recompute();
}

function bindTrackers(
  declared: Readonly<Record<string, Tracker<object>>>,
  { sim, dt, claim }: { sim: Simulation; dt: number; claim: (size: number) => Float64Array },
): { trackers: BoundTracker<object>[]; readings: Record<string, object> } {
  const trackers: BoundTracker<object>[] = [];
  const readings: Record<string, object> = {};
  for (const [name, tracker] of Object.entries(declared)) {
    const bound = tracker.bind({ sim, dt, slots: claim(tracker.size) });
    trackers.push(bound);
    readings[name] = bound.reading;
  }
  return { trackers, readings };
}

function commandState(task: Task, claim: (size: number) => Float64Array): CommandState | undefined {
  const { command } = task;
  if (!command) return undefined;
  return new CommandState(command, claim(CommandState.slots(command.names.length)), task.timing.controlHz);
}

function homeOf({ keyframe }: Task, sim: Simulation): Pick<ActionContext, "home" | "homeControls"> {
  if (keyframe === undefined) return { home: sim.modelFields.qpos0.slice(), homeControls: new Float64Array(sim.nu) };
  return { home: sim.keyframeQpos(keyframe), homeControls: sim.keyframeControls(keyframe) };
}

function checkTimestep(task: Task, sim: Simulation): void {
  const { physicsHz } = task.timing;
  if (Math.abs(sim.timestep * physicsHz - 1) < 1e-6) return;
  const found = `the scene's timestep is ${sim.timestep} s (${Math.round(1 / sim.timestep)} Hz)`;
  throw new UserError(`task ${task.name}: physicsHz is ${physicsHz}, but ${found}; they must agree`);
}
