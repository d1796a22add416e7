/**
 * Memory that terms may read: contact timers, gait phases, pushes. A tracker declares how many numbers it must remember; the engine keeps
 * them with the environment's state, so that environments can share one simulation, and calls its hooks in a fixed order.
 */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import type { Tuning } from "../settings/knob.ts";

/** What a tracker is bound to. */
export interface TrackerContext {
  readonly sim: Simulation;
  /** Control period, s */
  readonly dt: number;
  /** [size] the remembered numbers: the only place where anything may be kept from step to step */
  readonly slots: Float64Array;
}

/** A tracker of one environment slot. */
export interface BoundTracker<Reading> {
  /** What terms see under the tracker's name; one object, whose contents change. */
  readonly reading: Reading;
  /** An environment begins from nothing: what lasts over episodes is forgotten. @param learns whether a policy learns in it */
  begin?(learns: boolean): void;
  /** A new episode has begun; the state and all derived quantities are in place. */
  reset?(moment: AnyMoment, rng: Rng): void;
  /** Before the physics of a step: here events act. */
  beforePhysics?(moment: AnyMoment, rng: Rng): void;
  /** After the physics of a step, before terminations and rewards. */
  afterPhysics?(moment: AnyMoment): void;
  /** After the rewards, before the observation. */
  afterReward?(moment: AnyMoment): void;
}

/** A declaration of memory; made by functions such as `contactTimers`. */
export interface Tracker<Reading> {
  /** Numbers to remember. */
  readonly size: number;
  /** Plain data for descriptions and exports. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Whether a controller computes it itself, such as a clock, without any sensor: no randomised delay holds it up. Default false. */
  readonly isOwn?: boolean;
  /** What settings of a run may change; absent for nothing. */
  readonly tuning?: Tuning<Tracker<Reading>>;
  /** Of what comes late: the same, prompt while `isPrompt` says so; absent for all else. */
  prompt?(isPrompt: () => boolean): Tracker<Reading>;
  /** @throws UserError when the scene lacks what the tracker needs */
  bind(context: TrackerContext): BoundTracker<Reading>;
}

/** Trackers by name, from the readings they offer. */
export type Trackers<Readings> = { readonly [Name in keyof Readings]: Tracker<Readings[Name]> };
